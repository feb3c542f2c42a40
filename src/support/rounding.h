// Rounding to multiples.
#pragma once

#include <cstdint>

namespace dyad {

constexpr std::uint64_t roundUp(std::uint64_t value, std::uint64_t unit) {
    return (value + unit - 1) / unit * unit;
}
constexpr std::uint64_t roundDown(std::uint64_t value, std::uint64_t unit) {
    return value / unit * unit;
}

} // namespace dyad
