// Names a place in the code of a half, for messages.
#pragma once

#include "image/pair_image.h"

#include <string>

namespace dyad {

/// "compress+0x1c", or the bare address where no function is known.
std::string describeCode(const PairImage& image, Isa isa, std::uint64_t address);

} // namespace dyad
