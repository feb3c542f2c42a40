// Bitmaps in memory that the monitor shares: changed with real atomics, 64 bits at a time. Format: docs/abi.md,
// section 9.
#pragma once

#include <stdint.h>

namespace dyad::native {

inline bool testBit(const uint64_t* bits, uint64_t i) {
    return __atomic_load_n(&bits[i / 64], __ATOMIC_RELAXED) >> i % 64 & 1;
}

/// Sets the bits [first, end).
inline void setBits(uint64_t* bits, uint64_t first, uint64_t end) {
    while (first < end) {
        uint64_t next = (first / 64 + 1) * 64, stop = next < end ? next : end, mask = ~0ull << first % 64;
        if (stop % 64) mask &= ~(~0ull << stop % 64);
        if ((__atomic_load_n(&bits[first / 64], __ATOMIC_RELAXED) & mask) != mask)
            __atomic_fetch_or(&bits[first / 64], mask, __ATOMIC_SEQ_CST);
        first = stop;
    }
}

/// Clears the bits [0, end).
inline void clearBits(uint64_t* bits, uint64_t end) {
    for (uint64_t i = 0; i < (end + 63) / 64; ++i)
        if (__atomic_load_n(&bits[i], __ATOMIC_RELAXED)) __atomic_store_n(&bits[i], 0, __ATOMIC_RELAXED);
}

/// Where the bits that equal that of `first` end, at most at `end`.
inline uint64_t endOfEqual(const uint64_t* bits, uint64_t first, uint64_t end) {
    bool value = testBit(bits, first);
    while (first < end && testBit(bits, first) == value) {
        bool allOfWord = first % 64 == 0 && __atomic_load_n(&bits[first / 64], __ATOMIC_RELAXED) == (value ? ~0ull : 0);
        first += allOfWord ? 64 : 1;
    }
    return first < end ? first : end;
}

} // namespace dyad::native
