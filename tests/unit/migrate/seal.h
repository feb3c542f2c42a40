// Damage behind right checksums: what a peer could send who knows how they are made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>
#include <xxhash.h>

namespace dyad::test {

/// Makes all checksums fit again, and the id of a checkpoint, as far as sections can be found.
inline void seal(std::vector<std::byte>& bytes) {
    const auto checksum = [&](std::size_t at, std::size_t size, std::size_t to) {
        const std::uint64_t sum = XXH3_64bits(bytes.data() + at, size);
        std::memcpy(bytes.data() + to, &sum, sizeof sum);
    };
    if (bytes.size() < 40) return;
    checksum(0, 32, 32);
    std::size_t at = 40;
    std::array<std::uint64_t, 2> id{}; // and the checksum of the next section
    while (bytes.size() - at >= 32) {
        std::uint64_t size;
        std::memcpy(&size, &bytes[at + 8], sizeof size);
        const std::size_t rest = bytes.size() - at - 32;
        std::uint32_t type;
        std::memcpy(&type, &bytes[at], sizeof type);
        const bool tail = type == 10, pages = type == 6 || type == 41 || type == 42;
        if (tail && size == 32 && size <= rest) std::memcpy(&bytes[at + 32 + 24], id.data(), sizeof id[0]);
        if (size <= rest) checksum(at + 32, size, at + 16);
        std::memcpy(&id[1], &bytes[at + 16], sizeof id[1]);
        if (!tail && !pages && type != 7) id[0] = XXH3_64bits(id.data(), sizeof id);
        checksum(at, 24, at + 24);
        if (size > rest) return;
        at += 32 + size;
    }
}

} // namespace dyad::test
