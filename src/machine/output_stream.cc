// Writes without blocking, whether or not the descriptor is in non-blocking mode: its mode is shared with other
// processes and is not ours to change.
#include "machine/output_stream.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

OutputStream::OutputStream(int fd) : fd_(fd) {
    struct stat status;
    regular_ = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

void OutputStream::pump() {
    while (!pending_.empty()) {
        if (error_ != 0) {
            pending_ = {};
            return;
        }
        std::size_t size = pending_.size();
        if (!regular_) {
            // A pipe that polls writable takes PIPE_BUF bytes at once (pipe(7)).
            size = std::min<std::size_t>(size, PIPE_BUF);
            pollfd entry{fd_, POLLOUT, 0};
            if (poll(&entry, 1, 0) == 0) return;
        }
        ssize_t written = write(fd_, pending_.data(), size);
        if (written >= 0)
            pending_ = pending_.subspan(static_cast<std::size_t>(written));
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return;
        else if (errno != EINTR)
            error_ = errno;
    }
}

} // namespace dyad
