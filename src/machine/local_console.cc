// Exactly one read for each request: what the program does not ask for stays for whoever reads next. A file is also read
// ahead, which its offset does not show before the program takes the bytes.
#include "machine/local_console.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

namespace {

/// Reads what follows the offset of standard input, if it is a regular file, and leaves the offset there.
std::size_t readAhead(std::span<std::byte> to) {
    struct stat status;
    if (to.empty() || fstat(0, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    const off_t offset = lseek(0, 0, SEEK_CUR);
    const ssize_t size = offset < 0 ? -1 : pread(0, to.data(), to.size(), offset);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

} // namespace

void LocalConsole::write(int stream, std::span<const std::byte> bytes) {
    (stream == 1 ? out_ : err_).start(bytes);
    pump();
}

void LocalConsole::pump() {
    out_.pump();
    err_.pump();
}

std::optional<Console::Read> LocalConsole::read(std::span<std::byte> to, std::size_t most, std::size_t mostAhead) {
    if (!awaitReady()) return std::nullopt;
    const ssize_t size = ::read(0, to.data(), most);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
    Read done;
    if (size < 0)
        done.error = errno;
    else
        done.bytes = static_cast<std::size_t>(size);
    if (done.bytes == most) done.ahead = readAhead(to.subspan(done.bytes, mostAhead));
    done.bytes += done.ahead;
    return done;
}

bool LocalConsole::awaitReady() {
    pollfd entry{0, POLLIN, 0};
    return poll(&entry, 1, 0) > 0;
}

bool LocalConsole::taken(std::uint32_t bytes) {
    return lseek(0, bytes, SEEK_CUR) >= 0;
}

void LocalConsole::addEntries(std::vector<pollfd>& entries, bool input) const {
    for (const OutputStream* stream : {&out_, &err_})
        if (!stream->idle()) entries.push_back({stream->fd(), POLLOUT, 0});
    if (input) entries.push_back({0, POLLIN, 0});
}

} // namespace dyad
