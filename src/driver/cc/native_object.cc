// See native_object.h.
#include "driver/cc/native_object.h"

#include "compile/native_mark.h"
#include "driver/cc/messages.h"

#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace dyad {

namespace {

bool hasNativeMark(const object::ObjectFile& object) {
    for (const object::SectionRef& section : object.sections())
        if (Expected<StringRef> name = section.getName(); name && *name == kNativeMarkSection)
            return true;
        else if (!name)
            consumeError(name.takeError());
    return false;
}

std::optional<Isa> isaOf(const object::ObjectFile& object) {
    switch (object.getArch()) {
    case Triple::x86_64:
        return Isa::x86_64;
    case Triple::aarch64:
        return Isa::aarch64;
    default:
        return std::nullopt;
    }
}

NativeObject describe(const std::string& name, const object::ObjectFile& object, ObjectFile::Role role) {
    StringRef data = object.getData();
    auto* bytes = reinterpret_cast<const std::byte*>(data.data());
    NativeObject native{{name, {bytes, bytes + data.size()}, role}, {}, {}};
    for (const object::SymbolRef& symbol : object.symbols()) {
        Expected<uint32_t> flags = symbol.getFlags();
        Expected<StringRef> symbolName = symbol.getName();
        if (flags && symbolName && (*flags & object::SymbolRef::SF_Global) && !symbolName->empty()) {
            if (!(*flags & object::SymbolRef::SF_Undefined))
                native.defined.push_back(symbolName->str());
            else if (!(*flags & object::SymbolRef::SF_Weak))
                native.undefined.push_back(symbolName->str());
        }
        if (!flags) consumeError(flags.takeError());
        if (!symbolName) consumeError(symbolName.takeError());
    }
    return native;
}

} // namespace

Expected<std::pair<Isa, NativeObject>> readUserNative(const std::string& name, MemoryBufferRef buffer) {
    auto refuse = [&](const Twine& why) { return createStringError(name + ": " + why); };
    Expected<std::unique_ptr<object::ObjectFile>> object = object::ObjectFile::createELFObjectFile(buffer);
    if (!object) return refuse("damaged ELF object: " + toString(object.takeError()));
    std::optional<Isa> isa = isaOf(**object);
    if (!isa)
        return refuse("an object for " + Triple::getArchTypeName((*object)->getArch()) +
                      ", expected portable bitcode or a native object for x86_64 or aarch64");
    if (!hasNativeMark(**object))
        return refuse("an ELF object for " + StringRef(dyad::name(*isa)) +
                      " that dyad-cc did not make: compile its source with dyad-cc, or as a native source with "
                      "--isa=x86_64 and --isa=aarch64");
    return std::pair{*isa, describe(name, **object, ObjectFile::Role::Native)};
}

std::optional<NativeObject> readToolchainNative(const std::string& path, Isa isa, ObjectFile::Role role) {
    ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, false, false);
    if (!buffer) {
        printError("the toolchain is incomplete: cannot open " + path + ": " + buffer.getError().message());
        return std::nullopt;
    }
    Expected<std::unique_ptr<object::ObjectFile>> object = object::ObjectFile::createELFObjectFile(**buffer);
    if (!object || isaOf(**object) != isa) {
        printError("the toolchain is damaged: " + path + " is not an object for " + StringRef(name(isa)));
        if (!object) consumeError(object.takeError());
        return std::nullopt;
    }
    return describe(path, **object, role);
}

StringSet<> definedBy(ArrayRef<NativeObject> objects) {
    StringSet<> defined;
    for (const NativeObject& object : objects)
        for (const std::string& symbol : object.defined)
            defined.insert(symbol);
    return defined;
}

void takeMembers(std::vector<NativeObject>& members, std::vector<NativeObject>& taken, StringSet<>& undefined,
                 const StringSet<>& known) {
    StringSet<> defined = definedBy(taken);
    auto wanted = [&](const NativeObject& member) {
        return any_of(member.defined, [&](const std::string& symbol) { return undefined.contains(symbol); });
    };
    for (auto next = find_if(members, wanted); next != members.end(); next = find_if(members, wanted)) {
        for (const std::string& symbol : next->defined) {
            undefined.erase(symbol);
            defined.insert(symbol);
        }
        for (const std::string& symbol : next->undefined)
            if (!defined.contains(symbol) && !known.contains(symbol)) undefined.insert(symbol);
        taken.push_back(std::move(*next));
        members.erase(next);
    }
}

} // namespace dyad
