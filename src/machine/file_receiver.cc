// Every component of a path is opened in turn without following symbolic links, so that no link, whoever made it, leads
// out of the directory.
#include "machine/file_receiver.h"

#include <fmt/format.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace dyad {

struct FileReceiver::Item {
    dyad_file_info info;
    std::string_view path, target;
};

namespace {

timespec toTime(std::int64_t ns) {
    std::int64_t seconds = ns / 1'000'000'000, rest = ns % 1'000'000'000;
    if (rest < 0) {
        rest += 1'000'000'000;
        --seconds;
    }
    return {seconds, rest};
}

/// Set-user-id and set-group-id bits are not taken from a guest.
constexpr mode_t permissionsOf(std::uint32_t mode) {
    return mode & 01777;
}

void setTimes(int directory, const char *name, std::int64_t mtimeNs, int flags) {
    timespec times[2] = {{0, UTIME_OMIT}, toTime(mtimeNs)};
    // A file system that keeps no times is no reason to fail.
    utimensat(directory, name, times, flags);
}

Error malformed(const char *what) {
    return Error{fmt::format("--fs-out: the guest's file stream is malformed: {}", what)};
}

} // namespace

Error FileReceiver::failed(std::string_view path, const char *what) const {
    return Error{
        fmt::format("--fs-out: {}{}{}: {}: {}", root_, path.empty() ? "" : "/", path, what, std::strerror(errno))};
}

Result<FileReceiver> FileReceiver::open(const std::string &directory) {
    FileReceiver receiver;
    receiver.root_ = directory;
    if (mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) return receiver.failed("", "cannot make the directory");
    receiver.rootFd_ = UniqueFd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!receiver.rootFd_) return receiver.failed("", "cannot open the directory");
    return receiver;
}

FileReceiver::~FileReceiver() {
    if (current_.file) unlinkat(current_.parent.get(), current_.temporary.c_str(), 0);
}

Result<void> FileReceiver::checkPath(std::string_view path) const {
    if (path.size() >= PATH_MAX || path.find('\0') != path.npos)
        return malformed("a path is too long or contains a zero byte");
    if (path.empty()) return {};
    for (std::size_t from = 0; from <= path.size();) {
        std::size_t to = std::min(path.find('/', from), path.size());
        std::string_view part = path.substr(from, to - from);
        if (part.empty() || part == "." || part == ".." || part.size() > NAME_MAX)
            return Error{fmt::format("--fs-out: refused the path '{}': components must be names", path)};
        from = to + 1;
    }
    return {};
}

