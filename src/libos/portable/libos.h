// Start of the portable libOS, apart from what only a real machine has.
#pragma once

#include "base.h"

#include "../native.h"

namespace libos {

/// Brings everything up: rings, clock, memory, files, streams. Crashes with a message if the machine cannot carry it.
void initialise(dyad_control* control, uintptr_t arenaStart);
/// Builds the stack that Linux gives a program at its start: argc, argv, envp, auxiliary vector. Returns it.
uintptr_t* makeStartStack();

} // namespace libos
