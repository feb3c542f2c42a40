// Where a program's standard streams lead: those of this process, unless somebody else has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <poll.h>
#include <span>
#include <vector>

namespace dyad {

class Console {
  public:
    virtual ~Console() = default;

    // Output: one piece at a time, in order over both streams, never lost, never blocking.
    /// Bytes for standard output (1) or standard error (2); only when idle(). They stay the caller's and must live
    /// until idle() again.
    virtual void write(int stream, std::span<const std::byte> bytes) = 0;
    /// Does what can be done now. After the first failed write to a stream everything for it is dropped.
    virtual void pump() = 0;
    /// Takes another piece.
    virtual bool idle() const = 0;
    /// All that was given was written, or has failed.
    virtual bool written() const = 0;
    /// errno of the failed write, or 0.
    virtual int error(int stream) const = 0;

    // Input. Nothing: the answer is not known yet; who asks again at a later turn of the loop gets it.
    struct Read {
        std::int32_t error = 0; ///< errno
        std::size_t bytes = 0;  ///< at the beginning of the buffer
        std::size_t ahead = 0;  ///< of them, at the end: more than the read could take
    };
    /// One read of at most `most` bytes, as soon as that does not block. If it is full and reads a file, at most
    /// `mostAhead` bytes that follow may come with it; the file's offset stays in front of them. `to` has room for both.
    virtual std::optional<Read> read(std::span<std::byte> to, std::size_t most, std::size_t mostAhead) = 0;
    /// Whether a read would not block now.
    virtual std::optional<bool> ready() = 0;
    /// True when a read does not block.
    virtual bool awaitReady() = 0;
    /// So many of the bytes that came ahead were used; false if that cannot be.
    virtual bool taken(std::uint32_t bytes) = 0;

    /// What to poll for: whatever blocks output, and input, if that is awaited.
    virtual void addEntries(std::vector<pollfd>& entries, bool input) const = 0;
};

} // namespace dyad
