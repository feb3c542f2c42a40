// Slows a program down: its machine's process is stopped for a part of the time. Specification: docs/transfer.md,
// "Modes".
#pragma once

#include "machine/machine.h"

namespace dyad {

class Throttle {
  public:
    /// `machine` must outlive it.
    explicit Throttle(Machine& machine) : machine_(machine) {}
    /// At full speed again, whatever happened.
    ~Throttle() { set(0); }
    Throttle(const Throttle&) = delete;
    Throttle& operator=(const Throttle&) = delete;

    /// So much of the time it is stopped from now on.
    void set(unsigned percent);
    /// To be called at nextTurn().
    void step();
    std::uint64_t nextTurn() const { return nextNs_; }

  private:
    void change(bool stopped);
    Machine& machine_;
    unsigned percent_ = 0;
    bool stopped_ = false;
    std::uint64_t nextNs_ = UINT64_MAX;
};

} // namespace dyad
