// Single-producer, single-consumer frame rings shared with a guest that is not trusted.
#include "machine/ring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace dyad {

namespace {

constexpr std::uint64_t kHeader = sizeof(dyad_frame);

constexpr std::uint64_t frameSpace(std::uint64_t payload) {
    return kHeader + (payload + 7) / 8 * 8;
}

bool takeFlag(volatile std::uint32_t &flag) {
    // The counter that was moved just before must be visible before the flag is read (abi.h, "rings").
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&flag, __ATOMIC_RELAXED) == 0) return false;
    __atomic_store_n(&flag, 0, __ATOMIC_RELAXED);
    return true;
}

void setFlag(volatile std::uint32_t &flag) {
    __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void copyOut(std::span<const std::byte> ring, std::uint64_t at, std::byte *to, std::size_t size) {
    std::size_t start = at & (ring.size() - 1);
    std::size_t first = std::min(size, ring.size() - start);
    std::memcpy(to, ring.data() + start, first);
    std::memcpy(to + first, ring.data(), size - first);
}

} // namespace

Result<std::optional<Frame>> FrameReader::next() {
    std::uint64_t head = __atomic_load_n(&ring_->head, __ATOMIC_ACQUIRE);
    std::uint64_t available = head - tail_;
    if (available == 0) return std::optional<Frame>();
    if (available > bytes_.size() || available % 8 != 0)
        return Error{fmt::format("the guest's ring counter is wrong: {} bytes announced in a ring of {}", available,
                                 bytes_.size())};
    dyad_frame header;
    copyOut(bytes_, tail_, reinterpret_cast<std::byte *>(&header), sizeof header);
    if (header.size > DYAD_FRAME_MAX)
        return Error{
            fmt::format("the guest sent a frame of {} bytes: at most {} are allowed", header.size, DYAD_FRAME_MAX)};
    if (frameSpace(header.size) > available)
        return Error{fmt::format("the guest sent a truncated frame: {} bytes announced, {} present",
                                 frameSpace(header.size), available)};
    copyOut(bytes_, tail_ + kHeader, frame_.data(), header.size);
    tail_ += frameSpace(header.size);
    __atomic_store_n(&ring_->tail, tail_, __ATOMIC_RELEASE);
    return std::optional<Frame>(Frame{header.type, std::span<const std::byte>(frame_).first(header.size)});
}

bool FrameReader::prepareToSleep() {
    setFlag(ring_->consumer_waiting);
    if (__atomic_load_n(&ring_->head, __ATOMIC_ACQUIRE) == tail_) return true;
    __atomic_store_n(&ring_->consumer_waiting, 0, __ATOMIC_RELAXED);
    return false;
}

bool FrameReader::takeDoorbell() {
    if (tail_ == rungTail_ || !takeFlag(ring_->producer_waiting)) return false;
    rungTail_ = tail_;
    return true;
}

Result<std::uint64_t> FrameWriter::room() const {
    std::uint64_t used = head_ - __atomic_load_n(&ring_->tail, __ATOMIC_ACQUIRE);
    if (used > bytes_.size() || used % 8 != 0)
        return Error{fmt::format("the guest's ring counter is wrong: {} bytes outstanding in a ring of {}", used,
                                 bytes_.size())};
    return bytes_.size() - used;
}

void FrameWriter::copyIn(std::uint64_t at, std::span<const std::byte> from) {
    if (from.empty()) return;
    std::size_t start = at & (bytes_.size() - 1);
    std::size_t first = std::min(from.size(), bytes_.size() - start);
    std::memcpy(bytes_.data() + start, from.data(), first);
    std::memcpy(bytes_.data(), from.data() + first, from.size() - first);
}

Result<bool> FrameWriter::put(std::uint32_t type, std::initializer_list<std::span<const std::byte>> parts) {
    std::uint64_t size = 0;
    for (auto part : parts)
        size += part.size();
    auto free = room();
    if (!free) return free.error();
    if (*free < frameSpace(size)) return false;
    dyad_frame header{type, static_cast<std::uint32_t>(size)};
    copyIn(head_, std::as_bytes(std::span(&header, 1)));
    std::uint64_t at = head_ + kHeader;
    for (auto part : parts) {
        copyIn(at, part);
        at += part.size();
    }
    constexpr std::byte kZeros[8] = {};
    copyIn(at, std::span(kZeros).first((8 - size % 8) % 8));
    head_ += frameSpace(size);
    __atomic_store_n(&ring_->head, head_, __ATOMIC_RELEASE);
    return true;
}

Result<bool> FrameWriter::prepareToSleep(std::size_t size) {
    setFlag(ring_->producer_waiting);
    auto free = room();
    if (!free) return free.error();
    if (*free < frameSpace(size)) return true;
    __atomic_store_n(&ring_->producer_waiting, 0, __ATOMIC_RELAXED);
    return false;
}

bool FrameWriter::takeDoorbell() {
    return head_ != __atomic_load_n(&ring_->tail, __ATOMIC_ACQUIRE) && takeFlag(ring_->consumer_waiting);
}

} // namespace dyad
