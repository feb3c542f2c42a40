// See link_arguments.h.
#include "driver/cc/link_arguments.h"

#include "driver/cc/messages.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace dyad {

namespace {

class Sorter {
  public:
    explicit Sorter(ArrayRef<std::string> arguments) : arguments_(arguments) {}

    std::optional<LinkArguments> run() {
        while (next_ < arguments_.size())
            sort(arguments_[next_++]);
        if (failed_)
            return std::nullopt;
        return std::move(sorted_);
    }

  private:
    void sort(StringRef argument) {
        if (std::optional<StringRef> value = option(argument, {"-o", "--output"}))
            sorted_.output = value->str();
        else if (std::optional<StringRef> value = option(argument, {"-Map", "--Map"}))
            sorted_.map = *value == "-" ? "/dev/stdout" : value->str();
        else if (argument == "-M" || argument == "--print-map" || argument == "-print-map")
            sorted_.map = sorted_.map.empty() ? "/dev/stdout" : sorted_.map;
        else if (argument == "--version" || argument == "--help")
            sorted_.question = argument.str();
        else if (argument == "-z" || argument.starts_with("-z"))
            keyword(argument == "-z" ? take() : argument.drop_front(2));
        else if (option(argument, {"-Ttext", "-Tdata", "-Tbss", "-Ttext-segment", "--section-start", "--image-base"}))
            refuse(argument, "the layout of a pair is Dyad's own");
        else if (option(argument, {"--oformat"}))
            refuse(argument, "a pair image is an ELF file; 'dyad image extract' and dyad-objcopy make other formats of its "
                             "halves");
        else if (argument == "-q" || argument == "--emit-relocs")
            refuse(argument, "a pair image holds no relocations");
        else if (std::optional<StringRef> value = option(argument, {"-T", "--script"}))
            refuse("-T " + *value, "the layout of a pair is Dyad's own; linker scripts are not supported");
        else if (std::optional<StringRef> value = option(argument, {"-e", "--entry", "-entry"}))
            refuse("-e " + *value, "a pair starts in the libOS, which calls main");
        else if (std::optional<StringRef> value = option(argument, {"--wrap", "-wrap"}))
            sorted_.wrapped.push_back(value->str());
        else if (std::optional<StringRef> value = option(argument, {"--defsym", "-defsym"}))
            sorted_.definitions.push_back(value->str());
        else if (argument == "-s" || argument == "--strip-all")
            sorted_.stripAll = true;
        else if (argument == "-S" || argument == "--strip-debug")
            sorted_.stripDebug = true;
        else if (argument == "--gc-sections" || argument == "-gc-sections")
            sorted_.gcSections = true;
        else if (argument == "--no-gc-sections" || argument == "-no-gc-sections")
            sorted_.gcSections = false;
        else if (argument == "-plugin" || argument == "-m" || argument == "-dynamic-linker" || argument == "-rpath" ||
                 argument == "--rpath" || argument == "-soname")
            take();
        else if (!isMeaningless(argument))
            sorted_.resolve.push_back(argument.str());
    }

    // Options that say something about dynamic linking or file layout, which a pair does not have or decides itself.
    static bool isMeaningless(StringRef argument) {
        static const StringSet<> exact{"-X",       "-static",         "-pie",           "-no-pie",
                                       "--relax",  "--no-relax",      "--eh-frame-hdr", "-export-dynamic",
                                       "-E",       "--export-dynamic", "--build-id",    "--as-needed",
                                       "--no-as-needed", "-Bstatic",  "-Bdynamic",      "-Bsymbolic",
                                       "--enable-new-dtags", "--no-dynamic-linker",     "-nostdlib"};
        return exact.contains(argument) || argument.starts_with("-plugin-opt=") ||
               argument.starts_with("--hash-style") || argument.starts_with("--build-id=") ||
               argument.starts_with("-rpath") || argument.starts_with("--rpath") ||
               argument.starts_with("-soname") || argument.starts_with("--sort-common");
    }

    StringRef take() { return next_ < arguments_.size() ? StringRef(arguments_[next_++]) : StringRef(); }

    // The value of "-x value", "-xvalue" (one-dash single letters) or "--xyz=value".
    std::optional<StringRef> option(StringRef argument, std::initializer_list<StringRef> spellings) {
        for (StringRef spelling : spellings) {
            if (argument == spelling)
                return take();
            StringRef rest = argument;
            if (rest.consume_front(spelling) && (rest.consume_front("=") || spelling.size() == 2))
                return rest;
        }
        return std::nullopt;
    }

    void keyword(StringRef keyword) {
        if (!keyword.consume_front("stack-size="))
            return; // relro, now, noexecstack...: always so or without meaning
        if (keyword.getAsInteger(0, sorted_.stackSize))
            refuse("-z stack-size=" + keyword, "expected a number of bytes");
    }

    void refuse(const Twine& argument, const Twine& why) {
        printError("'" + argument + "': " + why);
        failed_ = true;
    }

    ArrayRef<std::string> arguments_;
    size_t next_ = 0;
    LinkArguments sorted_;
    bool failed_ = false;
};

} // namespace

std::optional<LinkArguments> sortLinkArguments(ArrayRef<std::string> arguments) { return Sorter(arguments).run(); }

} // namespace dyad
