// System calls on open files: reading, writing, positions, descriptors, locks (read(2), lseek(2), dup(2), fcntl(2),
// ...).
#include "file.h"
#include "mappings.h"
#include "monitor.h"
#include "pipe.h"
#include "signals.h"
#include "streams.h"
#include "system_call.h"

namespace libos {

namespace {

constexpr size_t kMostBytes = 0x7ffff000; ///< what one call transfers at most, as on Linux

/// Runs one transfer for each buffer until one is cut short.
template <class F> long eachVector(const LinuxIovec* vectors, int count, F transfer) {
    if (count < 0 || static_cast<size_t>(count) > L_IOV_MAX) return -L_EINVAL;
    if (!validBuffer(vectors, static_cast<size_t>(count) * sizeof *vectors)) return -L_EFAULT;
    uint64_t total = 0;
    for (int i = 0; i < count; ++i) {
        if (vectors[i].size > INT64_MAX || (total += vectors[i].size) > INT64_MAX) return -L_EINVAL;
        if (!validBuffer(vectors[i].base, vectors[i].size)) return -L_EFAULT;
    }
    long done = 0;
    for (int i = 0; i < count; ++i) {
        if (!vectors[i].size) continue;
        long part = transfer(vectors[i].base, vectors[i].size, done == 0);
        if (part < 0) return done ? done : part;
        done += part;
        if (static_cast<size_t>(part) < vectors[i].size) break;
    }
    return done;
}

/// The file for a positioned transfer, or an error.
long positioned(int fd, int64_t offset, File*& file) {
    file = fileOf(fd);
    if (!file) return -L_EBADF;
    if (offset < 0) return -L_EINVAL;
    return seekable(file) ? 0 : -L_ESPIPE;
}

/// Like writeFile at a position, where O_APPEND wins over the position, as on Linux.
long writeAt(File* file, const char* from, size_t size, uint64_t& offset) {
    return writeFile(file, from, size, &offset, true);
}

} // namespace

long sysRead(int fd, char* to, size_t size) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    if (!validBuffer(to, size)) return -L_EFAULT;
    return readFile(file, to, smaller(size, kMostBytes), nullptr, true);
}

long sysWrite(int fd, const char* from, size_t size) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    if (!validBuffer(from, size)) return -L_EFAULT;
    return writeFile(file, from, smaller(size, kMostBytes), nullptr, true);
}

long sysReadv(int fd, const LinuxIovec* vectors, int count) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    size_t total = 0;
    if (count > 0 && static_cast<size_t>(count) <= L_IOV_MAX &&
        validBuffer(vectors, static_cast<size_t>(count) * sizeof *vectors))
        for (int i = 0; i < count; ++i)
            total += smaller(vectors[i].size, kMostBytes);
    monitor.inputExpected = total;
    long done = eachVector(vectors, count, [&](char* to, size_t size, bool first) {
        return readFile(file, to, smaller(size, kMostBytes), nullptr, first); // later buffers get what is at hand
    });
    monitor.inputExpected = 0;
    return done;
}

long sysWritev(int fd, const LinuxIovec* vectors, int count) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    return eachVector(vectors, count, [&](char* from, size_t size, bool first) {
        return writeFile(file, from, smaller(size, kMostBytes), nullptr, first);
    });
}

long sysPread64(int fd, char* to, size_t size, int64_t offset) {
    File* file;
    if (long error = positioned(fd, offset, file)) return error;
    if (!validBuffer(to, size)) return -L_EFAULT;
    auto at = static_cast<uint64_t>(offset);
    return readFile(file, to, smaller(size, kMostBytes), &at, true);
}

long sysPwrite64(int fd, const char* from, size_t size, int64_t offset) {
    File* file;
    if (long error = positioned(fd, offset, file)) return error;
    if (!validBuffer(from, size)) return -L_EFAULT;
    auto at = static_cast<uint64_t>(offset);
    return writeAt(file, from, smaller(size, kMostBytes), at);
}

