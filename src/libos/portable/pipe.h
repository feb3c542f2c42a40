// Pipes within the program (pipe(7)).
#pragma once

#include "inode.h"

namespace libos {

struct File;

struct Pipe {
    static constexpr uint32_t kCapacity = 65536;
    char* bytes;
    uint64_t head, tail; ///< bytes written and read so far
    uint32_t readers, writers;
    uint32_t used() const { return static_cast<uint32_t>(head - tail); }
    uint32_t room() const { return kCapacity - used(); }
};

Inode* newPipe();
void freePipe(Pipe* pipe);
long readPipe(File* file, char* to, size_t size, bool mayBlock);
long writePipe(File* file, const char* from, size_t size, bool mayBlock);
int pollPipe(const File* file);

} // namespace libos
