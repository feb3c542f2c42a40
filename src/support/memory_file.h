// A file in memory, for libraries that write to a descriptor only (libelf).
#pragma once

#include "support/result.h"

#include <cstddef>
#include <vector>

namespace dyad {

class MemoryFile {
  public:
    MemoryFile();
    ~MemoryFile();
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;

    /// Negative if the file could not be made; writes to it fail then.
    int descriptor() const { return descriptor_; }
    /// All that was written.
    Result<std::vector<std::byte>> read() const;

  private:
    int descriptor_;
};

} // namespace dyad
