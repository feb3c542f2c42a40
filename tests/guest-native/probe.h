// What the files of the probe guest share.
#pragma once

#include "libos/native.h"

using Function = void (*)();

struct Probe {
    const char* name;
    Function run;
};

/// Tells "passed" or "failed" and ends the guest.
[[noreturn]] void finish(bool passed);
/// Sends text to standard output.
void tell(const char* text);

// probe_leaf.cc: the native leaves; each runs to its end with finish().
void testMemory();
void testCompare();
void testContexts();
void testFloatEnvironment();
void testInt128();

// probe_migration.cc
void testPoints();
void testForbidden();
void testWait();
void testFaultWhilePatched();
void testBreakpointWhilePatched();
void testTextClosed();
