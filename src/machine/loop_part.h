// Something besides the guest's frames that happens in the monitor's poll loop: moving the program, commands from outside.
#pragma once

#include "support/result.h"

#include <cstdint>
#include <poll.h>
#include <vector>

namespace dyad {

class LoopPart {
  public:
    virtual ~LoopPart() = default;
    /// Does what can be done now, without blocking; called at every turn of the loop. An error ends the run.
    virtual Result<void> step() = 0;
    /// Adds the descriptors that are worth a turn.
    virtual void addEntries(std::vector<pollfd> &entries) const = 0;
    /// CLOCK_MONOTONIC in ns: a turn is wanted then, if not before.
    virtual std::uint64_t nextTurn() const { return UINT64_MAX; }
};

} // namespace dyad
