// Where checkpoints are written to and read from: a file, memory, a connection to another host.
#pragma once

#include "support/result.h"

#include <cstddef>
#include <span>

namespace dyad {

class ByteSink {
  public:
    virtual ~ByteSink() = default;
    /// Writes all of it.
    virtual Result<void> write(std::span<const std::byte> bytes) = 0;
    /// The same. The bytes do not change, nor go, while the sink lives: they need not be copied.
    virtual Result<void> lend(std::span<const std::byte> bytes) { return write(bytes); }
};

class ByteSource {
  public:
    virtual ~ByteSource() = default;
    /// Fills as much of `bytes` as there is; less than all means that the stream has ended.
    virtual Result<std::size_t> read(std::span<std::byte> bytes) = 0;
};

/// A source of which any part can be read, such as a file.
class SeekableSource : public ByteSource {
  public:
    virtual Result<std::uint64_t> size() = 0;
    /// read() goes on there.
    virtual void seek(std::uint64_t place) = 0;
};

} // namespace dyad
