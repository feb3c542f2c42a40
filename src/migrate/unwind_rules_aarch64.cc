// AAPCS64, section 6.1.
#include "migrate/unwind_rules.h"

namespace dyad {

constexpr UnwindRules kUnwindRulesAArch64{
    .preserved = 0x7ffu << 19 | 1u << 31, // x19 ... x29, sp
    .preservedVectors = 0xffu << 8,       // d8 ... d15
};

} // namespace dyad
