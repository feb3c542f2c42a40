// The monitor's ends of the two frame rings. Everything the guest can write is checked before it is used, and payloads
// are copied out before they are looked at. Specification: include/dyad/abi.h and docs/abi.md, "rings".
#pragma once

#include "support/result.h"

#include <dyad/abi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

namespace dyad {

struct Frame {
    std::uint32_t type = 0;
    std::span<const std::byte> payload; ///< a private copy, valid until the next call
};

/// Consumer of guest-to-monitor frames.
class FrameReader {
  public:
    /// `bytes`: the ring's storage; its size is a power of two and at least 8.
    FrameReader(dyad_ring &ring, std::span<std::byte> bytes) : ring_(&ring), bytes_(bytes) {}
    /// Goes on in a copy of the ring, in the memory of another machine.
    void moveTo(dyad_ring &ring, std::span<std::byte> bytes) {
        ring_ = &ring;
        bytes_ = bytes;
    }
    /// Takes a ring over from which `tail` bytes were consumed already.
    void startAt(std::uint64_t tail) { tail_ = rungTail_ = tail; }

    /// The next frame, or nothing if the ring is empty. An error means that the guest broke the protocol.
    Result<std::optional<Frame>> next();
    /// Announces that the monitor will sleep; false if there is a frame after all.
    bool prepareToSleep();
    /// True, once, if the guest sleeps until there is room and there is more than when it was woken last: it wants a
    /// doorbell.
    bool takeDoorbell();

  private:
    dyad_ring *ring_;
    std::span<std::byte> bytes_;
    std::uint64_t tail_ = 0; ///< ours alone: what the shared field says is for the guest
    std::uint64_t rungTail_ = 0; ///< `tail_` when the guest was woken last
    std::array<std::byte, DYAD_FRAME_MAX> frame_;
};

/// Producer of monitor-to-guest frames.
class FrameWriter {
  public:
    FrameWriter(dyad_ring &ring, std::span<std::byte> bytes) : ring_(&ring), bytes_(bytes) {}
    /// Goes on in a copy of the ring, in the memory of another machine.
    void moveTo(dyad_ring &ring, std::span<std::byte> bytes) {
        ring_ = &ring;
        bytes_ = bytes;
    }
    /// Takes a ring over to which `head` bytes were written already.
    void startAt(std::uint64_t head) { head_ = head; }

    /// Appends a frame made of `parts`, or returns false if there is no room for it now. Parts together are at most
    /// DYAD_FRAME_MAX bytes.
    Result<bool> put(std::uint32_t type, std::initializer_list<std::span<const std::byte>> parts);
    /// Announces that the monitor will sleep until there is room for `size` bytes of payload; false if there is.
    Result<bool> prepareToSleep(std::size_t size);
    /// True, once, if the guest sleeps until there is a frame and there is one: it wants a doorbell.
    bool takeDoorbell();

  private:
    Result<std::uint64_t> room() const;
    void copyIn(std::uint64_t at, std::span<const std::byte> from);

    dyad_ring *ring_;
    std::span<std::byte> bytes_;
    std::uint64_t head_ = 0;
};

} // namespace dyad
