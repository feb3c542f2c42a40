// AArch64: the instructions of a migration point. Specification: docs/migration.md; Arm ARM B2.2.5 (modified code).
#pragma once

#include <stdint.h>

namespace dyad::native {

using PointInstruction = uint32_t;
constexpr PointInstruction kPointNop = 0xd503201f, kPointTrap = 0xd4200000; // brk #0

/// Where the trap instruction lies, at which the CPU says it stopped at `pc`.
inline uintptr_t trappedPoint(uint64_t pc) { return pc; }

/// Steps that make changed instructions visible to execution: clean each in the data cache, finish, forget each in the
/// instruction cache, finish. On a page that is readable.
inline void cleanInstruction(uintptr_t address) { asm volatile("dc cvau, %0" ::"r"(address) : "memory"); }
inline void finishCleaning() { asm volatile("dsb ish" ::: "memory"); }
inline void forgetInstruction(uintptr_t address) { asm volatile("ic ivau, %0" ::"r"(address) : "memory"); }
inline void finishForgetting() { asm volatile("dsb ish; isb" ::: "memory"); }

} // namespace dyad::native