long sysPreadv(int fd, const LinuxIovec* vectors, int count, int64_t offset) {
    File* file;
    if (long error = positioned(fd, offset, file)) return error;
    auto at = static_cast<uint64_t>(offset);
    return eachVector(vectors, count, [&](char* to, size_t size, bool) { return readFile(file, to, size, &at, true); });
}

long sysPwritev(int fd, const LinuxIovec* vectors, int count, int64_t offset) {
    File* file;
    if (long error = positioned(fd, offset, file)) return error;
    auto at = static_cast<uint64_t>(offset);
    return eachVector(vectors, count, [&](char* from, size_t size, bool) { return writeAt(file, from, size, at); });
}

/// Offset -1 means the file's own; no flag of the "2" variants is supported.
long sysPreadv2(int fd, const LinuxIovec* vectors, int count, int64_t offset, long, int flags) {
    if (flags) return -L_EOPNOTSUPP;
    return offset == -1 ? sysReadv(fd, vectors, count) : sysPreadv(fd, vectors, count, offset);
}
long sysPwritev2(int fd, const LinuxIovec* vectors, int count, int64_t offset, long, int flags) {
    if (flags) return -L_EOPNOTSUPP;
    return offset == -1 ? sysWritev(fd, vectors, count) : sysPwritev(fd, vectors, count, offset);
}

long sysLseek(int fd, int64_t offset, int whence) {
    File* file = fileOf(fd);
    if (!file || (file->flags & L_O_PATH)) return -L_EBADF;
    if (!seekable(file)) return -L_ESPIPE;
    Inode* inode = file->inode;
    int64_t base = 0, size = isRegular(inode) ? static_cast<int64_t>(inode->data.size) : 0;
    switch (whence) {
    case L_SEEK_SET:
        break;
    case L_SEEK_CUR:
        base = static_cast<int64_t>(file->offset);
        break;
    case L_SEEK_END:
        base = size;
        break;
    case L_SEEK_DATA:
    case L_SEEK_HOLE: {
        if (!isRegular(inode)) return -L_EINVAL;
        if (offset < 0 || offset >= size) return -L_ENXIO;
        uint64_t at = inode->data.seek(static_cast<uint64_t>(offset), whence == L_SEEK_DATA);
        if (whence == L_SEEK_DATA && at == inode->data.size) return -L_ENXIO;
        file->offset = at;
        return static_cast<long>(at);
    }
    default:
        return -L_EINVAL;
    }
    int64_t target;
    if (__builtin_add_overflow(base, offset, &target)) return -L_EOVERFLOW;
    if (target < 0) return -L_EINVAL;
    file->offset = static_cast<uint64_t>(target);
    return target;
}

long sysClose(int fd) { return closeDescriptor(fd); }

long sysCloseRange(uint32_t first, uint32_t last, uint32_t flags) {
    if (first > last || (flags & ~4u)) return -L_EINVAL;
    for (uint64_t fd = first; fd <= last && fd < descriptors.capacity; ++fd) {
        if (!descriptors.table[fd].file) continue;
        if (flags & 4)
            descriptors.table[fd].closeOnExec = true; // CLOSE_RANGE_CLOEXEC
        else
            closeDescriptor(static_cast<int>(fd));
    }
    return 0;
}

namespace {
long duplicate(File* file, bool closeOnExec, uint32_t from) {
    ++file->references;
    long fd = installFile(file, closeOnExec, from);
    if (fd < 0) --file->references;
    return fd;
}
} // namespace

long sysDup(int fd) {
    File* file = fileOf(fd);
    return file ? duplicate(file, false, 0) : -L_EBADF;
}

long sysDup3(int fd, int target, uint32_t flags) {
    File* file = fileOf(fd);
    if (fd == target || (flags & ~L_O_CLOEXEC)) return -L_EINVAL;
    if (!file) return -L_EBADF;
    ++file->references;
    long result = installAt(file, flags & L_O_CLOEXEC, target);
    if (result < 0) --file->references;
    return result;
}

