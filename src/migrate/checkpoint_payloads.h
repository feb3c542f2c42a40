// The fixed parts of checkpoint sections, as they lie in the stream. Specification: docs/checkpoint.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace dyad {

/// The fixed part of a section; what follows is left in `payload`.
template <class T> std::optional<T> takeFixed(std::span<const std::byte>& payload) {
    if (payload.size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, payload.data(), sizeof value);
    payload = payload.subspan(sizeof value);
    return value;
}

struct ProgramPayload {
    std::uint32_t isa, zero;
    std::uint64_t flags, arenaSize, stackSize, takenNs;
    std::uint32_t argumentCount, environmentCount;
};
static_assert(sizeof(ProgramPayload) == 48);

struct ThreadPayload {
    std::uint32_t atCall, rounding, fpFlags, zero;
    std::uint64_t clockNs, cpuTimeNs, blockAddress, blockSize, blockAlign;
};
static_assert(sizeof(ThreadPayload) == 56);

struct FramesPayload {
    std::uint32_t count, zero;
};
static_assert(sizeof(FramesPayload) == 8);

struct RingPayload {
    std::uint32_t which, zero;
    std::uint64_t head, tail;
    std::uint32_t producerWaiting, consumerWaiting;
};
static_assert(sizeof(RingPayload) == 32);

struct PagesPayload {
    std::uint64_t address;
};
static_assert(sizeof(PagesPayload) == 8);

/// Of zero pages, and before the zstd frame of packed pages.
struct RangePayload {
    std::uint64_t address, size;
};
static_assert(sizeof(RangePayload) == 16);

struct EndPayload {
    std::uint64_t frames, pages;
};
static_assert(sizeof(EndPayload) == 16);

struct IndexPayload {
    std::uint32_t count, zero;
};
static_assert(sizeof(IndexPayload) == 8);

struct BasePayload {
    std::uint64_t id;
};
static_assert(sizeof(BasePayload) == 8);

struct TailPayload {
    std::uint64_t place;
    std::uint32_t number, indexSections;
    std::uint64_t pages, id;
};
static_assert(sizeof(TailPayload) == 32);

} // namespace dyad
