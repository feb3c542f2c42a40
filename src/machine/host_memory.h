// What the host has left.
#pragma once

#include <cstdint>

namespace dyad {

/// Bytes that new programs may use before the host swaps (MemAvailable of /proc/meminfo); UINT64_MAX if it does not
/// say.
std::uint64_t availableMemory();

} // namespace dyad
