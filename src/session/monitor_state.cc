// Four 32-bit words, little endian: input wanted, input wait, errors of the two output streams.
#include "session/monitor_state.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace dyad {

namespace {
using Words = std::array<std::uint32_t, 4>;
} // namespace

std::vector<std::byte> writeMonitorState(const MonitorState& state) {
    Words words{state.inputWanted, state.inputWait, static_cast<std::uint32_t>(state.untold[0]),
                static_cast<std::uint32_t>(state.untold[1])};
    auto bytes = std::as_bytes(std::span(words));
    return {bytes.begin(), bytes.end()};
}

Result<MonitorState> readMonitorState(std::span<const std::byte> bytes) {
    Words words;
    constexpr std::uint32_t kMostErrno = 4095;
    if (bytes.size() != sizeof words)
        return Error{fmt::format("state of the monitor: expected {} bytes, found {}", sizeof words, bytes.size())};
    std::memcpy(words.data(), bytes.data(), sizeof words);
    if (words[0] > DYAD_FRAME_MAX || words[1] > 1 || words[2] > kMostErrno || words[3] > kMostErrno)
        return Error{"state of the monitor: a value is out of range"};
    return MonitorState{
        words[0], words[1] != 0, {static_cast<std::int32_t>(words[2]), static_cast<std::int32_t>(words[3])}};
}

} // namespace dyad
