// x86-64: the instructions of a migration point. Specification: docs/migration.md; Intel SDM volume 3, 8.1.3.
#pragma once

#include <stdint.h>

namespace dyad::native {

using PointInstruction = uint8_t;
constexpr PointInstruction kPointNop = 0x90, kPointTrap = 0xcc; // int3

/// Where the trap instruction lies, after which the CPU says it stopped at `pc`.
inline uintptr_t trappedPoint(uint64_t pc) { return pc - sizeof(PointInstruction); }

/// Steps that make changed instructions visible to execution: clean each, finish, forget each, finish. Code is coherent with
/// data here, and returning from an interrupt serialises.
inline void cleanInstruction(uintptr_t) {}
inline void finishCleaning() { asm volatile("" ::: "memory"); }
inline void forgetInstruction(uintptr_t) {}
inline void finishForgetting() { asm volatile("" ::: "memory"); }

} // namespace dyad::native
