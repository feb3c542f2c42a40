// Runs a session to its end and turns that into messages, statistics and an exit status.
#pragma once

#include "session_options.h"

#include "machine/unique_fd.h"

#include <csignal>

namespace dyad {

/// Signals that end `dyad` are taken by the poll loop while it lives.
class SignalGuard {
  public:
    SignalGuard();
    int fd() const { return fd_.get(); }
    /// Dies of `signal` as a program without a handler does, so that a shell sees why.
    [[noreturn]] void dieOf(int signal);

  private:
    sigset_t set_, old_;
    UniqueFd fd_;
};

class StatsFile;

/// The exit status of `dyad`. `stats` may be null.
int runSession(Session &session, const Program &program, const SessionOptions &options, StatsFile *stats,
               SignalGuard &signals);

} // namespace dyad
