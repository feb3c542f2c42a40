// Payloads that begin with a struct as it lies in the stream.
#pragma once

#include "migrate/sections.h"

#include <fmt/format.h>

#include <cstring>

namespace dyad {

inline constexpr std::size_t kMostText = 1024;

template <class T> std::span<const std::byte> bytesOf(const T& value) {
    return std::as_bytes(std::span(&value, 1));
}

/// A payload that is a T, and `most` bytes behind it at most.
template <class T> Result<T> fixedPart(const std::string& stream, const Section& section, std::size_t most = 0) {
    const std::size_t size = section.payload.size();
    if (size < sizeof(T) || size > sizeof(T) + most)
        return unusableSection(stream, section.type, section.number,
                               fmt::format("expected {} bytes, found {}", sizeof(T), size));
    T value;
    std::memcpy(&value, section.payload.data(), sizeof value);
    return value;
}

/// Words of another host reach a terminal: no control characters.
std::string printable(std::span<const std::byte> bytes);
/// As much of it as may be sent.
inline std::span<const std::byte> shortText(std::string_view text) {
    return std::as_bytes(std::span(text.substr(0, kMostText)));
}

} // namespace dyad
