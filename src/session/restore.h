// Makes a program of a checkpoint again. Specification: docs/checkpoint.md.
#pragma once

#include "migrate/checkpoint.h"
#include "session/program.h"

namespace dyad {

/// What resumeCheckpoint() needs a second look for.
struct CheckpointFile {
    std::string path;
    const PairImage& image; ///< with sites
    CommonData common;

    /// Reads and checks all of it; pages go to `memory`, if there is one.
    Result<Checkpoint> read(GuestMemory* memory) const;
};

struct ResumedProgram {
    std::unique_ptr<Machine> machine; ///< the program has arrived and is stopped for its self-test
    Checkpoint checkpoint;
};

/// Starts a machine for the checkpoint that was read as `first`, and waits until the program has arrived there. Gives
/// up when a signal arrives at `signals`.
Result<ResumedProgram> resumeCheckpoint(const CheckpointFile& file, const Checkpoint& first, const Program& program,
                                        const MachineSetup& setup, int signals);

} // namespace dyad
