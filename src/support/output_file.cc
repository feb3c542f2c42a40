// Writes a file whole or not at all: temporary file, then rename(2). No fsync unless asked for: after a power cut most
// output can be made again, and waiting for the disk would dominate small links.
#include "support/output_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

namespace {

Error failed(const char* what, const std::string& path, int error) {
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

} // namespace

int standardStreamOf(const struct stat& file) {
    for (int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        struct stat stream;
        if (fstat(fd, &stream) == 0 && stream.st_dev == file.st_dev && stream.st_ino == file.st_ino) return fd;
    }
    return -1;
}

Result<OutputFile> OutputFile::create(const std::string& path, unsigned mode) {
    struct stat status;
    if (stat(path.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode)) return failed("write", path, EISDIR);
        if (!S_ISREG(status.st_mode)) {
            const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
            if (fd < 0) return failed("write", path, errno);
            return OutputFile(path, "", fd, true, mode);
        }
        // "-o /dev/stdout >FILE": a rename would replace the link in /dev.
        if (const int stream = standardStreamOf(status); stream >= 0) return OutputFile(path, "", stream, false, mode);
    }
    std::string temporary = path + ".XXXXXX";
    const int fd = mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return failed("write", path, errno);
    return OutputFile(path, std::move(temporary), fd, true, mode);
}

OutputFile::~OutputFile() {
    if (fd_ >= 0 && owned_) close(fd_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
}

Result<void> OutputFile::write(std::span<const std::byte> bytes) {
    if (const int error = writeAll(fd_, bytes)) return failed("write", path_, error);
    return {};
}

Result<void> OutputFile::commit(bool durable) {
    int error = 0;
    if (!temporary_.empty()) {
        if (fchmod(fd_, mode_ & ~processUmask() & 07777) != 0) error = errno;
        if (!error && durable && fsync(fd_) != 0) error = errno;
    }
    const int fd = std::exchange(fd_, -1);
    if (owned_ && close(fd) != 0 && !error) error = errno; // some file systems report a full disk here
    if (!error && !temporary_.empty() && rename(temporary_.c_str(), path_.c_str()) != 0) error = errno;
    if (error) return failed("write", path_, error);
    temporary_.clear();
    return {};
}

Result<void> writeOutputFile(const std::string& path, std::span<const std::byte> bytes, unsigned mode) {
    auto file = OutputFile::create(path, mode);
    if (!file) return file.error();
    if (auto written = file->write(bytes); !written) return written;
    return file->commit();
}

Result<std::vector<std::byte>> readInputFile(const std::string& path) {
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
