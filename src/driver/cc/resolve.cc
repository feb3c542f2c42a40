// See resolve.h.
#include "driver/cc/resolve.h"

#include "driver/cc/messages.h"
#include "layout/lld.h"
#include "passes/migration/setjmp_contexts.h"
#include "passes/wrap_symbols.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Object/IRObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace llvm;

namespace dyad {

namespace {

// What native code and code generation refer to by name: kept even if the IR does not.
constexpr const char* kKept[] = {"main", "__dyad_start", "__dyad_fault", "__stack_chk_fail", "__stack_chk_guard"};
// What the passes at the end of the link, and the native part, refer to.
constexpr const char* kKeptForPasses[] = {"__dyad_stack_pointer", "__dyad_stack_limit", "__dyad_stack_overflow",
                                             "__dyad_arrived",       "__dyad_restore",     "__dyad_save_mask",
                                             "__dyad_idle_ns",       "__dyad_migration_forbidden"};

// Defined by the linker scripts.
bool isScriptSymbol(StringRef name) {
    static const StringSet<> names{"__dyad_tls_start",   "__dyad_tls_file_end", "__dyad_tls_end",
                                   "__dyad_tls_align",   "__init_array_start",  "__init_array_end",
                                   "__fini_array_start", "__fini_array_end",    "__preinit_array_start",
                                   "__preinit_array_end"};
    return names.contains(name) || name.starts_with("__start_") || name.starts_with("__stop_") ||
           name.starts_with("__dyad_common_") || name.starts_with("__dyad_private_");
}

// Up to three functions that use `symbol`, for the message.
std::vector<std::string> usersOf(const GlobalValue& symbol) {
    std::vector<std::string> names;
    SmallVector<const User*, 8> work(symbol.users());
    SmallPtrSet<const User*, 16> seen;
    while (!work.empty() && names.size() < 3) {
        const User* user = work.pop_back_val();
        if (!seen.insert(user).second)
            continue;
        if (auto* instruction = dyn_cast<Instruction>(user)) {
            std::string name = instruction->getFunction()->getName().str();
            if (!is_contained(names, name))
                names.push_back(std::move(name));
        } else if (auto* variable = dyn_cast<GlobalVariable>(user)) {
            names.push_back(variable->getName().str());
        } else if (isa<Constant>(user)) {
            work.append(user->user_begin(), user->user_end());
        }
    }
    return names;
}

// Which of the objects named on the command line mention `symbol` without defining it.
std::vector<std::string> objectsUsing(StringRef symbol, ArrayRef<std::string> paths) {
    std::vector<std::string> users;
    for (const std::string& path : paths) {
        ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, false, false);
        if (!buffer)
            continue;
        Expected<object::IRSymtabFile> symbols = object::readIRSymtab(**buffer);
        if (!symbols) {
            consumeError(symbols.takeError());
            continue;
        }
        for (const auto& entry : symbols->TheReader.symbols())
            if (entry.isUndefined() && entry.getName() == symbol)
                users.push_back(path);
    }
    return users;
}

void reportUndefined(StringRef name, ArrayRef<std::string> users, const Resolution& resolution,
                     ArrayRef<StringSet<>> defined) {
    for (Isa isa : kIsas)
        if (defined[static_cast<int>(isa)].contains(name)) {
            Isa other = isa == Isa::x86_64 ? Isa::aarch64 : Isa::x86_64;
            printError("native symbol '" + name + "' is defined for " + StringRef(dyad::name(isa)) +
                       " only; expected a definition for " + StringRef(dyad::name(other)) + " too");
            return;
        }
    std::string text = ("undefined symbol: " + name).str();
    std::vector<std::string> objects = objectsUsing(name, resolution.inputs.portable);
    for (const std::string& object : objects) {
        auto source = resolution.sources.find(object);
        text += "\n>>> referenced by " + (source == resolution.sources.end() ? object : source->second);
    }
    for (const std::string& user : users)
        text += "\n>>> used in " + user;
    printError(text);
}

} // namespace

std::vector<std::string> resolveArguments(const Resolution& resolution, const std::string& output,
                                          ArrayRef<std::string> wanted) {
    const Toolchain& toolchain = resolution.toolchain;
    std::vector<std::string> arguments{"-m", "elf_x86_64", "-static", "--lto-emit-llvm", "-o", output,
                                       "--lto-O" + std::to_string(resolution.options.level)};
    for (const char* symbol : kKept)
        arguments.insert(arguments.end(), {"-u", symbol});
    for (const char* symbol : kKeptForPasses)
        arguments.insert(arguments.end(), {"-u", symbol});
    for (const std::string& symbol : wanted)
        arguments.insert(arguments.end(), {"-u", symbol});
    // lld sees what the x86-64 objects refer to.
    constexpr auto kArm = static_cast<int>(Isa::aarch64);
    for (const NativeObject& object : concat<const NativeObject>(resolution.natives[kArm], resolution.inputs.natives[kArm]))
        for (const std::string& symbol : object.undefined)
            arguments.insert(arguments.end(), {"-u", symbol});
    for (const std::string& name : resolution.arguments.wrapped)
        arguments.push_back("--wrap=" + name);
    for (const std::string& definition : resolution.arguments.definitions)
        arguments.push_back("--defsym=" + definition);
    arguments.insert(arguments.end(), resolution.inputs.resolve.begin(), resolution.inputs.resolve.end());
    for (const NativeObject& object : resolution.natives[static_cast<int>(Isa::x86_64)])
        arguments.push_back(object.file.name);
    arguments.insert(arguments.end(), {"-L" + toolchain.sysroot + "/usr/lib", "--start-group"});
    if (!resolution.options.noStandardLibraries)
        arguments.push_back("-lc");
    arguments.insert(arguments.end(), {"-ldyad", "--end-group"});
    return arguments;
}

