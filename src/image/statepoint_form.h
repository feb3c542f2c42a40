// What statepoints carry besides LLVM's own fields: written by the passes, read back from the stack maps of the
// objects.
#pragma once

#include <cstdint>

namespace dyad {

/// A statepoint's id is the number of its site, with this bit if values lie in cells: then its first operand is the
/// address of the cells. What follows is for each piece a constant that tells where its cell is, or kPieceItself and
/// the piece.
inline constexpr std::uint64_t kValuesInCells = std::uint64_t{1} << 32;

/// No cell has this: a size is never 0.
inline constexpr std::uint64_t kPieceItself = 0;

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
