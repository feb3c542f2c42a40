// The `dyad` command: a table of subcommands. Only the one that is called declares its options: start-up time counts.
#include "commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

using namespace dyad;

namespace {

struct Subcommand {
    const char *name;
    const char *summary;
    const char *usage;
    const char *example; ///< what --help ends with
    Action (*setup)(CLI::App &);
    Action (*setupProgram)(CLI::App &, const ProgramWords &); ///< for those that start a program
    const char *tool;                                         ///< for those that are another executable
};

constexpr Subcommand kSubcommands[] = {
    {"cc", "compile and link C", "", "", nullptr, nullptr, "dyad-cc"},
    {"c++", "compile and link C++", "", "", nullptr, nullptr, "dyad-c++"},
    {"run", "run a program on a machine of its own", "dyad run [OPTIONS] IMAGE [OPTIONS] [--] [ARGUMENTS...]",
     "dyad run --isa aarch64 --fs ./data ./hello -- --name world", nullptr, setupRun, nullptr},
    {"test", "run a program on both ISAs and while it moves, and compare",
     "dyad test [OPTIONS] IMAGE [OPTIONS] [--] [ARGUMENTS...]", "dyad test --moves 20 --junit results.xml ./hello", nullptr,
     setupTest, nullptr},
    {"ps", "list the programs that run", "dyad ps [OPTIONS]",
     "dyad ps", setupPs, nullptr, nullptr},
    {"stats", "show what a running program has come to", "dyad stats [OPTIONS] NAME", "dyad stats --json job", setupStats,
     nullptr, nullptr},
    {"migrate", "move a running program to another ISA or host", "dyad migrate [OPTIONS] NAME --isa ISA|--to ADDRESS",
     "dyad run --name job ./hello & dyad migrate job --isa aarch64", setupMigrate, nullptr, nullptr},
    {"receive", "wait for a program from another host", "dyad receive [OPTIONS] --listen ADDRESS IMAGE",
     "dyad receive --listen 127.0.0.1:4711 ./hello", setupReceive, nullptr, nullptr},
    {"keygen", "make the keys that two hosts need", "dyad keygen [OPTIONS] DIR", "dyad keygen keys", setupKeygen, nullptr,
     nullptr},
    {"checkpoint", "write a running program to a file", "dyad checkpoint [OPTIONS] NAME -o FILE",
     "dyad checkpoint job -o job.checkpoint", setupCheckpoint, nullptr, nullptr},
    {"restore", "go on with a program that was written to a file", "dyad restore [OPTIONS] FILE [IMAGE]",
     "dyad restore --isa aarch64 job.checkpoint ./hello", setupRestore, nullptr, nullptr},
    {"stop", "end a running program", "dyad stop [OPTIONS] NAME",
     "dyad stop job", setupStop, nullptr, nullptr},
    {"doctor", "check this host and say what to install", "dyad doctor [OPTIONS]", "dyad doctor", setupDoctor, nullptr,
     nullptr},
    {"check", "prove that both halves of an image match", "dyad check IMAGE", "dyad check ./hello", setupCheck, nullptr,
     nullptr},
    {"inspect", "show what an image holds", "dyad inspect [OPTIONS] IMAGE", "dyad inspect --json ./hello", setupInspect,
     nullptr, nullptr},
    {"image", "take an image apart", "dyad image SUBCOMMAND IMAGE",
     "dyad image extract --isa aarch64 ./hello -o hello.aarch64", setupImage, nullptr, nullptr},
    {"align", "link two ordinary executables with equal addresses", "", "", nullptr, nullptr,
     "../lib/dyad/bin/dyad-align"},
};

const Subcommand *find(const std::string &name) {
    for (const Subcommand &command : kSubcommands)
        if (name == command.name) return &command;
    return nullptr;
}

int printHelp() {
    fmt::print("usage: dyad SUBCOMMAND [OPTIONS] ...\n\n"
               "Builds one C or C++ program as a matched pair of x86-64 and AArch64 unikernels, and runs it.\n\n"
               "subcommands:\n");
    for (const Subcommand &command : kSubcommands)
        fmt::print("  {:<10} {}\n", command.name, command.summary);
    fmt::print("\n  --help     this text; `dyad SUBCOMMAND --help` for one subcommand\n"
               "  --version  the version of Dyad\n\n"
               "example:\n  dyad cc -O2 hello.c -o hello && dyad run --isa aarch64 ./hello\n");
    return 0;
}

/// "error: unknown <what> 'word'; did you mean ...?"
void printUnknown(const std::string &who, const char *what, const std::string &word,
                  const std::vector<std::string> &candidates) {
    std::string suggestion = closest(word, candidates);
    fmt::print(stderr, "{}: error: unknown {} '{}'{}\n", who, what, word,
               suggestion.empty() ? fmt::format("; see {} --help", who)
                                  : fmt::format("; did you mean '{}'?", suggestion));
}

/// The innermost subcommand that the words parsed so far selected: its options are what a typo was meant to be.
const CLI::App &selected(const CLI::App &app) {
    auto inner = app.get_subcommands();
    return inner.empty() ? app : selected(*inner.front());
}

/// CLI11's message as ours are: lower case, what was expected and what was found.
std::string inOurWords(const CLI::ParseError &error) {
    std::string text = error.what();
    constexpr std::string_view kConversion = "Could not convert: ";
    if (std::size_t equals = text.find(" = "); text.starts_with(kConversion) && equals != text.npos)
        return fmt::format("{} takes a number, found '{}'",
                           text.substr(kConversion.size(), equals - kConversion.size()), text.substr(equals + 3));
    if (error.get_name() == "ArgumentMismatch") return text.substr(0, text.find(':')) + " needs a value";
    if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

int reportParseError(const std::string &who, const CLI::App &app, const CLI::ParseError &error, int status) {
    const CLI::App &inner = selected(app);
    for (const std::string &word : app.remaining(true)) {
        std::vector<std::string> names;
        bool flag = word.size() > 1 && word.front() == '-';
        for (const CLI::Option *option : inner.get_options())
            for (const std::string &name : option->get_lnames())
                names.push_back("--" + name);
        if (flag) {
            printUnknown(who, "flag", word.substr(0, word.find('=')), names);
        } else if (auto subcommands = inner.get_subcommands([](const CLI::App *) { return true; });
                   !subcommands.empty()) {
            std::vector<std::string> choices;
            for (const CLI::App *subcommand : subcommands)
                choices.push_back(subcommand->get_name());
            printUnknown(who, "subcommand", word, choices);
        } else {
            fmt::print(stderr, "{}: error: unexpected argument '{}'\n", who, word);
        }
        return status;
    }
    fmt::print(stderr, "{}: error: {}\n", who, inOurWords(error));
    return status;
}

/// CLI11's help, with our usage line at the top of it.
class HelpText : public CLI::Formatter {
  public:
    explicit HelpText(std::string usage) : usage_(std::move(usage)) {}
    std::string make_usage(const CLI::App *app, std::string name) const override {
        return app->get_parent() ? CLI::Formatter::make_usage(app, std::move(name)) : "usage: " + usage_ + "\n";
    }

  private:
    std::string usage_;
};

int runSubcommand(const Subcommand &command, std::vector<std::string> words) {
    std::string who = fmt::format("dyad {}", command.name);
    int usageStatus = command.setupProgram ? kCouldNotStart : kFailed;
    CLI::App app(command.summary, who);
    app.formatter(std::make_shared<HelpText>(command.usage));
    app.footer(fmt::format("example:\n  {}", command.example));
    ProgramWords program;
    Action action = command.setupProgram ? command.setupProgram(app, program) : command.setup(app);
    if (command.setupProgram) program = takeProgramWords(app, words);
    try {
        std::reverse(words.begin(), words.end()); // CLI11 takes them last first
        app.parse(std::move(words));
    } catch (const CLI::CallForHelp &) {
        fmt::print("{}", app.help());
        return 0;
    } catch (const CLI::ParseError &error) {
        return reportParseError(who, app, error, usageStatus);
    }
    return action();
}

} // namespace

/// Keeps descriptors 0 to 2 from being given to other files where the caller closed them. Reading and writing a descriptor
/// opened with O_PATH fails as on a closed one (open(2)).
static void reserveStandardDescriptors() {
    for (int fd = 0; fd <= 2; ++fd)
        if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd) _exit(kCouldNotStart);
}

int main(int argc, char **argv) {
    reserveStandardDescriptors();
    std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty()) {
        fmt::print(stderr, "dyad: error: no subcommand given; see dyad --help\n");
        return kFailed;
    }
    std::string name = words.front();
    words.erase(words.begin());
    if (name == "help" && !words.empty()) {
        name = words.front();
        words = {"--help"};
    }
    if (name == "--help" || name == "-h" || name == "help") return printHelp();
    if (name == "--version") {
        fmt::print("dyad {}\n", DYAD_VERSION);
        return 0;
    }
    if (const Subcommand *command = find(name))
        return command->tool ? forward(command->tool, words) : runSubcommand(*command, std::move(words));
    std::vector<std::string> names{"--help", "--version"};
    for (const Subcommand &command : kSubcommands)
        names.push_back(command.name);
    printUnknown("dyad", name.front() == '-' ? "flag" : "subcommand", name, names);
    return kFailed;
}