Result<UniqueFd> FileReceiver::openParent(std::string_view path, std::string &lastName) const {
    UniqueFd directory(openat(rootFd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::size_t from = 0;
    for (std::size_t slash; directory && (slash = path.find('/', from)) != path.npos; from = slash + 1) {
        std::string part(path.substr(from, slash - from));
        directory = UniqueFd(openat(directory.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    if (!directory) return failed(path, "cannot open its directory");
    lastName = path.substr(from);
    return directory;
}

Result<void> FileReceiver::takeDirectory(const Item &item) {
    if (!item.path.empty()) {
        std::string name;
        auto parent = openParent(item.path, name);
        if (!parent) return std::move(parent.error());
        struct stat status;
        if (mkdirat(parent->get(), name.c_str(), 0700) != 0) {
            if (errno != EEXIST) return failed(item.path, "cannot make the directory");
            if (fstatat(parent->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(status.st_mode))
                return Error{fmt::format("--fs-out: {}/{}: exists and is not a directory", root_, item.path)};
            // Its final mode comes later.
            fchmodat(parent->get(), name.c_str(), 0700, 0);
        }
        directories_.push_back({std::string(item.path), item.info.mode, item.info.mtime_ns});
    }
    return {};
}

Result<void> FileReceiver::startRegular(const Item &item) {
    if (item.path.empty()) return malformed("a file without a name");
    auto parent = openParent(item.path, current_.name);
    if (!parent) return std::move(parent.error());
    current_.path = item.path;
    current_.parent = std::move(*parent);
    current_.temporary = fmt::format(".dyad-{}.tmp", getpid());
    unlinkat(current_.parent.get(), current_.temporary.c_str(), 0);
    current_.file = UniqueFd(openat(current_.parent.get(), current_.temporary.c_str(),
                                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!current_.file) return failed(item.path, "cannot create");
    current_.left = item.info.size;
    current_.mode = item.info.mode;
    current_.mtimeNs = item.info.mtime_ns;
    return current_.left == 0 ? finishRegular() : Result<void>();
}

Result<void> FileReceiver::takeData(std::span<const std::byte> bytes) {
    if (!current_.file || bytes.size() > current_.left) return malformed("more data than announced");
    current_.left -= bytes.size();
    while (!bytes.empty()) {
        ssize_t written = write(current_.file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return failed(current_.path, "cannot write");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return current_.left == 0 ? finishRegular() : Result<void>();
}

Result<void> FileReceiver::finishRegular() {
    int file = current_.file.get(), parent = current_.parent.get();
    if (fchmod(file, permissionsOf(current_.mode)) != 0) return failed(current_.path, "cannot set permissions");
    setTimes(parent, current_.temporary.c_str(), current_.mtimeNs, AT_SYMLINK_NOFOLLOW);
    if (renameat(parent, current_.temporary.c_str(), parent, current_.name.c_str()) != 0)
        return failed(current_.path, "cannot create");
    current_.file.reset();
    return {};
}

Result<void> FileReceiver::takeSymlink(const Item &item) {
    std::string name, target(item.target);
    if (item.path.empty() || target.empty() || target.find('\0') != target.npos)
        return malformed("a symbolic link without name or target");
    auto parent = openParent(item.path, name);
    if (!parent) return std::move(parent.error());
    // The target is only text: nothing here follows it.
    if (unlinkat(parent->get(), name.c_str(), 0) != 0 && errno != ENOENT) return failed(item.path, "cannot replace");
    if (symlinkat(target.c_str(), parent->get(), name.c_str()) != 0)
        return failed(item.path, "cannot make the symbolic link");
    setTimes(parent->get(), name.c_str(), item.info.mtime_ns, AT_SYMLINK_NOFOLLOW);
    return {};
}

Result<void> FileReceiver::takeLink(const Item &item) {
    if (item.path.empty() || item.target.empty()) return malformed("a hard link without name or target");
    if (auto checked = checkPath(item.target); !checked) return checked;
    std::string name, targetName;
    auto parent = openParent(item.path, name);
    if (!parent) return std::move(parent.error());
    auto targetParent = openParent(item.target, targetName);
    if (!targetParent) return std::move(targetParent.error());
    if (unlinkat(parent->get(), name.c_str(), 0) != 0 && errno != ENOENT) return failed(item.path, "cannot replace");
    if (linkat(targetParent->get(), targetName.c_str(), parent->get(), name.c_str(), 0) != 0)
        return failed(item.path, "cannot make the hard link");
    return {};
}

Result<void> FileReceiver::finishDirectories() {
    // Innermost first: a directory comes before what is in it.
    for (auto directory = directories_.rbegin(); directory != directories_.rend(); ++directory) {
        std::string name;
        auto parent = openParent(directory->path, name);
        if (!parent) return std::move(parent.error());
        if (fchmodat(parent->get(), name.c_str(), permissionsOf(directory->mode), 0) != 0)
            return failed(directory->path, "cannot set permissions");
        setTimes(parent->get(), name.c_str(), directory->mtimeNs, AT_SYMLINK_NOFOLLOW);
    }
    return {};
}

Result<void> FileReceiver::take(const Frame &frame) {
    if (done_) return malformed("frames after its end");
    if (frame.type == DYAD_FRAME_FILE_DATA) return takeData(frame.payload);
    if (current_.file) return malformed("less data than announced");
    if (frame.type == DYAD_FRAME_FILES_END) {
        std::int32_t error = 0;
        if (frame.payload.size() < sizeof error) return malformed("a short end frame");
        std::memcpy(&error, frame.payload.data(), sizeof error);
        if (error != 0)
            return Error{fmt::format("--fs-out: the guest could not read its own files: {}", std::strerror(error))};
        done_ = true;
        return finishDirectories();
    }
    Item item;
    if (frame.payload.size() < sizeof item.info) return malformed("a short frame");
    std::memcpy(&item.info, frame.payload.data(), sizeof item.info);
    auto rest = frame.payload.subspan(sizeof item.info);
    bool hasTarget = frame.type == DYAD_FRAME_FILE_SYMLINK || frame.type == DYAD_FRAME_FILE_LINK;
    std::uint64_t targetSize = hasTarget ? item.info.size : 0;
    if (item.info.path_size > rest.size() || targetSize != rest.size() - item.info.path_size)
        return malformed("sizes of names do not add up");
    std::string_view text(reinterpret_cast<const char *>(rest.data()), rest.size());
    item.path = text.substr(0, item.info.path_size);
    item.target = text.substr(item.info.path_size);
    if (auto checked = checkPath(item.path); !checked) return checked;
    switch (frame.type) {
    case DYAD_FRAME_FILE_DIRECTORY:
        return takeDirectory(item);
    case DYAD_FRAME_FILE_REGULAR:
        return startRegular(item);
    case DYAD_FRAME_FILE_SYMLINK:
        return takeSymlink(item);
    case DYAD_FRAME_FILE_LINK:
        return takeLink(item);
    default:
        return malformed("an unknown frame");
    }
}

} // namespace dyad