namespace {

// One run of lld and LTO.
std::unique_ptr<Module> mergeProgram(const Resolution& resolution, LLVMContext& context,
                                     ArrayRef<std::string> wanted) {
    SmallString<128> path;
    if (std::error_code code = sys::fs::createTemporaryFile("dyad-resolved", "bc", path)) {
        printError("cannot create a temporary file: " + code.message());
        return nullptr;
    }
    FileRemover remover(path);
    std::string messages;
    Result<void> linked = linkElf(resolveArguments(resolution, std::string(path), wanted), &messages);
    if (!linked)
        messages = std::move(linked.error().message);
    if (!messages.empty())
        errs() << withNames(std::move(messages), resolution.inputs.copies) << '\n';
    if (!linked)
        return nullptr;
    ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path);
    if (!buffer || (*buffer)->getBufferSize() == 0) {
        printError("the program has no portable code");
        return nullptr;
    }
    Expected<std::unique_ptr<Module>> module = parseBitcodeFile(**buffer, context);
    if (!module) {
        printError("cannot read the merged program: " + toString(module.takeError()));
        return nullptr;
    }
    wrapSymbols(**module, resolution.arguments.wrapped);
    return std::move(*module);
}

// Symbols, each with who uses it.
using SymbolUsers = std::map<std::string, std::vector<std::string>>;

// What portable code uses and does not define.
SymbolUsers undefinedByModule(const Module& module) {
    SymbolUsers undefined;
    for (const GlobalValue& symbol : module.global_values()) {
        auto* function = dyn_cast<Function>(&symbol);
        if (symbol.isDeclaration() && !symbol.hasExternalWeakLinkage() && !(function && function->isIntrinsic()) &&
            !symbol.use_empty())
            undefined.emplace(symbol.getName().str(), usersOf(symbol));
    }
    const GlobalValue* entry = module.getNamedValue("main");
    if (!entry || entry->isDeclaration())
        undefined.emplace("main", std::vector<std::string>{"the program's start"});
    return undefined;
}

// What users' native objects of one ISA want from elsewhere and the module does not give. (Leaves are checked by the
// final links, once dead ones are gone.)
SymbolUsers undefinedByNatives(const Module& module, ArrayRef<NativeObject> objects) {
    SymbolUsers undefined;
    for (const NativeObject& object : objects)
        for (const std::string& symbol : object.undefined) {
            const GlobalValue* value = module.getNamedValue(symbol);
            if (!value || value->isDeclaration() || value->hasLocalLinkage())
                undefined.emplace(symbol, std::vector<std::string>{object.file.name});
        }
    return undefined;
}

// Completes the program with what only native code can give: members of archives. Returns what is missing then.
SymbolUsers completeNatives(const Module& module, Resolution& resolution, std::array<StringSet<>, 2>& defined) {
    StringSet<> assigned; // outside of all objects
    for (StringRef definition : resolution.arguments.definitions)
        assigned.insert(definition.split('=').first);
    StringSet<> portable;
    for (const GlobalValue& symbol : module.global_values())
        if (!symbol.isDeclaration() && !symbol.hasLocalLinkage())
            portable.insert(symbol.getName());

    SymbolUsers missing;
    for (Isa isa : kIsas) {
        auto index = static_cast<int>(isa);
        std::vector<NativeObject>& natives = resolution.inputs.natives[index];
        auto define = [&] {
            for (const auto& entry : definedBy(natives))
                defined[index].insert(entry.first());
        };
        auto collect = [&] {
            SymbolUsers undefined = undefinedByModule(module);
            undefined.merge(undefinedByNatives(module, natives));
            std::erase_if(undefined, [&](const auto& entry) {
                return defined[index].contains(entry.first) || assigned.contains(entry.first) ||
                       isScriptSymbol(entry.first) || isSetjmp(entry.first);
            });
            return undefined;
        };
        define();
        StringSet<> undefined;
        for (const auto& entry : collect())
            undefined.insert(entry.first);
        StringSet<> known = portable;
        for (const auto& entry : defined[index])
            known.insert(entry.first());
        takeMembers(resolution.inputs.members[index], natives, undefined, known);
        define();
        missing.merge(collect());
    }
    return missing;
}

} // namespace

std::unique_ptr<Module> resolveProgram(Resolution& resolution, LLVMContext& context) {
    std::array defined{definedBy(resolution.natives[0]), definedBy(resolution.natives[1])};

    // Optimisation may come up with calls of library functions (puts for printf) that no object referred to when archives
    // were searched, and AArch64 members need things that lld does not know of: archives are searched again for what is
    // missing, until that gives nothing new.
    std::vector<std::string> wanted;
    for (;;) {
        std::unique_ptr<Module> module = mergeProgram(resolution, context, wanted);
        if (!module)
            return nullptr;
        SymbolUsers missing = completeNatives(*module, resolution, defined);
        if (missing.empty())
            return module;
        size_t known = wanted.size();
        for (const auto& entry : missing)
            if (!is_contained(wanted, entry.first))
                wanted.push_back(entry.first);
        if (wanted.size() > known)
            continue;
        for (const auto& [name, users] : missing)
            reportUndefined(name, users, resolution, defined);
        return nullptr;
    }
}

} // namespace dyad
