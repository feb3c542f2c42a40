// Open file descriptions, the descriptor table, and reading and writing whatever a description refers to.
#include "file.h"

#include "mappings.h"
#include "monitor.h"
#include "pipe.h"
#include "random.h"
#include "streams.h"

namespace libos {

Descriptors descriptors;

bool validBuffer(const void* buffer, size_t size) {
    uint64_t start = reinterpret_cast<uintptr_t>(buffer), end = start + size;
    if (end < start) return false;
    if (machine.anyPointer) return start >= kPage || !size;
    return (start >= DYAD_IMAGE_BASE && end <= DYAD_IMAGE_LIMIT) ||
           (start >= machine.arena && end <= machine.arena + machine.arenaSize) || !size;
}

File* openInode(Inode* inode, uint32_t flags) {
    File* file = create<File>();
    if (!file) return nullptr;
    file->references = 1;
    file->flags = flags;
    file->inode = hold(inode);
    if (inode->kind == InodeKind::Pipe) {
        if (file->readable()) ++inode->pipe->readers;
        if (file->writable()) ++inode->pipe->writers;
    }
    return file;
}

void releaseFile(File* file) {
    if (--file->references) return;
    Inode* inode = file->inode;
    if (inode->kind == InodeKind::Pipe) {
        if (file->readable()) --inode->pipe->readers;
        if (file->writable()) --inode->pipe->writers;
    }
    letGo(inode);
    destroy(file);
}

namespace {
bool growTable(uint32_t need) {
    if (need <= descriptors.capacity) return true;
    uint32_t capacity = larger<uint32_t>(32, descriptors.capacity);
    while (capacity < need)
        capacity *= 2;
    auto* table = static_cast<Descriptor*>(allocate(capacity * sizeof(Descriptor)));
    if (!table) return false;
    if (descriptors.table) memcpy(table, descriptors.table, descriptors.capacity * sizeof(Descriptor));
    release(descriptors.table, descriptors.capacity * sizeof(Descriptor));
    descriptors.table = table;
    descriptors.capacity = capacity;
    return true;
}
} // namespace

long installFile(File* file, bool closeOnExec, uint32_t from) {
    uint32_t fd = larger(from, descriptors.lowestFree);
    while (fd < descriptors.capacity && descriptors.table[fd].file)
        ++fd;
    if (fd >= descriptors.limit) return -L_EMFILE;
    if (!growTable(fd + 1)) return -L_ENOMEM;
    descriptors.table[fd] = {file, closeOnExec};
    if (from <= descriptors.lowestFree) descriptors.lowestFree = fd + 1;
    return fd;
}

long installAt(File* file, bool closeOnExec, int fd) {
    if (fd < 0 || static_cast<uint64_t>(fd) >= descriptors.limit) return -L_EBADF;
    if (!growTable(static_cast<uint32_t>(fd) + 1)) return -L_ENOMEM;
    closeDescriptor(fd);
    descriptors.table[fd] = {file, closeOnExec};
    return fd;
}

long closeDescriptor(int fd) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    descriptors.table[fd] = {};
    descriptors.lowestFree = smaller(descriptors.lowestFree, static_cast<uint32_t>(fd));
    bool lastOutput = file->references == 1 && file->inode->kind == InodeKind::Stream && file->writable();
    releaseFile(file);
    // The last chance to hear of an output error; a write that follows would have been told the same.
    return lastOutput ? closeOutput() : 0;
}

long readFile(File* file, char* to, size_t size, uint64_t* offset, bool mayBlock) {
    if (!file->readable()) return -L_EBADF;
    Inode* inode = file->inode;
    uint64_t& at = offset ? *offset : file->offset;
    switch (inode->kind) {
    case InodeKind::Regular: {
        if (inode->sharedMappings) writeBackMappings(inode, at, size);
        size_t done = inode->data.read(to, size, at);
        at += done;
        if (!(file->flags & L_O_NOATIME)) touchAccessed(inode);
        return static_cast<long>(done);
    }
    case InodeKind::Directory:
    case InodeKind::DescriptorDirectory:
        return -L_EISDIR;
    case InodeKind::Stream:
    case InodeKind::Terminal:
        return readStream(file, to, size, mayBlock);
    case InodeKind::Pipe:
        return readPipe(file, to, size, mayBlock);
    case InodeKind::Null:
        return 0;
    case InodeKind::Zero:
    case InodeKind::Full:
        memset(to, 0, size);
        return static_cast<long>(size);
    case InodeKind::Random:
        size = smaller(size, kMostRandomBytes);
        randomBytes(to, size);
        return static_cast<long>(size);
    default:
        return -L_EINVAL;
    }
}

long writeFile(File* file, const char* from, size_t size, uint64_t* offset, bool mayBlock) {
    if (!file->writable()) return -L_EBADF;
    Inode* inode = file->inode;
    uint64_t& at = offset ? *offset : file->offset;
    switch (inode->kind) {
    case InodeKind::Regular: {
        if (file->flags & L_O_APPEND) at = inode->data.size;
        long done = inode->data.write(from, size, at);
        if (done <= 0) return done;
        if (inode->sharedMappings) refreshMappings(inode, at, static_cast<size_t>(done));
        at += static_cast<uint64_t>(done);
        touchModified(inode);
        return done;
    }
    case InodeKind::Stream:
    case InodeKind::Terminal:
        return writeStream(file, from, size);
    case InodeKind::Pipe:
        return writePipe(file, from, size, mayBlock);
    case InodeKind::Null:
    case InodeKind::Zero:
    case InodeKind::Random:
        return static_cast<long>(size);
    case InodeKind::Full:
        return size ? -L_ENOSPC : 0;
    default:
        return -L_EBADF;
    }
}

int pollFile(const File* file, bool askMonitor) {
    switch (file->inode->kind) {
    case InodeKind::Stream:
    case InodeKind::Terminal:
        return pollStream(file, askMonitor);
    case InodeKind::Pipe:
        return pollPipe(file);
    default:
        return L_POLLIN | L_POLLOUT | L_POLLRDNORM | L_POLLWRNORM;
    }
}

} // namespace libos