long sysFcntl(int fd, int command, uint64_t argument) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    Descriptor& descriptor = descriptors.table[fd];
    switch (command) {
    case L_F_DUPFD:
    case L_F_DUPFD_CLOEXEC:
        if (argument >= descriptors.limit) return -L_EINVAL;
        return duplicate(file, command == L_F_DUPFD_CLOEXEC, static_cast<uint32_t>(argument));
    case L_F_GETFD:
        return descriptor.closeOnExec ? L_FD_CLOEXEC : 0;
    case L_F_SETFD:
        descriptor.closeOnExec = argument & L_FD_CLOEXEC;
        return 0;
    case L_F_GETFL:
        return static_cast<long>(file->flags) | L_O_LARGEFILE;
    case L_F_SETFL: {
        constexpr uint32_t settable = L_O_APPEND | L_O_NONBLOCK | L_O_NOATIME | L_O_DIRECT;
        file->flags = (file->flags & ~settable) | (static_cast<uint32_t>(argument) & settable);
        return 0;
    }
    // One process: no lock can be in its way.
    case L_F_GETLK:
    case L_F_OFD_GETLK: {
        auto* lock = reinterpret_cast<LinuxFlock*>(argument);
        if (!validBuffer(lock, sizeof *lock)) return -L_EFAULT;
        lock->type = L_F_UNLCK;
        return 0;
    }
    case L_F_SETLK:
    case L_F_SETLKW:
    case L_F_OFD_SETLK:
    case L_F_OFD_SETLKW: {
        auto* lock = reinterpret_cast<const LinuxFlock*>(argument);
        if (!validBuffer(lock, sizeof *lock)) return -L_EFAULT;
        if (lock->type < 0 || lock->type > L_F_UNLCK || lock->whence < 0 || lock->whence > L_SEEK_END) return -L_EINVAL;
        if ((lock->type == 0 && !file->readable()) || (lock->type == 1 && !file->writable())) return -L_EBADF;
        return 0;
    }
    case L_F_GETOWN:
        return 0;
    case L_F_SETOWN:
        return 0;
    case L_F_GETPIPE_SZ:
        return file->inode->kind == InodeKind::Pipe ? static_cast<long>(Pipe::kCapacity) : -L_EBADF;
    default:
        return -L_EINVAL;
    }
}

long sysFlock(int fd, int operation) {
    if (!fileOf(fd)) return -L_EBADF;
    int kind = operation & ~4; // LOCK_NB
    return kind == 1 || kind == 2 || kind == 8 ? 0 : -L_EINVAL;
}

long sysFsync(int fd) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    if (file->inode->kind == InodeKind::Stream) return syncStream(file);
    return file->inode->kind == InodeKind::Pipe ? -L_EINVAL : 0;
}
long sysSync() {
    syncOutput();
    return 0;
}
long sysSyncfs(int fd) { return fileOf(fd) ? 0 : -L_EBADF; }
long sysFadvise64(int fd, int64_t, int64_t, int advice) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    if (file->inode->kind == InodeKind::Pipe) return -L_ESPIPE;
    return advice < 0 || advice > 5 ? -L_EINVAL : 0;
}

long sysFtruncate(int fd, int64_t size) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    if (size < 0 || !isRegular(file->inode) || !file->writable()) return -L_EINVAL;
    Inode* inode = file->inode;
    if (inode->sharedMappings) writeBackMappings(inode, 0, UINT64_MAX);
    if (long error = inode->data.resize(static_cast<uint64_t>(size))) return error;
    touchModified(inode);
    return 0;
}

