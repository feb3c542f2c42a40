// Starts `dyad run`, reads its statistics, compares.
#include "test_runs.h"

#include "commands.h"

#include "machine/child.h"
#include "machine/installation.h"
#include "support/output_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/wait.h>

namespace dyad {

namespace {

namespace fs = std::filesystem;

constexpr int kTimedOut = 124;
/// Beyond the program's own time: starting, moving, copying files back.
constexpr unsigned kGraceSeconds = 60;

std::string textOf(const std::string& path) {
    auto bytes = readInputFile(path);
    if (!bytes) return {};
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

std::string lastLine(std::string text) {
    while (text.ends_with('\n'))
        text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

Result<UniqueFd> openFile(const std::string& path, int flags) {
    UniqueFd file(open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!file) return Error{fmt::format("cannot open {}: {}", path, std::strerror(errno))};
    return file;
}

/// A line of output, short enough for a message.
std::string excerpt(const std::string& text, std::size_t start) {
    constexpr std::size_t kLongest = 120;
    if (start >= text.size()) return "the end";
    std::string line = text.substr(start, std::min(text.find('\n', start) - start, kLongest));
    return fmt::format("'{}'", line);
}

std::optional<std::string> differenceOfOutput(const std::string& expected, const std::string& found) {
    if (expected == found) return std::nullopt;
    auto [left, right] = std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
    std::size_t line = static_cast<std::size_t>(std::count(expected.begin(), left, '\n')) + 1;
    std::size_t at = static_cast<std::size_t>(left - expected.begin());
    std::size_t start = at == 0 ? 0 : expected.rfind('\n', at - 1) + 1;
    return fmt::format("output differs in line {}: expected {}, found {}", line, excerpt(expected, start),
                       excerpt(found, start));
}

/// What lies below a folder, by relative path.
std::set<std::string> entriesBelow(const std::string& folder) {
    std::set<std::string> entries;
    std::error_code ignored; // a folder that is not there has no entries
    for (fs::recursive_directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
        entries.insert(fs::relative(entry->path(), folder));
    return entries;
}

std::optional<std::string> differenceOfFiles(const std::string& expected, const std::string& found) {
    std::set<std::string> left = entriesBelow(expected), right = entriesBelow(found);
    for (const std::string& path : left)
        if (!right.count(path)) return fmt::format("file {} is missing", path);
    for (const std::string& path : right)
        if (!left.count(path)) return fmt::format("file {} was not expected", path);
    for (const std::string& path : left) {
        std::string one = expected + "/" + path, other = found + "/" + path;
        fs::file_type type = fs::symlink_status(one).type();
        if (type != fs::symlink_status(other).type()) return fmt::format("file {} is of another type", path);
        bool same = type == fs::file_type::symlink   ? fs::read_symlink(one) == fs::read_symlink(other)
                    : type == fs::file_type::regular ? textOf(one) == textOf(other)
                                                     : true;
        if (!same) return fmt::format("file {} differs", path);
    }
    return std::nullopt;
}

} // namespace

std::vector<std::string> TestRuns::command(const std::string& isa, const std::vector<std::string>& more,
                                           const std::string& prefix) const {
    std::vector<std::string> words{Installation::find().bin + "/dyad",
                                   "run",
                                   "--isa",
                                   isa,
                                   "--self-test",
                                   "--stats",
                                   prefix + ".stats",
                                   "--timeout",
                                   std::to_string(program_.timeout)};
    words.insert(words.end(), program_.options.begin(), program_.options.end());
    if (!program_.filesIn.empty()) words.insert(words.end(), {"--fs", program_.filesIn, "--fs-out", prefix + ".files"});
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"--", program_.image});
    words.insert(words.end(), program_.arguments.begin(), program_.arguments.end());
    return words;
}

Result<TestRun> TestRuns::run(const std::string& isa, const std::vector<std::string>& more) {
    using Clock = std::chrono::steady_clock;
    TestRun run;
    run.prefix = folder_.file(std::to_string(count_++));
    auto input = openFile(program_.input.empty() ? "/dev/null" : program_.input, O_RDONLY);
    if (!input) return std::move(input.error());
    auto output = openFile(run.prefix + ".out", O_WRONLY | O_CREAT | O_TRUNC);
    if (!output) return std::move(output.error());
    auto errors = openFile(run.prefix + ".err", O_WRONLY | O_CREAT | O_TRUNC);
    if (!errors) return std::move(errors.error());
    Clock::time_point start = Clock::now();
    auto secondsSince = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    ChildSetup setup;
    setup.command = command(isa, more, run.prefix);
    setup.standardInput = input->get();
    setup.standardOutput = output->get();
    setup.standardError = errors->get();
    auto child = Child::start(setup);
    if (!child) return std::move(child.error());
    std::optional<int> status;
    while (!(status = child->wait(50))) {
        interrupted_();
        if (program_.timeout > 0 && secondsSince() > program_.timeout + kGraceSeconds)
            return Error{fmt::format("did not end within {} s", program_.timeout + kGraceSeconds)};
    }
    run.seconds = secondsSince();
    run.lastMessage = lastLine(textOf(run.prefix + ".err"));
    run.status = WIFSIGNALED(*status) ? 128 + WTERMSIG(*status) : WEXITSTATUS(*status);
    // 124 and 125 may also be the program's own status: only ours come with another end in the statistics, or without
    // any.
    auto stats = nlohmann::json::parse(textOf(run.prefix + ".stats"), nullptr, false);
    if (stats.is_discarded()) return Error{run.lastMessage.empty() ? "could not be started" : run.lastMessage};
    if (run.status == kTimedOut && stats["exit"]["how"] == "timed out")
        return Error{fmt::format("did not end within {} s (--timeout)", program_.timeout)};
    if (run.status == kCouldNotStart && stats["exit"]["status"] != stats["exit"]["value"])
        return Error{run.lastMessage.empty() ? "failed" : run.lastMessage};
    run.moves = stats["moves"]["done"].get<std::uint64_t>();
    const auto& times = stats["timeline_ms"];
    if (times["main"].is_number() && times["exit"].is_number())
        run.programMs = times["exit"].get<double>() - times["main"].get<double>();
    return run;
}

std::optional<std::string> TestRuns::difference(const TestRun& expected, const TestRun& found) const {
    if (expected.status != found.status)
        return fmt::format("expected exit status {}, found {}{}{}", expected.status, found.status,
                           found.lastMessage.empty() ? "" : "; last message: ", found.lastMessage);
    if (auto output = differenceOfOutput(textOf(expected.prefix + ".out"), textOf(found.prefix + ".out")))
        return output;
    if (program_.filesIn.empty()) return std::nullopt;
    return differenceOfFiles(expected.prefix + ".files", found.prefix + ".files");
}

} // namespace dyad
