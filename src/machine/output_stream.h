// The program's standard output and standard error on the monitor's side: in order, never lost, never blocking the
// monitor.
#pragma once

#include <cstddef>
#include <span>
#include <sys/types.h>

namespace dyad {

class OutputStream {
  public:
    explicit OutputStream(int fd);

    /// Bytes to write; only when idle(). They stay the caller's and must live until idle() again.
    void start(std::span<const std::byte> bytes) { pending_ = bytes; }
    /// Writes what can be written now. After the first failed write everything is dropped.
    void pump();
    bool idle() const { return pending_.empty(); }

    int fd() const { return fd_; }
    /// errno of the failed write, or 0.
    int error() const { return error_; }

  private:
    ssize_t writeSome();

    int fd_;
    bool regular_;           ///< a regular file: writes do not block and poll says nothing
    bool takesFlags_ = true; ///< as far as known, pwritev2 with RWF_NOWAIT works
    int error_ = 0;
    std::span<const std::byte> pending_;
};

} // namespace dyad
