// What statepoints carry besides LLVM's own fields: written by the passes, read back from the stack maps of the
// objects.
#pragma once

#include <cstdint>

namespace dyad {

/// A statepoint's id is the number of its site, with this bit if the values lie in cells: then its first operand is the
/// address of the cells, and each other one a constant that describes a piece.
inline constexpr std::uint64_t kValuesInCells = std::uint64_t{1} << 32;

/// Offsets are multiples of 8, sizes 4, 8 or 16.
constexpr std::uint64_t cellConstant(std::uint32_t offset, std::uint8_t size) {
    return offset + size / 4;
}
constexpr std::uint32_t cellOffset(std::uint64_t constant) {
    return constant & ~std::uint64_t{7};
}
constexpr std::uint8_t cellSize(std::uint64_t constant) {
    return (constant & 7) * 4;
}

} // namespace dyad
