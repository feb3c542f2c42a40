// The last step of a move: a captured program resumes on a machine that waits for it. Specification: docs/migration.md,
// section 4.
#pragma once

#include "migrate/state.h"
#include "session/program.h"

namespace dyad {

/// What a machine resumes from, besides the pages of memory that were copied into it.
struct Departure {
    const FrameList& frames;
    ThreadState thread; ///< clockNs: the time at which the program goes on
    const RingStates& rings;
};

class Arrival {
  public:
    Arrival(const Program& program, Machine& machine) : program_(program), machine_(machine) {}

    /// Frame records that a destination has room for before the real number is known. Untouched memory costs nothing.
    static constexpr std::uint64_t kUsualRecords = 1 << 20;

    /// Fails if the machine has crashed or ended.
    Result<void> checkAlive();
    /// Whether the machine is ready for a program. An error means that it never will be.
    Result<bool> waiting();
    /// Whether these frames have room in the machine.
    bool fits(const FrameList& frames) const;
    /// Native stack that frames want on an ISA: what they take and as much again for what the program calls next.
    static std::uint64_t stackFor(const Program& program, Isa isa, const FrameList& frames);

    /// Puts everything in place and tells the machine to resume. With `selfTest`, the number of a request, it stops
    /// again at arrival, is captured and compared; 0: it goes on at once.
    Result<void> resume(const Departure& departure, std::uint64_t tickHz, std::uint32_t selfTest);
    /// Whether it has arrived; a self-tested program is stopped then. An error means that it never will: crashed, gone,
    /// too late, or not the same as it was.
    Result<bool> arrived();

  private:
    const Program& program_;
    Machine& machine_;
    std::uint64_t startNs_ = monotonicNs(), resumedNs_ = 0;
    std::uint32_t selfTest_ = 0;
    const FrameList* frames_ = nullptr;
};

} // namespace dyad
