// Writes the statistics file.
#include "run_stats.h"

#include "support/output_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

namespace {

nlohmann::ordered_json moment(double ms) {
    return ms < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(ms);
}

const char *endName(RunReport::End end) {
    switch (end) {
    case RunReport::End::exited:
        return "exited";
    case RunReport::End::signalled:
        return "signalled";
    case RunReport::End::crashed:
        return "crashed";
    case RunReport::End::timedOut:
        return "timed out";
    case RunReport::End::interrupted:
        return "interrupted";
    case RunReport::End::checkpointed:
        return "checkpointed";
    case RunReport::End::transferred:
        return "transferred";
    case RunReport::End::detached:
        return "detached";
    }
    return "";
}

/// Median, 99th percentile and largest of one time of all moves, in ms.
struct Spread {
    double median = -1, percentile99 = -1, most = -1;

    template <class Time> Spread(const std::vector<MoveReport> &moves, Time time) {
        std::vector<std::uint64_t> ns;
        for (const MoveReport &move : moves)
            ns.push_back(std::invoke(time, move));
        if (ns.empty()) return;
        std::sort(ns.begin(), ns.end());
        auto at = [&](std::size_t index) { return static_cast<double>(ns[index]) / 1e6; };
        median = at((ns.size() - 1) / 2);
        percentile99 = at((ns.size() * 99 + 99) / 100 - 1);
        most = at(ns.size() - 1);
    }
    nlohmann::ordered_json json() const {
        return {{"median", moment(median)}, {"p99", moment(percentile99)}, {"most", moment(most)}};
    }
};

nlohmann::ordered_json movesJson(const Moves &moves) {
    std::uint64_t bytes = 0;
    for (const MoveReport &move : moves.done)
        bytes += move.bytes;
    return {{"done", moves.done.size()},
            {"failed", moves.failed},
            {"bytes", bytes},
            {"request_to_stopped_ms", Spread(moves.done, &MoveReport::stopping).json()},
            {"moving_ms", Spread(moves.done, &MoveReport::moving).json()},
            {"downtime_ms", Spread(moves.done, &MoveReport::down).json()}};
}

nlohmann::ordered_json eachMove(const Moves &moves) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const MoveReport &move : moves.done)
        list.push_back(describeMove(move));
    return list;
}

} // namespace

std::string describeMoves(const Moves &moves) {
    Spread stopping(moves.done, &MoveReport::stopping), moving(moves.done, &MoveReport::moving);
    return fmt::format("moved {} times; request to stopped: median {:.3f} ms, 99th percentile {:.3f} ms; capture to "
                       "arrival: median {:.3f} ms, 99th percentile {:.3f} ms",
                       moves.done.size(), stopping.median, stopping.percentile99, moving.median, moving.percentile99);
}

Result<std::unique_ptr<StatsFile>> openStats(const std::string &path) {
    if (path.empty()) return std::unique_ptr<StatsFile>();
    auto file = StatsFile::create(path);
    if (!file) return std::move(file.error());
    return std::make_unique<StatsFile>(std::move(*file));
}

StatsFile::StatsFile(std::string path, std::string temporary, UniqueFd file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}

StatsFile::~StatsFile() {
    if (file_ && !temporary_.empty()) unlink(temporary_.c_str());
}

Error StatsFile::failed() const {
    return Error{fmt::format("--stats: cannot write {}: {}", path_, std::strerror(errno))};
}

Result<StatsFile> StatsFile::create(const std::string &path) {
    struct stat status;
    if (stat(path.c_str(), &status) == 0) {
        // Devices, pipes and what our own streams are open on (/dev/stderr) are written to; only files are replaced.
        const int stream = standardStreamOf(status);
        if (stream >= 0 || !S_ISREG(status.st_mode)) {
            StatsFile stats(path, "",
                            UniqueFd(stream >= 0 ? fcntl(stream, F_DUPFD_CLOEXEC, 0)
                                                 : open(path.c_str(), O_WRONLY | O_CLOEXEC)));
            if (!stats.file_) return stats.failed();
            return stats;
        }
    }
    std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
    StatsFile stats(path, temporary, UniqueFd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)));
    if (!stats.file_) return stats.failed();
    return stats;
}

Result<void> StatsFile::write(const RunReport &report, const Moves &moves, const std::string &machine,
                              int status) {
    nlohmann::ordered_json json = {
        {"version", 1},
        {"machine", machine},
        {"timeline_ms",
         {{"start", 0.0},
          {"hello", moment(report.helloMs)},
          {"main", moment(report.mainMs)},
          {"exit", moment(report.exitMs)}}},
        {"frames", {{"from_guest", report.framesFromGuest}, {"to_guest", report.framesToGuest}}},
        {"bytes",
         {{"stdin", report.bytesIn},
          {"stdout", report.bytesOut},
          {"stderr", report.bytesErr},
          {"files_in", report.fileBytesIn}}},
        {"moves", movesJson(moves)},
        {"migrations", eachMove(moves)},
        {"exit", {{"how", endName(report.end)}, {"value", report.value}, {"status", status}}},
    };
    std::string text = json.dump(2) + "\n";
    if (::write(file_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        (!temporary_.empty() && std::rename(temporary_.c_str(), path_.c_str()) != 0))
        return failed();
    file_.reset();
    return {};
}

} // namespace dyad
