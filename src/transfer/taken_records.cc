// $XDG_STATE_HOME/dyad/taken, with ~/.local/state as the default (XDG base directories).
#include "transfer/taken_records.h"

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

constexpr std::time_t kKeptSeconds = 30 * 24 * 3600;

Result<std::string> findFolder() {
    const char *state = std::getenv("XDG_STATE_HOME"), *home = std::getenv("HOME");
    if (state && *state == '/') return std::string(state) + "/dyad/taken";
    if (home && *home == '/') return std::string(home) + "/.local/state/dyad/taken";
    return Error{"expected XDG_STATE_HOME or HOME to be set: records of what was received go there"};
}

} // namespace

Result<TakenRecords> TakenRecords::open() {
    auto path = findFolder();
    if (!path) return std::move(path.error());
    std::error_code error;
    std::filesystem::create_directories(*path, error);
    UniqueFd folder(::open(path->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return Error{fmt::format("cannot open {}: {}", *path, std::strerror(errno))};
    TakenRecords records(std::move(*path), std::move(folder));
    records.forgetOld();
    return records;
}

void TakenRecords::forgetOld() {
    const std::time_t before = std::time(nullptr) - kKeptSeconds;
    const int copy = openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::unique_ptr<DIR, int (*)(DIR*)> list(copy >= 0 ? fdopendir(copy) : nullptr, closedir);
    while (const dirent* entry = list ? readdir(list.get()) : nullptr) {
        struct stat status;
        if (fstatat(folder_.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
            status.st_mtime < before)
            unlinkat(folder_.get(), entry->d_name, 0);
    }
}

Result<void> TakenRecords::add(const TransferId& id) {
    const UniqueFd file(openat(folder_.get(), text(id).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (file && fsync(file.get()) == 0 && fsync(folder_.get()) == 0) return {};
    Error error{fmt::format("cannot write to {}: {}", path_, std::strerror(errno))};
    // What could not be made sure of must not be found later.
    unlinkat(folder_.get(), text(id).c_str(), 0);
    return error;
}

Result<bool> TakenRecords::has(const TransferId& id) const {
    struct stat status;
    if (fstatat(folder_.get(), text(id).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
    if (errno == ENOENT) return false;
    return Error{fmt::format("cannot read {}: {}", path_, std::strerror(errno))};
}

} // namespace dyad
