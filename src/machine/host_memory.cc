// Reads /proc/meminfo (proc(5)).
#include "machine/host_memory.h"

#include <fstream>
#include <string>

namespace dyad {

std::uint64_t availableMemory() {
    std::ifstream file("/proc/meminfo");
    for (std::string line; std::getline(file, line);)
        if (constexpr std::string_view kField = "MemAvailable:"; line.starts_with(kField))
            return std::strtoull(line.c_str() + kField.size(), nullptr, 10) * 1024;
    return UINT64_MAX;
}

} // namespace dyad
