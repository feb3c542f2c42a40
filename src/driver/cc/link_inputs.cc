// See link_inputs.h.
#include "driver/cc/link_inputs.h"

#include "compile/portable_target.h"
#include "driver/cc/library_search.h"
#include "driver/cc/messages.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace dyad {

namespace {

// lld's options that may take their value from the next argument: it is no input file.
bool takesValue(StringRef argument) {
    static const StringSet<> letters{"-F", "-I", "-L", "-O", "-R", "-Y", "-b", "-f", "-h", "-u", "-y"};
    static const StringSet<> words{
        "auxiliary",         "call-graph-ordering-file",   "chroot",
        "compress-debug-sections", "dependency-file",      "dynamic-list",
        "error-handling-script",   "error-limit",          "exclude-libs",
        "export-dynamic-symbol",   "export-dynamic-symbol-list", "filter",
        "fini",              "format",                     "init",
        "just-symbols",      "library-path",               "mllvm",
        "opt-remarks-filename",    "opt-remarks-format",   "opt-remarks-hotness-threshold",
        "opt-remarks-passes",      "orphan-handling",      "pack-dyn-relocs",
        "package-metadata",  "print-archive-stats",        "print-symbol-order",
        "remap-inputs",      "remap-inputs-file",          "reproduce",
        "retain-symbols-file",     "sort-section",         "symbol-ordering-file",
        "sysroot",           "threads",                    "trace-symbol",
        "undefined",         "undefined-glob",             "unresolved-symbols",
        "version-script",    "warn-backrefs-exclude",      "why-extract"};
    if (letters.contains(argument))
        return true;
    if (!argument.consume_front("-"))
        return false;
    argument.consume_front("-"); // words are written with one dash or two
    return words.contains(argument);
}

class Sorter {
  public:
    explicit Sorter(ArrayRef<std::string> arguments) : arguments_(arguments), libraries_(arguments) {}

    std::optional<LinkInputs> run() {
        while (next_ < arguments_.size())
            sort(arguments_[next_++]);
        if (failed_) return std::nullopt;
        return std::move(inputs_);
    }

  private:
    void sort(const std::string& argument) {
        StringRef library = argument;
        if (library.consume_front("--library=") || (library.consume_front("-l") && !library.empty())) {
            addLibrary(library);
        } else if ((argument == "-l" || argument == "--library") && next_ < arguments_.size()) {
            addLibrary(arguments_[next_++]);
        } else if (StringRef(argument).starts_with("-")) {
            trackWholeArchive(argument);
            inputs_.resolve.push_back(argument);
            if (takesValue(argument) && next_ < arguments_.size()) inputs_.resolve.push_back(arguments_[next_++]);
        } else {
            add(argument, argument);
        }
    }

    void trackWholeArchive(StringRef argument) {
        argument.consume_front("-");
        if (argument == "-whole-archive")
            whole_ = true;
        else if (argument == "-no-whole-archive")
            whole_ = false;
        else if (argument == "-push-state")
            states_.push_back(whole_);
        else if (argument == "-pop-state" && !states_.empty())
            whole_ = states_.pop_back_val();
    }

    void addLibrary(StringRef name) {
        // lld searches again and says what it does not find.
        std::string argument = ("-l" + name).str();
        if (std::optional<std::string> path = libraries_.find(name))
            add(*path, argument);
        else
            inputs_.resolve.push_back(argument);
    }

    // `argument`: how symbol resolution is to be told of the file.
    void add(const std::string& path, const std::string& argument) {
        ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, false, false);
        if (!buffer) return refuse("cannot open " + path + ": " + buffer.getError().message());
        if ((*buffer)->getBufferSize() == 0) return refuse(path + ": an empty file, expected an object or an archive");
        switch (identify_magic((*buffer)->getBuffer())) {
        case file_magic::bitcode:
            checkTriple(path, **buffer);
            inputs_.portable.push_back(path);
            inputs_.resolve.push_back(argument);
            return;
        case file_magic::elf_relocatable:
            if (native(path, **buffer, /*whole=*/true) == Isa::x86_64) inputs_.resolve.push_back(argument);
            return;
        case file_magic::archive:
            return addArchive(path, argument, **buffer);
        case file_magic::elf_shared_object:
            return refuse(path + ": shared objects cannot be linked into a pair, which is one static program "
                                 "(docs/limits.md, \"Dynamic linking\")");
        case file_magic::elf:
        case file_magic::elf_executable:
            return refuse(path + ": an executable, expected an object or an archive");
        default:
            inputs_.resolve.push_back(argument); // lld says what it thinks of it (scripts such as GROUP(...) too)
        }
    }

