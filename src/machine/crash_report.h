// Tells the user why a guest crashed: cause, registers, and a symbolised backtrace made by lib/dyad/bin/dyad-backtrace.
#pragma once

#include "machine/guest_memory.h"
#include "machine/installation.h"
#include "support/isa.h"

#include <string>

namespace dyad {

/// Prints the report to standard error. The machine must have been stopped: its memory is read as it is. Returns the
/// signal that the program died of.
int printCrashReport(GuestMemory &memory, Isa isa, const std::string &imagePath, const Installation &installation);

/// "invalid access to address 0x10 (SIGSEGV)", with the message of the record if it has one.
std::string crashCause(const dyad_crash &crash);
/// Cause and registers as text, several lines.
std::string describeCrash(const dyad_crash &crash, Isa isa);

} // namespace dyad
