// The one process: its identity and its end.
#pragma once

#include "base.h"

namespace libos {

/// As the first process after init; a program must not think that it is init.
constexpr int kProcessId = 2;

/// Streams the files out if asked to, waits for all output, and stops the machine. kind: 0 exit status, 1 signal.
[[noreturn]] void exitProgram(uint32_t kind, uint32_t value);

} // namespace libos
