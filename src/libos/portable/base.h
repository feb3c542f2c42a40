// Small things that every part of the portable libOS uses. Freestanding: nothing of the C++ library.
#pragma once

#include "linux_abi.h"

#if __STDC_HOSTED__ // unit tests
#include <string.h>
#else
extern "C" {
void* memcpy(void* __restrict to, const void* __restrict from, size_t size);
void* memmove(void* to, const void* from, size_t size);
void* memset(void* to, int value, size_t size);
int memcmp(const void* a, const void* b, size_t size);
}
#endif

namespace libos {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kForever = UINT64_MAX; ///< a deadline that never comes
constexpr int64_t kSecond = 1000000000;   ///< in ns

template <class T> constexpr T smaller(T a, T b) { return b < a ? b : a; }
template <class T> constexpr T larger(T a, T b) { return a < b ? b : a; }
constexpr uint64_t roundUp(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }
constexpr uint64_t roundDown(uint64_t value, uint64_t unit) { return value / unit * unit; }

inline size_t textSize(const char* text) {
    size_t size = 0;
    while (text[size])
        ++size;
    return size;
}
inline bool textEqual(const char* a, size_t size, const char* b) {
    for (size_t i = 0; i < size; ++i)
        if (a[i] != b[i] || !b[i]) return false;
    return !b[size];
}

} // namespace libos
