// Makes small objects with the clang that Dyad is built with.
#include "objects.h"

#include "layout/lld.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <fmt/format.h>
#include <stdexcept>

namespace dyad::test {

namespace {

template <class T> T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return *std::move(result);
}

void must(Result<void> result) {
    if (!result) throw std::runtime_error(result.error().message);
}

ObjectFile build(Isa isa, const std::string &source, Role role, const std::string &flags, const char *suffix) {
    const TemporaryFolder folder = must(TemporaryFolder::create());
    const std::string input = folder.file(std::string("source") + suffix), output = folder.file("object.o");
    must(writeOutputFile(input, std::as_bytes(std::span(source))));
    const std::string command =
        fmt::format("{} --target={}-unknown-linux-musl -O1 -ffreestanding -fno-pic -fno-common -ffunction-sections "
                    "-fdata-sections -Wno-unused-command-line-argument {} -c {} -o {}",
                    DYAD_TEST_CLANG, name(isa), flags, input, output);
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
    return {fmt::format("test.{}.o", name(isa)), must(readInputFile(output)), role};
}

} // namespace

ObjectFile compile(Isa isa, const std::string &source, Role role, const std::string &flags) {
    return build(isa, source, role, flags, ".c");
}

ObjectFile compileIr(Isa isa, const std::string &source, Role role) {
    return build(isa, source, role, "-Wno-override-module -mllvm -use-registers-for-deopt-values", ".ll");
}

ObjectFile assemble(Isa isa, const std::string &source, Role role) {
    return build(isa, source, role, "", ".s");
}

void add(LayoutInput &input, const std::string &source, Role role, const std::string &flags) {
    for (Isa isa : kIsas)
        input.objects[static_cast<std::size_t>(isa)].push_back(compile(isa, source, role, flags));
}

void addBoot(LayoutInput &input) {
    add(input,
        "void __attribute__((weak)) start(void); void __dyad_boot(void) { if (start) start(); }"
        "void __dyad_linux_entry(void) { __dyad_boot(); }",
        Role::Private);
}

std::vector<std::byte> link(Isa isa, const LayoutOutput &layout, const std::vector<std::string> &flags) {
    const TemporaryFolder folder = must(TemporaryFolder::create());
    std::vector<std::string> arguments{"-m",
                                       isa == Isa::x86_64 ? "elf_x86_64" : "aarch64linux",
                                       "-L" DYAD_TEST_SCRIPTS,
                                       "-T",
                                       fmt::format("{}/{}.ld", DYAD_TEST_SCRIPTS, name(isa)),
                                       "-z",
                                       "max-page-size=4096",
                                       "--gc-sections",
                                       "-o",
                                       folder.file("out")};
    if (!layout.extraScript.empty()) {
        must(writeOutputFile(folder.file("extra.ld"), std::as_bytes(std::span(layout.extraScript))));
        arguments.insert(arguments.end(), {"-T", folder.file("extra.ld")});
    }
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    int number = 0;
    for (const ObjectFile &object : layout.objects[static_cast<std::size_t>(isa)]) {
        arguments.push_back(folder.file(fmt::format("{}.o", number++)));
        must(writeOutputFile(arguments.back(), object.bytes));
    }
    must(linkElf(arguments));
    return must(readInputFile(folder.file("out")));
}

Pair linkPair(LayoutInput input) {
    Pair pair{must(layOut(std::move(input))), {}};
    for (Isa isa : kIsas)
        pair.linked[static_cast<std::size_t>(isa)] = link(isa, pair.layout);
    return pair;
}

std::string layoutError(LayoutInput input) {
    auto output = layOut(std::move(input));
    return output ? std::string() : output.error().message;
}

} // namespace dyad::test
