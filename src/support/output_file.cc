// Writes a file whole or not at all: temporary file, then rename(2). No fsync: after a power cut the output can be made
// again, and waiting for the disk would dominate small links.
#include "support/output_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

namespace {

Error failed(const char *what, const std::string &path, int error) {
    return Error{fmt::format("cannot {} '{}': {}", what, path, std::strerror(error))};
}

// Returns 0 or errno.
int writeAll(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t n = write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return 0;
}

unsigned processUmask() {
    const mode_t mask = umask(0); // there is no other portable way to read it
    umask(mask);
    return mask;
}

Result<void> writeInPlace(const std::string &path, std::span<const std::byte> bytes) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return failed("write", path, errno);
    const int error = writeAll(fd, bytes);
    close(fd);
    if (error) return failed("write", path, error);
    return {};
}

} // namespace

int standardStreamOf(const struct stat &file) {
    for (int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        struct stat stream;
        if (fstat(fd, &stream) == 0 && stream.st_dev == file.st_dev && stream.st_ino == file.st_ino) return fd;
    }
    return -1;
}

Result<void> writeOutputFile(const std::string &path, std::span<const std::byte> bytes, unsigned mode) {
    struct stat status;
    if (stat(path.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode)) return failed("write", path, EISDIR);
        if (!S_ISREG(status.st_mode)) return writeInPlace(path, bytes);
        // "-o /dev/stdout >FILE": a rename would replace the link in /dev.
        if (const int stream = standardStreamOf(status); stream >= 0) {
            if (const int error = writeAll(stream, bytes)) return failed("write", path, error);
            return {};
        }
    }
    std::string temporary = path + ".XXXXXX";
    const int fd = mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return failed("write", path, errno);
    int error = writeAll(fd, bytes);
    if (!error && fchmod(fd, mode & ~processUmask() & 07777) != 0) error = errno;
    if (close(fd) != 0 && !error) error = errno; // some file systems report a full disk here
    if (!error && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (!error) return {};
    unlink(temporary.c_str());
    return failed("write", path, error);
}

Result<std::vector<std::byte>> readInputFile(const std::string &path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed("read", path, errno);
    std::vector<std::byte> bytes;
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) bytes.reserve(static_cast<std::size_t>(status.st_size));
    std::byte buffer[65536];
    for (;;) {
        const ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int error = errno;
            close(fd);
            return failed("read", path, error);
        }
        if (n == 0) break;
        bytes.insert(bytes.end(), buffer, buffer + n);
    }
    close(fd);
    return bytes;
}

} // namespace dyad
