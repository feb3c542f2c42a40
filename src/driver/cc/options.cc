// dyad-cc's own options, as one table; see options.h and docs/dyad-cc.md.
#include "driver/cc/options.h"

#include "driver/cc/messages.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace dyad {

namespace {

enum class Effect {
    Refuse,     ///< an error, with `text`
    WarnDrop,   ///< a warning named by `warning`, and no effect
    WarnKeep,   ///< a warning named by `warning`, and clang sees the flag
    Drop,       ///< accepted, no effect, nothing to say
    Keep,       ///< clang sees the flag, and does not say that it is of no use
};

struct Rule {
    StringLiteral spelling;
    bool prefix; ///< matches everything that starts with the spelling
    Effect effect;
    StringLiteral warning;
    StringLiteral text;
};

constexpr StringLiteral kNone = "";
constexpr StringLiteral kDiffer = "would make the halves of the pair differ";
constexpr StringLiteral kCharSign = "makes char unsigned in both halves; the C library and other sources have it signed";
constexpr StringLiteral kAnyHost = "has no effect: a pair must run on any host; choose CPUs with --x86-cpu= and --arm-cpu=";
constexpr StringLiteral kFastMath = "lets results of the halves differ in the last bits: each ISA approximates in its own way";
constexpr StringLiteral kOneIsa = "has no effect: it protects code of one ISA";
constexpr StringLiteral kGuardPages = "has no effect: a stack ends in a guard page, and large frames are not probed";
constexpr StringLiteral kProfiler = "is not supported: the profiler's run-time library is not portable";
constexpr StringLiteral kNotShared =
    "is not supported: a pair is one statically linked program (docs/limits.md, \"Dynamic linking\")";

// The first rule that matches wins.
constexpr Rule kRules[] = {
    {"-funsigned-char", false, Effect::WarnKeep, "dyad-unsigned-char", kCharSign},
    {"-fno-signed-char", false, Effect::WarnKeep, "dyad-unsigned-char", kCharSign},
    {"-ffp-contract=off", false, Effect::Drop, kNone, kNone},
    {"-ffp-contract=", true, Effect::Refuse, kNone, kDiffer},
    {"-mlong-double-64", false, Effect::Drop, kNone, kNone},
    {"-mlong-double-", true, Effect::Refuse, kNone, kDiffer},
    {"-shared", false, Effect::Refuse, kNone, kNotShared},
    {"-static-pie", false, Effect::Drop, kNone, kNone},
    {"-static", false, Effect::Drop, kNone, kNone},
    {"-no-pie", false, Effect::Drop, kNone, kNone},
    {"-pie", false, Effect::Drop, kNone, kNone},
    {"-rdynamic", false, Effect::Drop, kNone, kNone},
    {"-m64", false, Effect::Drop, kNone, kNone},
    {"-m32", false, Effect::Refuse, kNone, "is not supported: pairs are 64-bit programs"},
    {"-mx32", false, Effect::Refuse, kNone, "is not supported: pairs are 64-bit programs"},
    {"-fuse-ld=lld", false, Effect::Drop, kNone, kNone},
    {"-fuse-ld=", true, Effect::Refuse, kNone, "is not supported: pairs are linked by lld"},
    {"--target=", true, Effect::Refuse, kNone, "is not supported: dyad-cc makes both halves of a pair; native sources take --isa="},
    {"-target", false, Effect::Refuse, kNone, "is not supported: dyad-cc makes both halves of a pair; native sources take --isa="},
    {"-flto", true, Effect::Drop, kNone, kNone},
    {"-pthread", false, Effect::Keep, kNone, kNone},
    {"-static-libgcc", false, Effect::Keep, kNone, kNone},
    {"-static-libstdc++", false, Effect::Keep, kNone, kNone},
    {"-shared-libgcc", false, Effect::Keep, kNone, kNone},
    {"-rtlib=", true, Effect::Keep, kNone, kNone},
    {"-unwindlib=", true, Effect::Keep, kNone, kNone},
    {"-nolibc", false, Effect::Keep, kNone, kNone},
    {"-gsplit-dwarf", true, Effect::WarnDrop, "dyad-split-dwarf", "has no effect: debug information stays in the objects"},
    {"-fno-lto", false, Effect::WarnDrop, "dyad-lto", "has no effect: a pair is always optimised as a whole"},
    {"-fsanitize=", true, Effect::Refuse, kNone, "is not supported: the sanitizers' run-time libraries are not portable"},
    {"-fprofile-generate", true, Effect::Refuse, kNone, kProfiler},
    {"-fprofile-instr-generate", true, Effect::Refuse, kNone, kProfiler},
    {"-fprofile-arcs", false, Effect::Refuse, kNone, kProfiler},
    {"-ftest-coverage", false, Effect::Refuse, kNone, kProfiler},
    {"--coverage", false, Effect::Refuse, kNone, kProfiler},
    {"-coverage", false, Effect::Refuse, kNone, kProfiler},
    {"-pg", false, Effect::Refuse, kNone, kProfiler},
    {"-fsplit-stack", false, Effect::Refuse, kNone, "is not supported: a stack has one piece, and a guard page below it"},
    {"-ffixed-", true, Effect::Refuse, kNone, "is not supported: a register exists on one ISA only"},
    {"-mabi=", true, Effect::Refuse, kNone, "is not supported: portable code has one ABI (docs/portable-ir.md)"},
    {"-Ofast", false, Effect::WarnKeep, "dyad-fast-math", kFastMath},
    {"-ffast-math", false, Effect::WarnKeep, "dyad-fast-math", kFastMath},
    {"-funsafe-math-optimizations", false, Effect::WarnKeep, "dyad-fast-math", kFastMath},
    {"-fassociative-math", false, Effect::WarnKeep, "dyad-fast-math", kFastMath},
    {"-freciprocal-math", false, Effect::WarnKeep, "dyad-fast-math", kFastMath},
    {"-fapprox-func", false, Effect::WarnKeep, "dyad-fast-math", kFastMath},
    {"-fopenmp", true, Effect::Refuse, kNone, "is not supported: there is no portable OpenMP run-time library"},
    {"-march=", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mcpu=", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mtune=", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-msse", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mavx", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mfpmath=", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mfpu=", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-maes", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mbmi", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mcrc32", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mcx16", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mf16c", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mfma", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mlzcnt", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mmmx", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mpclmul", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mpopcnt", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mrdrnd", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-msha", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mno-avx", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mno-mmx", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mno-sse", true, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-moutline-atomics", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-mno-outline-atomics", false, Effect::WarnDrop, "dyad-ignored-cpu", kAnyHost},
    {"-fcf-protection", true, Effect::WarnDrop, "dyad-ignored-protection", kOneIsa},
    {"-mbranch-protection=", true, Effect::WarnDrop, "dyad-ignored-protection", kOneIsa},
    {"-fstack-clash-protection", false, Effect::WarnDrop, "dyad-ignored-protection", kGuardPages},
    {"-fzero-call-used-regs=", true, Effect::WarnDrop, "dyad-ignored-protection", kOneIsa},
    {"-mcmodel=", true, Effect::WarnDrop, "dyad-ignored-model", "has no effect: images lie below 2 GiB"},
    {"-mred-zone", false, Effect::WarnDrop, "dyad-ignored-model", "has no effect: trap frames use the stack below its pointer"},
    {"-mno-red-zone", false, Effect::Drop, kNone, kNone},
};

const Rule* ruleFor(StringRef argument) {
    for (const Rule& rule : kRules)
        if (rule.prefix ? argument.starts_with(rule.spelling) : argument == rule.spelling)
            return &rule;
    return nullptr;
}

// Options of clang whose value is the next argument and could look like one of ours.
bool takesValue(StringRef argument) {
    static const StringSet<> separate{"-o",     "-x",       "-I",      "-D",          "-U",       "-include", "-imacros",
                                      "-isystem", "-iquote", "-idirafter", "-L",       "-l",       "-Xlinker", "-Xclang",
                                      "-MF",    "-MT",      "-MQ",     "-MJ",         "-u",       "-e",       "-T",
                                      "-z",     "-mllvm",   "-Xpreprocessor", "-Xassembler", "--param", "-isysroot",
                                      "-iprefix", "-iwithprefix", "-dumpdir", "-arch"};
    return separate.contains(argument);
}

// What follows -O, as clang reads it. Sizes (s, z) are attributes of the functions; here they are level 2.
unsigned levelOf(StringRef text) {
    if (text == "0")
        return 0;
    if (text.empty() || text == "1" || text == "g")
        return 1;
    return text == "2" || text == "s" || text == "z" ? 2 : 3;
}

class Parser {
  public:
    explicit Parser(ArrayRef<const char*> arguments) : arguments_(arguments) {}

    std::optional<Options> run() {
        StringRef name = sys::path::filename(arguments_[0]);
        options_.cxx = name.ends_with("++");
        options_.clang.push_back(arguments_[0]);
        for (next_ = 1; next_ < arguments_.size();) {
            const char* argument = arguments_[next_++];
            if (!ours(argument))
                forward(argument);
        }
        if (failed_)
            return std::nullopt;
        options_.onlyAbout = options_.printJobs && !anyInput_;
        return std::move(options_);
    }

  private:
    enum class Severity { Ignored, Warning, Error };

    // As clang does with its own warnings: the last flag about one counts, one by name before one about all.
    Severity severityOf(const std::string& name) const {
        bool off = false, all = false;
        std::optional<bool> own;
        for (StringRef argument : arguments_) {
            if (argument == "-w")
                return Severity::Ignored;
            if (argument == "-Werror" || argument == "-Wno-error")
                all = argument == "-Werror";
            else if (argument == "-W" + name || argument == "-Wno-" + name)
                off = argument.starts_with("-Wno-");
            else if (argument == "-Werror=" + name || argument == "-Wno-error=" + name)
                own = argument.starts_with("-Werror=");
        }
        return off ? Severity::Ignored : own.value_or(all) ? Severity::Error : Severity::Warning;
    }

    void forward(StringRef argument) {
        anyInput_ |= !argument.starts_with("-") || argument == "-";
        options_.clang.push_back(argument.data());
        if (argument.starts_with("-O"))
            options_.level = levelOf(argument.drop_front(2));
        if (takesValue(argument) && next_ < arguments_.size())
            options_.clang.push_back(arguments_[next_++]);
    }

    bool ours(StringRef argument) {
        if (!argument.starts_with("-"))
            return false;
        for (StringRef prefix : {"-Wdyad-", "-Wno-dyad-", "-Werror=dyad-", "-Wno-error=dyad-"})
            if (argument.starts_with(prefix))
                return true;
        if (matchValue(argument, "--isa=", [&](StringRef value) { setNative(value); }) ||
            matchValue(argument, "--x86-cpu=", [&](StringRef value) { options_.x86Cpu = value.str(); }) ||
            matchValue(argument, "--arm-cpu=", [&](StringRef value) { options_.armCpu = value.str(); }) ||
            matchValue(argument, "--emit-program-ir=", [&](StringRef value) { options_.emitIr = value.str(); }))
            return true;
        if (argument == "-fmigration" || argument == "-fno-migration") {
            options_.migration = argument == "-fmigration";
            return true;
        }
        if (argument == "--isa" || argument == "--x86-cpu" || argument == "--arm-cpu")
            return refuse(argument, "needs a value, as in " + argument + "=VALUE");
        // clang suggests its own options only.
        for (StringRef known : {"--isa", "--x86-cpu", "--arm-cpu"})
            if (unsigned distance = argument.split('=').first.edit_distance(known); distance == 1 || distance == 2) {
                printError("unknown argument '" + argument + "'; did you mean '" + known + "='?");
                return failed_ = true;
            }
        if (argument.starts_with("-Xarch_"))
            return perIsa(argument);
        if (immediate(argument) || mode(argument))
            return true;
        const Rule* rule = options_.native ? nullptr : ruleFor(argument);
        if (!rule)
            return false;
        switch (rule->effect) {
        case Effect::Refuse: return refuse(argument, rule->text);
        case Effect::WarnDrop: warn(rule->warning, argument, rule->text); return true;
        case Effect::WarnKeep: warn(rule->warning, argument, rule->text); return false;
        case Effect::Drop: return true;
        case Effect::Keep:
            options_.clang.push_back("--start-no-unused-arguments");
            forward(argument);
            options_.clang.push_back("--end-no-unused-arguments");
            return true;
        }
        return true;
    }

    template <class Set> static bool matchValue(StringRef argument, StringRef spelling, Set set) {
        if (!argument.consume_front(spelling))
            return false;
        set(argument);
        return true;
    }

    void setNative(StringRef value) {
        options_.native = parseIsa(std::string_view(value.data(), value.size()));
        if (!options_.native)
            refuse("--isa=" + value, "names no ISA; expected x86_64 or aarch64");
    }

    bool perIsa(StringRef argument) {
        StringRef name = argument.drop_front(StringRef("-Xarch_").size());
        std::optional<Isa> isa = parseIsa(std::string_view(name.data(), name.size()));
        if (!isa)
            return refuse(argument, "names no ISA; expected -Xarch_x86_64 or -Xarch_aarch64");
        if (next_ == arguments_.size())
            return refuse(argument, "needs a flag after it");
        options_.perIsa[static_cast<int>(*isa)].push_back(arguments_[next_++]);
        return true;
    }

    bool immediate(StringRef argument) {
        if (argument == "--version")
            options_.immediate = ImmediateAction::Version;
        else if (argument == "-dumpmachine" || argument == "-print-target-triple" || argument == "--print-target-triple" ||
                 argument == "-print-effective-triple" || argument == "--print-effective-triple")
            options_.immediate = ImmediateAction::DumpMachine;
        else if (argument.consume_front("-print-prog-name=") || argument.consume_front("--print-prog-name=")) {
            options_.immediate = ImmediateAction::PrintProgram;
            options_.program = argument.str();
        } else if (argument == "--help" || argument == "-help")
            options_.immediate = ImmediateAction::Help;
        else
            return false;
        return true;
    }

    bool mode(StringRef argument) {
        if (argument == "-###") {
            options_.printJobs = true;
            options_.runJobs = false;
            return true;
        }
        if (argument == "-v") {
            options_.printJobs = true;
            options_.clang.push_back("-Xclang"); // clang's driver would introduce itself with the neutral target
            options_.clang.push_back("-v");
            return true;
        }
        if (argument == "-nostdlib" || argument == "-nodefaultlibs" || argument == "-nolibc")
            options_.noStandardLibraries = true;
        if (argument == "-nostdlib" || argument == "-nostartfiles")
            options_.noStartFiles = true;
        if (argument == "-r")
            options_.relocatable = true;
        return false; // clang's driver sees these too
    }

    bool refuse(const Twine& argument, const Twine& why) {
        printError("'" + argument + "' " + why);
        failed_ = true;
        return true;
    }

    void warn(StringRef name, StringRef argument, StringRef text) {
        Severity severity = severityOf(name.str());
        if (severity != Severity::Ignored &&
            !printWarning(name, "'" + argument + "' " + text, severity == Severity::Error))
            failed_ = true;
    }

    ArrayRef<const char*> arguments_;
    Options options_;
    size_t next_ = 1;
    bool failed_ = false, anyInput_ = false;
};

} // namespace

std::optional<Options> parseOptions(ArrayRef<const char*> arguments) { return Parser(arguments).run(); }

} // namespace dyad
