// A file in memory: memfd_create(2).
#include "support/memory_file.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

namespace dyad {

MemoryFile::MemoryFile() : descriptor_(memfd_create("dyad", MFD_CLOEXEC)) {}

MemoryFile::~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<std::vector<std::byte>> MemoryFile::read() const {
    const off_t size = lseek(descriptor_, 0, SEEK_END);
    if (size < 0) return Error{std::string("cannot read a memory file: ") + std::strerror(errno)};
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t n = pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (n <= 0)
            return Error{std::string("cannot read a memory file: ") + (n < 0 ? std::strerror(errno) : "it shrank")};
        done += static_cast<std::size_t>(n);
    }
    return bytes;
}

} // namespace dyad
