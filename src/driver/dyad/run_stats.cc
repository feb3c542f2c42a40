// Writes the statistics file.
#include "run_stats.h"

#include "support/output_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
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
    }
    return "";
}

} // namespace

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

Result<void> StatsFile::write(const RunReport &report, const std::string &machine, int status) {
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