long sysFallocate(int fd, uint32_t mode, int64_t offset, int64_t length) {
    File* file = fileOf(fd);
    if (!file || !file->writable()) return -L_EBADF;
    if (offset < 0 || length <= 0) return -L_EINVAL;
    if (file->inode->kind == InodeKind::Pipe) return -L_ESPIPE;
    if (!isRegular(file->inode)) return -L_ENODEV;
    if (mode & ~(L_FALLOC_KEEP_SIZE | L_FALLOC_PUNCH_HOLE | L_FALLOC_ZERO_RANGE)) return -L_EOPNOTSUPP;
    if ((mode & L_FALLOC_PUNCH_HOLE) && mode != (L_FALLOC_PUNCH_HOLE | L_FALLOC_KEEP_SIZE)) return -L_EOPNOTSUPP;
    auto start = static_cast<uint64_t>(offset), size = static_cast<uint64_t>(length);
    FileData& data = file->inode->data;
    if (start + size > FileData::kLimit) return -L_EFBIG;
    if (mode & (L_FALLOC_PUNCH_HOLE | L_FALLOC_ZERO_RANGE)) data.punch(start, size);
    if (!(mode & L_FALLOC_PUNCH_HOLE))
        if (long error = data.reserve(start, size)) return error;
    if (!(mode & L_FALLOC_KEEP_SIZE) && start + size > data.size) data.resize(start + size);
    if (file->inode->sharedMappings) refreshMappings(file->inode, start, size);
    touchModified(file->inode);
    return 0;
}

namespace {
/// Copies through a buffer; the offsets move by what was written.
long copyBetween(File* out, uint64_t* outOffset, File* in, uint64_t* inOffset, size_t size) {
    constexpr size_t kBuffer = 32768;
    auto* buffer = static_cast<char*>(allocate(kBuffer));
    if (!buffer) return -L_ENOMEM;
    long done = 0, result = 0;
    while (static_cast<size_t>(done) < size) {
        uint64_t at = inOffset ? *inOffset : in->offset;
        long got = result = readFile(in, buffer, smaller(kBuffer, size - static_cast<size_t>(done)), &at, done == 0);
        if (got <= 0) break;
        long put = result = writeFile(out, buffer, static_cast<size_t>(got), outOffset, done == 0);
        if (put <= 0) break;
        (inOffset ? *inOffset : in->offset) += static_cast<uint64_t>(put);
        done += put;
        if (put < got) break;
    }
    release(buffer, kBuffer);
    return done ? done : result;
}
} // namespace

long sysSendfile(int outFd, int inFd, int64_t* offset, size_t size) {
    File *out = fileOf(outFd), *in = fileOf(inFd);
    if (!out || !in || !in->readable() || !out->writable()) return -L_EBADF;
    if (!isRegular(in->inode) || (out->flags & L_O_APPEND)) return -L_EINVAL;
    if (offset && *offset < 0) return -L_EINVAL;
    return copyBetween(out, nullptr, in, reinterpret_cast<uint64_t*>(offset), smaller(size, kMostBytes));
}

long sysCopyFileRange(int inFd, int64_t* inOffset, int outFd, int64_t* outOffset, size_t size, uint32_t flags) {
    File *out = fileOf(outFd), *in = fileOf(inFd);
    if (!out || !in || !in->readable() || !out->writable() || (out->flags & L_O_APPEND)) return -L_EBADF;
    if (flags || !isRegular(in->inode) || !isRegular(out->inode))
        return isDirectory(in->inode) || isDirectory(out->inode) ? -L_EISDIR : -L_EINVAL;
    if ((inOffset && *inOffset < 0) || (outOffset && *outOffset < 0)) return -L_EINVAL;
    size = smaller(size, kMostBytes);
    if (in->inode == out->inode) {
        uint64_t from = inOffset ? static_cast<uint64_t>(*inOffset) : in->offset,
                 to = outOffset ? static_cast<uint64_t>(*outOffset) : out->offset;
        if (from < to + size && to < from + size) return -L_EINVAL;
    }
    return copyBetween(out, reinterpret_cast<uint64_t*>(outOffset), in, reinterpret_cast<uint64_t*>(inOffset), size);
}

