// Names of running programs are names of Unix sockets.
#include "session/control_directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace dyad {

namespace {

constexpr std::size_t kLongestName = 64;
constexpr int kBacklog = 8;

bool allowed(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' ||
           c == '-';
}

/// The address of a socket by way of the open directory: its own path may be longer than an address holds, and cannot
/// be exchanged for another meanwhile.
sockaddr_un addressOf(int directory, const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    auto end = fmt::format_to_n(address.sun_path, sizeof address.sun_path - 1, "/proc/self/fd/{}/{}", directory, name);
    *end.out = 0;
    return address;
}

UniqueFd makeSocket() {
    return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// Held while sockets appear and disappear, so that nobody removes one that was just made.
class DirectoryLock {
  public:
    explicit DirectoryLock(int directory) : directory_(directory) { flock(directory_, LOCK_EX); }
    ~DirectoryLock() { flock(directory_, LOCK_UN); }

  private:
    int directory_;
};

} // namespace

Result<void> checkProgramName(const std::string& name) {
    if (!name.empty() && name.size() <= kLongestName && name[0] != '.' && name[0] != '-' &&
        std::all_of(name.begin(), name.end(), allowed))
        return {};
    return Error{
        fmt::format("--name takes up to {} letters, digits, '.', '_' and '-', not starting with '.' or '-'; found "
                    "'{}'",
                    kLongestName, name)};
}

std::string asProgramName(const std::string& text) {
    std::string name = text;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !allowed(c); }, '_');
    if (name.empty() || name[0] == '.' || name[0] == '-') name.insert(0, 1, '_');
    return name.substr(0, kLongestName);
}

Result<ControlDirectory> ControlDirectory::open() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    std::string path =
        runtime && *runtime == '/' ? fmt::format("{}/dyad", runtime) : fmt::format("/tmp/dyad-{}", geteuid());
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return Error{fmt::format("cannot make {}: {}", path, std::strerror(errno))};
    UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status;
    if (!directory || fstat(directory.get(), &status) != 0)
        return Error{fmt::format("cannot open {}: {}", path, std::strerror(errno))};
    if (status.st_uid != geteuid() || (status.st_mode & 077) != 0)
        return Error{
            fmt::format("{} must belong to you and be closed to others: expected user {} and mode 700, found user "
                        "{} and mode {:o}",
                        path, geteuid(), status.st_uid, status.st_mode & 07777)};
    return ControlDirectory(std::move(path), std::move(directory));
}

UniqueFd ControlDirectory::tryConnect(const std::string& name) {
    UniqueFd socket = makeSocket();
    sockaddr_un address = addressOf(directory_.get(), name);
    if (socket && ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        int error = errno;
        socket.reset();
        errno = error;
    }
    return socket;
}

/// Nobody listens on a socket whose monitor was killed: it is removed.
UniqueFd ControlDirectory::connectOrClean(const std::string& name) {
    UniqueFd socket = tryConnect(name);
    if (!socket && errno == ECONNREFUSED) {
        unlinkat(directory_.get(), name.c_str(), 0);
        errno = ENOENT;
    }
    return socket;
}

Result<UniqueFd> ControlDirectory::listen(const std::string& name) {
    DirectoryLock lock(directory_.get());
    if (UniqueFd other = connectOrClean(name); other || errno == EAGAIN)
        return Error{fmt::format("a program named '{}' is running already; choose another --name", name)};
    UniqueFd socket = makeSocket();
    sockaddr_un address = addressOf(directory_.get(), name);
    if (!socket || bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket.get(), kBacklog) != 0)
        return Error{fmt::format("cannot make the control socket {}/{}: {}", path_, name, std::strerror(errno))};
    return socket;
}

Result<UniqueFd> ControlDirectory::connect(const std::string& name) {
    if (auto valid = checkProgramName(name); valid) {
        DirectoryLock lock(directory_.get());
        if (UniqueFd socket = connectOrClean(name)) return socket;
        if (errno != ENOENT) return Error{fmt::format("cannot reach '{}': {}", name, std::strerror(errno))};
    }
    auto running = names();
    return Error{running.empty()
                     ? fmt::format("no program named '{}' is running, nor any other", name)
                     : fmt::format("no program named '{}' is running; running: {}", name, fmt::join(running, ", "))};
}

std::vector<std::string> ControlDirectory::names() {
    DirectoryLock lock(directory_.get());
    std::vector<std::string> found;
    int copy = ::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::unique_ptr<DIR, int (*)(DIR*)> list(copy >= 0 ? fdopendir(copy) : nullptr, closedir);
    while (dirent* entry = list ? readdir(list.get()) : nullptr) {
        std::string name = entry->d_name;
        // A full backlog is somebody, too.
        if (checkProgramName(name) && (connectOrClean(name) || errno == EAGAIN)) found.push_back(name);
    }
    std::sort(found.begin(), found.end());
    return found;
}

void ControlDirectory::remove(const std::string& name) {
    DirectoryLock lock(directory_.get());
    unlinkat(directory_.get(), name.c_str(), 0);
}

} // namespace dyad
