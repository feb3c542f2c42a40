// The monitor's side of the program's standard streams.
#include "machine/monitor.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace dyad {

Result<void> Monitor::takeOutput(const Frame& frame) {
    std::uint32_t fd;
    constexpr std::size_t kHeader = 8;
    if (frame.payload.size() < kHeader) return Error{"the guest sent output without saying where to"};
    std::memcpy(&fd, frame.payload.data(), sizeof fd);
    if (fd != 1 && fd != 2) return Error{fmt::format("the guest sent output to descriptor {}", fd)};
    auto bytes = frame.payload.subspan(kHeader);
    (fd == 1 ? report_.bytesOut : report_.bytesErr) += bytes.size();
    // The bytes stay in the reader until its next frame, which is not asked for before the console takes another piece.
    console().write(static_cast<int>(fd), bytes);
    return reportOutputErrors();
}

Result<void> Monitor::reportOutputErrors() {
    for (const int stream : {1, 2}) {
        const int index = stream - 1, error = console().error(stream);
        if (error == 0 || told_[index]) continue;
        told_[index] = true;
        untold_[index] = error;
        struct {
            std::uint32_t fd;
            std::int32_t error;
        } report{static_cast<std::uint32_t>(stream), error};
        if (auto sent = send(DYAD_FRAME_OUTPUT_ERROR, std::as_bytes(std::span(&report, 1))); !sent) return sent;
    }
    return {};
}

Result<void> Monitor::serveSyncs() {
    for (; syncsWanted_ && console().written(); --syncsWanted_) {
        if (auto reported = reportOutputErrors(); !reported) return reported;
        const std::int32_t errors[2] = {untold_[0], untold_[1]};
        untold_[0] = untold_[1] = 0;
        if (auto sent = send(DYAD_FRAME_SYNCED, std::as_bytes(std::span(errors))); !sent) return sent;
    }
    return {};
}

void Monitor::log(std::span<const std::byte> text) {
    logLine_ = "dyad: ";
    // A guest's words reach a terminal: no control characters.
    for (std::byte byte : text) {
        auto character = static_cast<unsigned char>(byte);
        logLine_ += character < 0x20 || character == 0x7f ? '?' : static_cast<char>(character);
    }
    logLine_ += '\n';
    console().write(2, std::as_bytes(std::span(logLine_)));
}

Result<void> Monitor::sayInputReady(bool ready) {
    const std::uint32_t words[2] = {ready, 0};
    return send(DYAD_FRAME_INPUT_READY, std::as_bytes(std::span(words)));
}

Result<void> Monitor::servePolls() {
    for (; pollsWanted_; --pollsWanted_) {
        const auto ready = console().ready();
        if (!ready) break;
        if (auto said = sayInputReady(*ready); !said) return said;
    }
    return {};
}

Result<void> Monitor::serveInput() {
    if (auto served = servePolls(); !served) return served;
    if (inputWanted_) {
        std::array<std::byte, DYAD_FRAME_MAX> buffer;
        const auto read = console().read(std::span(buffer).subspan(kInputHeader), *inputWanted_, inputAhead_);
        if (!read) return {};
        report_.bytesIn += read->bytes - read->ahead;
        const std::int32_t header[2] = {read->error, static_cast<std::int32_t>(read->ahead)};
        std::memcpy(buffer.data(), header, sizeof header);
        inputWanted_.reset();
        auto sent = send(DYAD_FRAME_INPUT, std::span(buffer).first(kInputHeader + read->bytes));
        if (!sent) return sent;
    }
    if (!inputWait_ || !console().awaitReady()) return {};
    inputWait_ = false;
    return sayInputReady(true);
}

} // namespace dyad
