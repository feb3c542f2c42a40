// The checksum over a pair image's file (docs/image-format.md). It finds damage, not malice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dyad {

using Checksum = std::array<std::byte, 16>;

/// XXH3-128, canonical form, over the file with the 16 bytes at `hole` taken as zeros. The hole must lie in the file.
Checksum checksumWithHole(std::span<const std::byte> file, std::uint64_t hole);

} // namespace dyad
