// The monitor's side of the program's standard streams.
#include "machine/monitor.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

OutputStream *Monitor::blockedOutput() {
    if (!out_.idle()) return &out_;
    return err_.idle() ? nullptr : &err_;
}

Result<void> Monitor::takeOutput(const Frame &frame) {
    std::uint32_t fd;
    constexpr std::size_t kHeader = 8;
    if (frame.payload.size() < kHeader) return Error{"the guest sent output without saying where to"};
    std::memcpy(&fd, frame.payload.data(), sizeof fd);
    if (fd != 1 && fd != 2) return Error{fmt::format("the guest sent output to descriptor {}", fd)};
    auto bytes = frame.payload.subspan(kHeader);
    (fd == 1 ? report_.bytesOut : report_.bytesErr) += bytes.size();
    OutputStream &stream = fd == 1 ? out_ : err_;
    // The bytes stay in the reader until its next frame, which is not asked for before this one is written.
    stream.start(bytes);
    stream.pump();
    return reportOutputError(stream);
}

Result<void> Monitor::reportOutputError(const OutputStream &stream) {
    int index = stream.fd() - 1;
    if (stream.error() == 0 || told_[index]) return {};
    told_[index] = true;
    untold_[index] = stream.error();
    struct {
        std::uint32_t fd;
        std::int32_t error;
    } report{static_cast<std::uint32_t>(stream.fd()), stream.error()};
    return send(DYAD_FRAME_OUTPUT_ERROR, std::as_bytes(std::span(&report, 1)));
}

void Monitor::log(std::span<const std::byte> text) {
    logLine_ = "dyad: ";
    // A guest's words reach a terminal: no control characters.
    for (std::byte byte : text) {
        auto character = static_cast<unsigned char>(byte);
        logLine_ += character < 0x20 || character == 0x7f ? '?' : static_cast<char>(character);
    }
    logLine_ += '\n';
    err_.start(std::as_bytes(std::span(logLine_)));
    err_.pump();
}

Result<void> Monitor::serveInput() {
    if (!inputWanted_ && !inputWait_) return {};
    pollfd entry{0, POLLIN, 0};
    if (poll(&entry, 1, 0) <= 0) return {};
    if (inputWanted_) {
        // Exactly one read for each request: what the program does not ask for stays for whoever reads next. A file is also
        // read ahead, which its offset does not show before the program takes the bytes.
        std::array<std::byte, DYAD_FRAME_MAX> buffer;
        ssize_t size = read(0, buffer.data() + kInputHeader, *inputWanted_);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
        std::int32_t error = size < 0 ? errno : 0;
        std::size_t bytes = size > 0 ? static_cast<std::size_t>(size) : 0;
        report_.bytesIn += bytes;
        std::size_t ahead = 0;
        if (bytes == *inputWanted_) ahead = readAhead(std::span(buffer).subspan(kInputHeader + bytes, inputAhead_));
        bytes += ahead;
        std::int32_t header[2] = {error, static_cast<std::int32_t>(ahead)};
        std::memcpy(buffer.data(), header, sizeof header);
        inputWanted_.reset();
        if (auto sent = send(DYAD_FRAME_INPUT, std::span(buffer).first(kInputHeader + bytes)); !sent) return sent;
        if (!inputWait_ || poll(&entry, 1, 0) <= 0) return {};
    }
    if (inputWait_) {
        inputWait_ = false;
        std::uint32_t ready[2] = {1, 0};
        return send(DYAD_FRAME_INPUT_READY, std::as_bytes(std::span(ready)));
    }
    return {};
}

/// Reads what follows the offset of standard input, if it is a regular file, and leaves the offset there.
std::size_t Monitor::readAhead(std::span<std::byte> to) const {
    struct stat status;
    if (to.empty() || fstat(0, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    off_t offset = lseek(0, 0, SEEK_CUR);
    ssize_t size = offset < 0 ? -1 : pread(0, to.data(), to.size(), offset);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

/// The program took bytes that were read ahead. A guest that says so without need only skips its own input.
void Monitor::inputTaken(std::uint32_t bytes) {
    if (lseek(0, bytes, SEEK_CUR) >= 0) report_.bytesIn += bytes;
}

} // namespace dyad