long sysPipe2(int* fds, uint32_t flags) {
    if (flags & ~(L_O_CLOEXEC | L_O_NONBLOCK | L_O_DIRECT)) return -L_EINVAL;
    if (!validBuffer(fds, 2 * sizeof *fds)) return -L_EFAULT;
    Inode* inode = newPipe();
    if (!inode) return -L_ENOMEM;
    hold(inode);
    File* reader = openInode(inode, L_O_RDONLY | (flags & L_O_NONBLOCK));
    File* writer = openInode(inode, L_O_WRONLY | (flags & L_O_NONBLOCK));
    letGo(inode);
    long readFd = reader && writer ? installFile(reader, flags & L_O_CLOEXEC) : -L_ENOMEM;
    long writeFd = readFd >= 0 ? installFile(writer, flags & L_O_CLOEXEC) : readFd;
    if (writeFd < 0) {
        if (readFd >= 0)
            closeDescriptor(static_cast<int>(readFd));
        else if (reader)
            releaseFile(reader);
        if (writer) releaseFile(writer);
        return writeFd;
    }
    fds[0] = static_cast<int>(readFd);
    fds[1] = static_cast<int>(writeFd);
    return 0;
}

long sysIoctl(int fd, uint32_t request, uint64_t argument) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    auto* pointer = reinterpret_cast<void*>(argument);
    InodeKind kind = file->inode->kind;
    bool terminal = kind == InodeKind::Terminal ||
                    (kind == InodeKind::Stream && machine.control->stdio[file->inode->stream] == DYAD_STDIO_TTY);
    switch (request) {
    case L_FIOCLEX:
    case L_FIONCLEX:
        descriptors.table[fd].closeOnExec = request == L_FIOCLEX;
        return 0;
    case L_FIONBIO: {
        if (!validBuffer(pointer, sizeof(int))) return -L_EFAULT;
        bool on = *static_cast<int*>(pointer) != 0;
        file->flags = on ? file->flags | L_O_NONBLOCK : file->flags & ~L_O_NONBLOCK;
        return 0;
    }
    case L_FIONREAD: {
        if (!validBuffer(pointer, sizeof(int))) return -L_EFAULT;
        uint64_t bytes = 0;
        if (kind == InodeKind::Stream)
            bytes = bufferedInput();
        else if (kind == InodeKind::Pipe)
            bytes = file->inode->pipe->used();
        else if (isRegular(file->inode))
            bytes = file->inode->data.size - smaller(file->offset, file->inode->data.size);
        else
            return -L_ENOTTY;
        *static_cast<int*>(pointer) = static_cast<int>(smaller<uint64_t>(bytes, INT32_MAX));
        return 0;
    }
    case L_TIOCGWINSZ: {
        if (!terminal) return -L_ENOTTY;
        if (!validBuffer(pointer, sizeof(LinuxWinsize))) return -L_EFAULT;
        *static_cast<LinuxWinsize*>(pointer) = {machine.control->terminal_rows, machine.control->terminal_columns, 0,
                                                0};
        return 0;
    }
    case L_TCGETS: {
        if (!terminal) return -L_ENOTTY;
        if (!validBuffer(pointer, sizeof(LinuxTermios))) return -L_EFAULT;
        // A cooked terminal as Linux sets one up: ICRNL IXON; OPOST ONLCR; B38400 CS8 CREAD; ISIG ICANON ECHO ECHOE
        // ECHOK ECHOCTL ECHOKE IEXTEN; ^C ^\ DEL ^U ^D ... VMIN 1.
        *static_cast<LinuxTermios*>(pointer) = {
            0x500, 0x5, 0xbf, 0x8a3b, 0, {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0}};
        return 0;
    }
    default:
        return -L_ENOTTY; // settings of the terminal stay the host's: TCSETS fails too
    }
}

} // namespace libos
