// `dyad run --stats=FILE`: what a run took, as JSON. The keys are described in docs/running.md.
#pragma once

#include "machine/monitor.h"

namespace dyad {

/// Writes the report to `path`, whole or not at all. `machine` describes where it ran; `status` is the exit status of
/// `dyad`.
Result<void> writeStats(const std::string &path, const RunReport &report, const std::string &machine, int status);

} // namespace dyad
