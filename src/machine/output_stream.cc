// Writes without blocking, whether or not the descriptor is in non-blocking mode: its mode is shared with other
// processes and is not ours to change.
#include "machine/output_stream.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace dyad {

OutputStream::OutputStream(int fd) : fd_(fd) {
    struct stat status;
    regular_ = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/// As write(2); EAGAIN where it would block.
ssize_t OutputStream::writeSome() {
    if (regular_) return write(fd_, pending_.data(), pending_.size());
    if (takesFlags_) {
        iovec bytes{const_cast<std::byte*>(pending_.data()), pending_.size()};
        ssize_t written = pwritev2(fd_, &bytes, 1, -1, RWF_NOWAIT);
        if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return written;
        takesFlags_ = false; // pipes before Linux 6.4, terminals
    }
    // A pipe that polls writable takes PIPE_BUF bytes at once (pipe(7)).
    pollfd entry{fd_, POLLOUT, 0};
    if (poll(&entry, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    return write(fd_, pending_.data(), std::min<std::size_t>(pending_.size(), PIPE_BUF));
}

void OutputStream::pump() {
    while (!pending_.empty()) {
        if (error_ != 0) {
            pending_ = {};
            return;
        }
        ssize_t written = writeSome();
        if (written >= 0)
            pending_ = pending_.subspan(static_cast<std::size_t>(written));
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return;
        else if (errno != EINTR)
            error_ = errno;
    }
}

} // namespace dyad
