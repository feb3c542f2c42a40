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

// probe_leaf.cc: the native leaves; each runs to its end with finish().
void testMemory();
void testCompare();
void testJumps();
void testFloatEnvironment();
void testInt128();
