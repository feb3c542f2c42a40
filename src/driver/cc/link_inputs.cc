// See link_inputs.h.
#include "driver/cc/link_inputs.h"

#include "compile/native_mark.h"
#include "compile/portable_target.h"
#include "driver/cc/messages.h"

#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/IRObjectFile.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace dyad {

namespace {

// Linker options that take their value from the next argument: it is no input file.
bool takesValue(StringRef argument) {
    static const StringSet<> options{"-L", "-l", "-u", "--undefined", "-y", "--trace-symbol", "--dynamic-list",
                                     "--version-script", "-mllvm", "--retain-symbols-file", "--sysroot"};
    return options.contains(argument);
}

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
    case Triple::x86_64: return Isa::x86_64;
    case Triple::aarch64: return Isa::aarch64;
    default: return std::nullopt;
    }
}

NativeObject symbolsOf(const std::string& path, const object::ObjectFile& object) {
    NativeObject native{path, {}, {}};
    for (const object::SymbolRef& symbol : object.symbols()) {
        Expected<uint32_t> flags = symbol.getFlags();
        Expected<StringRef> name = symbol.getName();
        if (flags && name && (*flags & object::SymbolRef::SF_Global) && !name->empty())
            (*flags & object::SymbolRef::SF_Undefined ? native.undefined : native.defined).push_back(name->str());
        if (!flags)
            consumeError(flags.takeError());
        if (!name)
            consumeError(name.takeError());
    }
    return native;
}

class Sorter {
  public:
    explicit Sorter(ArrayRef<std::string> arguments) : arguments_(arguments) {}

    std::optional<LinkInputs> run() {
        for (size_t i = 0; i < arguments_.size(); ++i) {
            const std::string& argument = arguments_[i];
            bool keep = StringRef(argument).starts_with("-") || input(argument);
            if (keep)
                inputs_.resolve.push_back(argument);
            if (takesValue(argument) && i + 1 < arguments_.size())
                inputs_.resolve.push_back(arguments_[++i]);
        }
        if (failed_)
            return std::nullopt;
        return std::move(inputs_);
    }

  private:
    // Returns whether the file takes part in symbol resolution.
    bool input(const std::string& path) {
        ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, false, false);
        if (!buffer)
            return refuse("cannot open " + path + ": " + buffer.getError().message());
        if ((*buffer)->getBufferSize() == 0)
            return refuse(path + ": an empty file, expected an object or an archive");
        switch (identify_magic((*buffer)->getBuffer())) {
        case file_magic::bitcode: return portable(path, **buffer);
        case file_magic::elf_relocatable: return native(path, **buffer);
        case file_magic::archive: return archive(path, **buffer);
        case file_magic::elf_shared_object:
            return refuse(path + ": shared objects cannot be linked into a pair, which is one static program "
                                 "(docs/limits.md, \"Dynamic linking\")");
        case file_magic::elf:
        case file_magic::elf_executable: return refuse(path + ": an executable, expected an object or an archive");
        default: return true; // lld says what it thinks of it (linker scripts such as GROUP(...) included)
        }
    }

    bool checkTriple(const std::string& name, MemoryBufferRef buffer) {
        Expected<std::string> triple = getBitcodeTargetTriple(buffer);
        if (!triple)
            return refuse(name + ": damaged bitcode: " + toString(triple.takeError()));
        if (*triple != kPortableTriple)
            return refuse(name + ": bitcode for " + *triple + ", not made by dyad-cc: compile its source with dyad-cc");
        return true;
    }

    bool portable(const std::string& path, const MemoryBuffer& buffer) {
        if (!checkTriple(path, buffer))
            return false;
        inputs_.portable.push_back(path);
        return true;
    }

    bool archive(const std::string& path, const MemoryBuffer& buffer) {
        Expected<std::unique_ptr<object::Archive>> archive = object::Archive::create(buffer);
        if (!archive)
            return refuse(path + ": damaged archive: " + toString(archive.takeError()));
        Error error = Error::success();
        for (const object::Archive::Child& child : (*archive)->children(error)) {
            Expected<MemoryBufferRef> member = child.getMemoryBufferRef();
            if (!member) {
                refuse(path + ": damaged archive: " + toString(member.takeError()));
                continue;
            }
            std::string name = path + "(" + member->getBufferIdentifier().str() + ")";
            switch (identify_magic(member->getBuffer())) {
            case file_magic::bitcode: checkTriple(name, *member); break;
            case file_magic::elf_relocatable: nativeMember(name, *member); break;
            default: break; // lld reads what it knows and leaves the rest
            }
        }
        if (error)
            return refuse(path + ": damaged archive: " + toString(std::move(error)));
        inputs_.portable.push_back(path);
        return true;
    }

    bool nativeMember(const std::string& name, MemoryBufferRef buffer) {
        Expected<std::unique_ptr<object::ObjectFile>> object = object::ObjectFile::createELFObjectFile(buffer);
        if (!object)
            return refuse(name + ": damaged ELF object: " + toString(object.takeError()));
        if (!hasNativeMark(**object))
            return refuse(name + ": an ELF object that dyad-cc did not make: compile its source with dyad-cc");
        return refuse(name + ": a native object; archives hold portable objects only: name native objects on the "
                             "command line");
    }

    bool native(const std::string& path, const MemoryBuffer& buffer) {
        Expected<std::unique_ptr<object::ObjectFile>> object = object::ObjectFile::createELFObjectFile(buffer);
        if (!object)
            return refuse(path + ": damaged ELF object: " + toString(object.takeError()));
        std::optional<Isa> isa = isaOf(**object);
        if (!isa)
            return refuse(path + ": an object for " + Triple::getArchTypeName((*object)->getArch()) +
                          ", expected portable bitcode or a native object for x86_64 or aarch64");
        if (!hasNativeMark(**object))
            return refuse(path + ": an ELF object for " + StringRef(name(*isa)) +
                          " that dyad-cc did not make: compile its source with dyad-cc, or as a native source with "
                          "--isa=x86_64 and --isa=aarch64");
        inputs_.natives[static_cast<int>(*isa)].push_back(symbolsOf(path, **object));
        return *isa == Isa::x86_64;
    }

    bool refuse(const Twine& message) {
        printError(message);
        failed_ = true;
        return false;
    }

    ArrayRef<std::string> arguments_;
    LinkInputs inputs_;
    bool failed_ = false;
};

} // namespace

std::optional<LinkInputs> sortInputs(ArrayRef<std::string> arguments) { return Sorter(arguments).run(); }

std::optional<NativeObject> readNative(const std::string& path, Isa isa) {
    ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, false, false);
    if (!buffer) {
        printError("the toolchain is incomplete: cannot open " + path + ": " + buffer.getError().message());
        return std::nullopt;
    }
    Expected<std::unique_ptr<object::ObjectFile>> object = object::ObjectFile::createELFObjectFile(**buffer);
    if (!object || isaOf(**object) != isa) {
        printError("the toolchain is damaged: " + path + " is not an object for " + StringRef(name(isa)));
        if (!object)
            consumeError(object.takeError());
        return std::nullopt;
    }
    return symbolsOf(path, **object);
}

} // namespace dyad
