// Stopping a running program and starting one that was stopped elsewhere. Specification: docs/abi.md, section 8.
#pragma once

#include "native.h"

namespace dyad::native {

/// What __dyad_set_thread_block was told: part of what a stopped program is.
void rememberThreadBlock(uintptr_t start, uint64_t size, uint64_t align);

/// Starts the program, or waits to be given one that runs already (DYAD_FLAG_RESUME). The machine is complete, and
/// interrupts come.
[[noreturn]] void startProgram();

/// The monitor's ring, at any moment: between any two instructions of portable or native code, which was at `pc`. On a stack of
/// its own, with interrupts masked.
extern "C" void onInterrupt(uint64_t pc);

/// A trap instruction was executed; the CPU says that it was at `pc`. If it stands for a migration point, returns true and sets
/// `pc` to where the program goes on: behind the point, or where it will stop. On a stack of its own, with interrupts masked.
bool reachPoint(uint64_t& pc);

// -- Per ISA: registers.cc --

/// What the entries in stop.S save of their caller: all general registers, or what the ABI preserves over a call.
struct PointFrame;
struct CallFrame;
/// Store these, pc and sp after the call, the vector registers and the floating-point environment, which native code has not
/// touched, to control().migration.
void saveRegisters(const PointFrame& frame);
void saveRegisters(const CallFrame& frame);
/// Sets the floating-point environment to what control().migration says.
void setFloatEnvironment();

} // namespace dyad::native
