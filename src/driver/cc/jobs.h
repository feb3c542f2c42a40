// Plans a command line with clang's driver and runs its jobs in this process.
#pragma once

#include "driver/cc/options.h"
#include "driver/cc/toolchain.h"

namespace dyad {

/// What -dumpmachine prints and --host= of configure scripts takes: config.sub accepts it and no script knows
/// assembly for it.
inline constexpr const char* kMachineName = "none-dyad-linux-musl";

/// Compiles and links as `options` ask. Returns the exit status.
int runJobs(const Options& options, const Toolchain& toolchain);

} // namespace dyad
