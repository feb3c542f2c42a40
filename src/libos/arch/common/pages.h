// Write tracking, for copying a program's memory while it runs, and missing pages, for running it before all of its
// memory is there. Specification: docs/abi.md, section 9.
#pragma once

#include <stdint.h>

namespace dyad::native {

/// Once, before anything else here.
void preparePages();

/// Does what the monitor asks for, if it does. At any moment: from interrupt handlers, too.
void servePages();

/// A fault at `address`. True if that was for memory that is closed for the moment only: the instruction can be tried
/// again. On the stack of faults; `interruptible`: interrupts may be let in while something is waited for.
bool resolveFault(uint64_t address, bool interruptible);

/// What the program asks for: machine->protect and machine->discard, with all that is tracked or missing taken into
/// account.
int32_t protectForProgram(uint64_t address, uint64_t size, uint32_t protection);
void discardForProgram(uint64_t address, uint64_t size);

} // namespace dyad::native
