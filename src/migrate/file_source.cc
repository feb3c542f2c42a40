// pread(2) until there is enough.
#include "migrate/file_source.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace dyad {

namespace {

Error failed(const std::string& path) {
    return Error{fmt::format("cannot read '{}': {}", path, std::strerror(errno))};
}

} // namespace

Result<FileSource> FileSource::open(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return failed(path);
    return FileSource(std::move(fd), path);
}

Result<std::size_t> FileSource::read(std::span<std::byte> bytes) {
    std::size_t got = 0;
    while (got < bytes.size()) {
        const ssize_t n = pread(fd_.get(), bytes.data() + got, bytes.size() - got, static_cast<off_t>(place_));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(path_);
        if (n == 0) break;
        got += static_cast<std::size_t>(n);
        place_ += static_cast<std::size_t>(n);
    }
    return got;
}

Result<std::uint64_t> FileSource::size() {
    struct stat found;
    if (fstat(fd_.get(), &found) != 0) return failed(path_);
    return static_cast<std::uint64_t>(found.st_size);
}

bool FileSource::is(const struct stat& other) const {
    struct stat found;
    return fstat(fd_.get(), &found) == 0 && found.st_dev == other.st_dev && found.st_ino == other.st_ino;
}

} // namespace dyad
