// What the sites of a half look like in its code. x86-64: Intel SDM volume 2, NOP and CALL; AArch64: Arm ARM C6.2, NOP,
// BL, BLR.
#pragma once

#include "support/isa.h"

#include <cstddef>
#include <span>

namespace dyad {

/// The instruction at a migration point.
std::span<const std::byte> nopInstruction(Isa isa);

/// Whether code ends with a call; with 8 bytes of it, the answer is certain where it is no.
bool endsWithCall(Isa isa, std::span<const std::byte> code);

} // namespace dyad
