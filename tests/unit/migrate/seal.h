// Damage behind right checksums: what a peer could send who knows how they are made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>
#include <xxhash.h>

namespace dyad::test {

/// Makes all checksums fit again, as far as sections can be found.
inline void seal(std::vector<std::byte>& bytes) {
    const auto checksum = [&](std::size_t at, std::size_t size, std::size_t to) {
        const std::uint64_t sum = XXH3_64bits(bytes.data() + at, size);
        std::memcpy(bytes.data() + to, &sum, sizeof sum);
    };
    if (bytes.size() < 40) return;
    checksum(0, 32, 32);
    std::size_t at = 40;
    while (bytes.size() - at >= 32) {
        std::uint64_t size;
        std::memcpy(&size, &bytes[at + 8], sizeof size);
        const std::size_t rest = bytes.size() - at - 32;
        if (size <= rest) checksum(at + 32, size, at + 16);
        checksum(at, 24, at + 24);
        if (size > rest) return;
        at += 32 + size;
    }
}

} // namespace dyad::test
