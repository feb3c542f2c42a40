// Runs lld's ELF linker inside this process, through the interface of lld/Common/Driver.h.
#include "layout/lld.h"

#include <lld/Common/Driver.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/Support/CrashRecoveryContext.h>
#include <llvm/Support/raw_ostream.h>

LLD_HAS_DRIVER(elf)

namespace dyad {

namespace {

// A crash inside lld can leave its global state unusable; after that no further link is possible in this process.
bool usable = true;

std::string withoutTrailingNewlines(std::string text) {
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

} // namespace

Result<void> linkElf(const std::vector<std::string> &arguments, std::string *messages) {
    if (!usable) return Error{"lld crashed in an earlier link of this process"};

    llvm::SmallVector<const char *, 64> argv{"ld.lld"};
    for (const std::string &argument : arguments)
        argv.push_back(argument.c_str());

    std::string text;
    llvm::raw_string_ostream stream(text);
    const lld::DriverDef drivers[] = {{lld::Gnu, &lld::elf::link}};
    // Without it lld's fatal() ends this process before anyone has seen the message.
    llvm::CrashRecoveryContext::Enable();
    const lld::Result result = lld::lldMain(argv, stream, stream, drivers);
    llvm::CrashRecoveryContext::Disable();
    usable = result.canRunAgain;

    text = withoutTrailingNewlines(std::move(text));
    if (messages) *messages = text;
    if (result.retCode == 0) return {};
    if (text.empty())
        text = "ld.lld: error: ended with status " + std::to_string(result.retCode) + ": one of the inputs may be damaged";
    return Error{std::move(text)};
}

std::string withNames(std::string messages, const std::vector<std::pair<std::string, std::string>> &names) {
    for (const auto &[path, name] : names)
        for (std::size_t at = 0; (at = messages.find(path, at)) != messages.npos; at += name.size())
            messages.replace(at, path.size(), name);
    return messages;
}

} // namespace dyad
