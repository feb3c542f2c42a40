// Open file descriptions and the descriptor table.
#pragma once

#include "inode.h"

namespace libos {

/// An open file description: what dup() shares.
struct File {
    uint32_t references;
    uint32_t flags; ///< L_O_ACCMODE and status flags
    uint64_t offset;
    Inode* inode;
    bool readable() const { return (flags & (L_O_ACCMODE | L_O_PATH)) != L_O_WRONLY && !(flags & L_O_PATH); }
    bool writable() const { return (flags & L_O_ACCMODE) != L_O_RDONLY && !(flags & L_O_PATH); }
    bool nonBlocking() const { return flags & L_O_NONBLOCK; }
};

struct Descriptor {
    File* file;
    bool closeOnExec;
};

struct Descriptors {
    Descriptor* table;
    uint32_t capacity;
    uint32_t lowestFree; ///< no descriptor below this is free
    uint64_t limit;      ///< RLIMIT_NOFILE, soft
};
extern Descriptors descriptors;
constexpr uint64_t kDescriptorLimit = 65536; ///< RLIMIT_NOFILE, hard

/// The file of a descriptor, or null.
inline File* fileOf(int fd) {
    return static_cast<uint32_t>(fd) < descriptors.capacity ? descriptors.table[fd].file : nullptr;
}
/// Opens a description on the inode. Null if there is no memory.
File* openInode(Inode* inode, uint32_t flags);
/// Gives the description the lowest free descriptor that is at least `from`. On failure the caller still owns it.
/// Returns the descriptor, -L_EMFILE or -L_ENOMEM.
long installFile(File* file, bool closeOnExec, uint32_t from = 0);
/// Puts a description at `fd`, closing what was there. Returns fd, -L_EBADF or -L_ENOMEM.
long installAt(File* file, bool closeOnExec, int fd);
/// Returns 0 or -L_EBADF.
long closeDescriptor(int fd);
void releaseFile(File* file);

/// Reads or writes at `offset` (and moves it) or, for null, at the file's own offset. `mayBlock` false: as if the file
/// were non-blocking.
long readFile(File* file, char* to, size_t size, uint64_t* offset, bool mayBlock);
long writeFile(File* file, const char* from, size_t size, uint64_t* offset, bool mayBlock);
/// L_POLL* bits that hold now. `askMonitor`: may ask the monitor about standard input.
int pollFile(const File* file, bool askMonitor);
/// Whether lseek and pread make sense.
inline bool seekable(const File* file) {
    switch (file->inode->kind) {
    case InodeKind::Pipe:
    case InodeKind::Stream:
    case InodeKind::Terminal:
        return false;
    default:
        return true;
    }
}

/// Whether the program may hand us this buffer: it lies inside the image's window or the arena.
bool validBuffer(const void* buffer, size_t size);

} // namespace libos
