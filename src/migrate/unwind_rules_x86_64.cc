// System V psABI for AMD64, section 3.2.1.
#include "migrate/unwind_rules.h"

namespace dyad {

constexpr UnwindRules kUnwindRulesX86_64{
    .preserved = 1u << 3 | 1u << 6 | 1u << 7 | 0xfu << 12, // rbx rbp rsp r12 ... r15
    .preservedVectors = 0,
};

} // namespace dyad
