// Makes a program of a checkpoint again. Specification: docs/checkpoint.md.
#pragma once

#include "session/lazy_pages.h"
#include "session/program.h"

namespace dyad {

struct ResumedProgram {
    std::unique_ptr<Machine> machine; ///< the program has arrived and is stopped for its self-test
    std::unique_ptr<LazyPages> pages; ///< that are still to come, or null
};

/// Starts a machine for the checkpoint and waits until the program has arrived there: with all its pages, or, `lazily`,
/// with those that it wanted so far. Gives up when a signal arrives at `signals`.
Result<ResumedProgram> resumeCheckpoint(CheckpointChain chain, const Program& program, const MachineSetup& setup,
                                        bool lazily, int signals);

} // namespace dyad
