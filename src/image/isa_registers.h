// DWARF register numbers that site tables use: System V psABI for AMD64 (figure 3.36), DWARF for the Arm 64-bit
// Architecture (section 4.1).
#pragma once

#include "support/isa.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace dyad {

/// General registers are 0 to count - 1, the stack pointer among them.
constexpr unsigned generalRegisterCount(Isa isa) {
    return isa == Isa::x86_64 ? 16 : 32;
}
constexpr unsigned stackPointerRegister(Isa isa) {
    return isa == Isa::x86_64 ? 7 : 31;
}
/// What a frame's saved return address is listed under.
constexpr unsigned returnAddressRegister(Isa isa) {
    return isa == Isa::x86_64 ? 16 : 30;
}

/// The number of a vector register (xmm3: 3, v8: 8).
constexpr std::optional<unsigned> vectorRegister(Isa isa, unsigned reg) {
    if (isa == Isa::aarch64) return reg >= 64 && reg < 96 ? std::optional(reg - 64) : std::nullopt;
    if (reg >= 17 && reg < 33) return reg - 17;
    if (reg >= 67 && reg < 83) return reg - 67 + 16; // xmm16 to xmm31
    return std::nullopt;
}

/// Whether a live value can be kept in it.
constexpr bool holdsValues(Isa isa, unsigned reg) {
    return reg < generalRegisterCount(isa) || vectorRegister(isa, reg);
}

/// The assembler's name for `size` bytes of a register: "r12d", "ymm3", "w19", "d8".
std::string registerName(Isa isa, unsigned reg, unsigned size);

} // namespace dyad