    void checkTriple(const std::string& name, MemoryBufferRef buffer) {
        Expected<std::string> triple = getBitcodeTargetTriple(buffer);
        if (!triple)
            refuse(name + ": damaged bitcode: " + toString(triple.takeError()));
        else if (*triple != kPortableTriple)
            refuse(name + ": bitcode for " + *triple + ", not made by dyad-cc: compile its source with dyad-cc");
    }

    // `whole`: the object is part of the program, whether anything needs it or not.
    std::optional<Isa> native(const std::string& name, MemoryBufferRef buffer, bool whole) {
        Expected<std::pair<Isa, NativeObject>> object = readUserNative(name, buffer);
        if (!object) {
            refuse(toString(object.takeError()));
            return std::nullopt;
        }
        auto& [isa, contents] = *object;
        (whole ? inputs_.natives : inputs_.members)[static_cast<int>(isa)].push_back(std::move(contents));
        return isa;
    }

    void addArchive(const std::string& path, const std::string& argument, const MemoryBuffer& buffer) {
        Expected<std::unique_ptr<object::Archive>> archive = object::Archive::create(buffer);
        if (!archive) return refuse(path + ": damaged archive: " + toString(archive.takeError()));
        std::vector<NewArchiveMember> kept; // what lld can read
        bool complete = true;
        llvm::Error error = llvm::Error::success();
        for (const object::Archive::Child& child : (*archive)->children(error)) {
            Expected<MemoryBufferRef> member = child.getMemoryBufferRef();
            if (!member) {
                refuse(path + ": damaged archive: " + toString(member.takeError()));
                continue;
            }
            std::string name = path + "(" + member->getBufferIdentifier().str() + ")";
            file_magic magic = identify_magic(member->getBuffer());
            if (magic == file_magic::bitcode) checkTriple(name, *member);
            if (magic == file_magic::elf_relocatable && native(name, *member, whole_) != Isa::x86_64) {
                complete = false;
                continue;
            }
            Expected<NewArchiveMember> copy = NewArchiveMember::getOldMember(child, /*Deterministic=*/true);
            if (copy)
                kept.push_back(std::move(*copy));
            else
                refuse(name + ": " + toString(copy.takeError()));
        }
        if (error) return refuse(path + ": damaged archive: " + toString(std::move(error)));
        inputs_.portable.push_back(path);
        inputs_.resolve.push_back(complete ? argument : copyArchive(path, kept));
    }

    // A copy of the same file name, so that lld's messages need but another folder.
    std::string copyArchive(const std::string& path, ArrayRef<NewArchiveMember> members) {
        if (!inputs_.folder) {
            Result<TemporaryFolder> folder = TemporaryFolder::create();
            if (!folder) {
                refuse(folder.error().message);
                return path;
            }
            inputs_.folder.emplace(std::move(*folder));
        }
        std::string place = inputs_.folder->file(std::to_string(inputs_.copies.size()));
        std::string copy = place + "/" + sys::path::filename(path).str();
        std::error_code code = sys::fs::create_directory(place);
        if (llvm::Error error = code ? errorCodeToError(code)
                                     : writeArchive(copy, members, SymtabWritingMode::NoSymtab, object::Archive::K_GNU,
                                                    /*Deterministic=*/true, /*Thin=*/false))
            refuse("cannot write " + copy + ": " + toString(std::move(error)));
        inputs_.copies.push_back({copy, path});
        return copy;
    }

    void refuse(const Twine& message) {
        printError(message);
        failed_ = true;
    }

    ArrayRef<std::string> arguments_;
    size_t next_ = 0;
    LibrarySearch libraries_;
    bool whole_ = false; // inside --whole-archive
    SmallVector<bool, 4> states_;
    LinkInputs inputs_;
    bool failed_ = false;
};

} // namespace

std::optional<LinkInputs> sortInputs(ArrayRef<std::string> arguments) {
    return Sorter(arguments).run();
}

} // namespace dyad
