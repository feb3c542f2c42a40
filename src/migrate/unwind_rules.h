// What calls preserve, by ISA: one table per ISA, in files named for it. Register numbers are those of
// image/isa_registers.h.
#pragma once

#include "support/isa.h"

#include <cstdint>

namespace dyad {

struct UnwindRules {
    std::uint32_t preserved;        ///< general registers that hold through a call, the stack pointer included
    std::uint32_t preservedVectors; ///< vector registers of which the low 8 bytes hold through a call
};

extern const UnwindRules kUnwindRulesX86_64, kUnwindRulesAArch64;

inline const UnwindRules& unwindRules(Isa isa) {
    return isa == Isa::x86_64 ? kUnwindRulesX86_64 : kUnwindRulesAArch64;
}

} // namespace dyad
