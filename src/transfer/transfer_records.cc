// $XDG_STATE_HOME/dyad/transfers, with ~/.local/state as the default (XDG base directories). A decision is a symbolic
// link that leads nowhere: it is made with what it says, or it is there already.
#include "transfer/transfer_records.h"

#include "support/quiet_thread.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sys/stat.h>

namespace dyad {

namespace {

constexpr const char *kTaken = "taken", *kStays = "stays", *kComplete = "complete";
constexpr std::time_t kKeptSeconds = 30 * 24 * 3600;

Result<std::string> findFolder() {
    const char *state = std::getenv("XDG_STATE_HOME"), *home = std::getenv("HOME");
    if (state && *state == '/') return std::string(state) + "/dyad/transfers";
    if (home && *home == '/') return std::string(home) + "/.local/state/dyad/transfers";
    return Error{"expected XDG_STATE_HOME or HOME to be set: records of what was received go there"};
}

} // namespace

Result<std::unique_ptr<RecordFlush>> RecordFlush::begin(const UniqueFd& folder) {
    UniqueFd own(fcntl(folder.get(), F_DUPFD_CLOEXEC, 0));
    if (!own) return Error{fmt::format("cannot flush the records of transfers: {}", std::strerror(errno))};
    std::unique_ptr<RecordFlush> flush(new RecordFlush(std::move(own)));
    auto thread = startQuietThread([&flush = *flush] { flush.error_ = fsync(flush.folder_.get()) == 0 ? 0 : errno; });
    if (!thread) return std::move(thread.error()).in("cannot flush the records of transfers");
    flush->thread_ = std::move(*thread);
    return flush;
}

RecordFlush::~RecordFlush() {
    if (thread_.joinable()) thread_.join();
}

Result<bool> RecordFlush::done() const {
    const int error = error_;
    if (error > 0) return Error{fmt::format("cannot flush the records of transfers: {}", std::strerror(error))};
    return error == 0;
}

Result<TransferRecords> TransferRecords::open() {
    auto path = findFolder();
    if (!path) return std::move(path.error());
    // What is ours is closed to others; what is not is made as by anybody.
    const auto ours = std::filesystem::path(*path).parent_path();
    std::error_code ignored; // opening tells
    std::filesystem::create_directories(ours.parent_path(), ignored);
    for (const auto& made : {ours.string(), *path})
        mkdir(made.c_str(), 0700);
    UniqueFd folder(::open(path->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return Error{fmt::format("cannot open {}: {}", *path, std::strerror(errno))};
    TransferRecords records(std::move(*path), std::move(folder));
    records.forgetOld();
    return records;
}

void TransferRecords::forgetOld() {
    const std::time_t before = std::time(nullptr) - kKeptSeconds;
    const int copy = openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::unique_ptr<DIR, int (*)(DIR*)> list(copy >= 0 ? fdopendir(copy) : nullptr, closedir);
    while (const dirent* entry = list ? readdir(list.get()) : nullptr) {
        struct stat status;
        if (fstatat(folder_.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode) &&
            status.st_mtime < before)
            unlinkat(folder_.get(), entry->d_name, 0);
    }
}

Error TransferRecords::failed() const {
    return Error{fmt::format("cannot write to {}: {}", path_, std::strerror(errno))};
}

Result<TransferOutcome> TransferRecords::decide(const TransferId& id, bool taken) {
    auto noted = note(id, taken);
    if (noted && fsync(folder_.get()) != 0) return failed();
    return noted;
}

Result<TransferOutcome> TransferRecords::note(const TransferId& id, bool taken) {
    const std::string name = text(id);
    if (symlinkat(taken ? kTaken : kStays, folder_.get(), name.c_str()) == 0)
        return taken ? TransferOutcome::Taken : TransferOutcome::NotTaken;
    char found[16] = "";
    if (errno != EEXIST || readlinkat(folder_.get(), name.c_str(), found, sizeof found - 1) < 0) return failed();
    return std::strcmp(found, kTaken) == 0      ? TransferOutcome::Taken
           : std::strcmp(found, kComplete) == 0 ? TransferOutcome::Complete
                                                : TransferOutcome::NotTaken;
}

/// In place of the other, at once.
Result<void> TransferRecords::complete(const TransferId& id) {
    const std::string name = text(id), fresh = name + ".new";
    unlinkat(folder_.get(), fresh.c_str(), 0);
    if (symlinkat(kComplete, folder_.get(), fresh.c_str()) != 0 ||
        renameat(folder_.get(), fresh.c_str(), folder_.get(), name.c_str()) != 0 || fsync(folder_.get()) != 0)
        return failed();
    return {};
}

} // namespace dyad
