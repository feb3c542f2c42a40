// System calls on names: openat(2), mkdirat(2), unlinkat(2), linkat(2), symlinkat(2), renameat2(2), readlinkat(2),
// getdents64(2), chdir(2), getcwd(2).
#include "mappings.h"
#include "paths.h"
#include "streams.h"
#include "system_call.h"

namespace libos {

namespace {

bool isRoot(const Inode* inode) { return inode == fileSystem.root; }

/// Opens an existing inode, which resolve() found.
long openExisting(Inode* inode, uint32_t flags) {
    uint32_t type = inode->mode & L_S_IFMT;
    if (type == L_S_IFLNK && !(flags & L_O_PATH)) return -L_ELOOP;
    if ((flags & L_O_DIRECTORY) && type != L_S_IFDIR) return -L_ENOTDIR;
    bool writes = (flags & L_O_ACCMODE) != L_O_RDONLY;
    if (type == L_S_IFDIR && !(flags & L_O_PATH) && (writes || (flags & L_O_CREAT))) return -L_EISDIR;
    if (inode->kind == InodeKind::Terminal && !haveTerminal()) return -L_ENXIO;
    if (type == L_S_IFSOCK) return -L_ENXIO;
    if ((flags & L_O_TRUNC) && !(flags & L_O_PATH) && isRegular(inode) && (inode->data.size || writes)) {
        inode->data.resize(0);
        touchModified(inode);
    }
    return 0;
}

long finishOpen(Inode* inode, uint32_t flags) {
    constexpr uint32_t kept = L_O_ACCMODE | L_O_APPEND | L_O_NONBLOCK | L_O_NOATIME | L_O_DIRECT | L_O_PATH |
                              L_O_DIRECTORY | L_O_NOFOLLOW | L_O_DSYNC;
    hold(inode);
    File* file = openInode(inode, flags & kept);
    letGo(inode);
    if (!file) return -L_ENOMEM;
    long fd = installFile(file, flags & L_O_CLOEXEC);
    if (fd < 0) releaseFile(file);
    return fd;
}

long openTemporary(int dirfd, const char* path, uint32_t flags, uint32_t mode) {
    if ((flags & L_O_ACCMODE) == L_O_RDONLY) return -L_EINVAL;
    Inode* directory;
    if (long error = resolveExisting(dirfd, path, true, false, directory)) return error;
    if (!isDirectory(directory)) return -L_ENOTDIR;
    Inode* inode = newInode(InodeKind::Regular, L_S_IFREG | (mode & 07777 & ~working.umask));
    return inode ? finishOpen(inode, flags & ~L_O_DIRECTORY) : -L_ENOSPC;
}

} // namespace

long sysOpenat(int dirfd, const char* path, uint32_t flags, uint32_t mode) {
    if ((flags & L_O_TMPFILE) == L_O_TMPFILE) return openTemporary(dirfd, path, flags, mode);
    if (flags & L_O_PATH) flags &= L_O_PATH | L_O_DIRECTORY | L_O_NOFOLLOW | L_O_CLOEXEC;
    if ((flags & L_O_CREAT) && (flags & L_O_DIRECTORY)) return -L_EINVAL;
    if ((flags & L_O_ACCMODE) == L_O_ACCMODE) return -L_EINVAL;
    bool exclusive = (flags & (L_O_CREAT | L_O_EXCL)) == (L_O_CREAT | L_O_EXCL);
    Lookup found;
    if (long error = resolve(dirfd, path, !(flags & L_O_NOFOLLOW) && !exclusive, found)) return error;
    if (!found.inode) {
        if (!(flags & L_O_CREAT)) return -L_ENOENT;
        if (found.trailingSlash) return -L_EISDIR;
        // The descriptor comes first in the end: a full table must not leave a new file behind.
        Inode* inode;
        if (long error = makeNode(found, InodeKind::Regular, L_S_IFREG | (mode & 07777 & ~working.umask), inode))
            return error;
        long fd = finishOpen(inode, flags);
        if (fd < 0 && inode->entry) removeEntry(inode->entry);
        return fd;
    }
    if (exclusive) return -L_EEXIST;
    if ((flags & L_O_CREAT) && found.trailingSlash) return -L_EISDIR;
    if (long error = openExisting(found.inode, flags)) return error;
    return finishOpen(found.inode, flags);
}

long sysMkdirat(int dirfd, const char* path, uint32_t mode) {
    Lookup found;
    if (long error = resolve(dirfd, path, false, found)) return error;
    if (found.inode) return -L_EEXIST;
    Inode* made;
    return makeNode(found, InodeKind::Directory, L_S_IFDIR | (mode & 01777 & ~working.umask), made);
}

/// Regular files only; named pipes and devices are not supported.
long sysMknodat(int dirfd, const char* path, uint32_t mode, uint64_t) {
    uint32_t type = mode & L_S_IFMT;
    Lookup found;
    if (long error = resolve(dirfd, path, false, found)) return error;
    if (found.inode) return -L_EEXIST;
    if (found.trailingSlash) return -L_ENOENT;
    if (type && type != L_S_IFREG) return type == L_S_IFDIR ? -L_EPERM : -L_ENOSYS;
    Inode* made;
    return makeNode(found, InodeKind::Regular, L_S_IFREG | (mode & 07777 & ~working.umask), made);
}

long sysUnlinkat(int dirfd, const char* path, uint32_t flags) {
    if (flags & ~L_AT_REMOVEDIR) return -L_EINVAL;
    Lookup found;
    if (long error = resolve(dirfd, path, false, found)) return error;
    if (!found.inode) return -L_ENOENT;
    if (flags & L_AT_REMOVEDIR) {
        if (!found.directory) { // "/", "." or ".."
            if (!found.nameSize) return -L_EBUSY;
            return found.nameSize == 1 ? -L_EINVAL : -L_ENOTEMPTY;
        }
        if (!isDirectory(found.inode)) return -L_ENOTDIR;
        if (!found.entry || found.inode->kind != InodeKind::Directory) return -L_EBUSY;
        if (found.inode->directory.live) return -L_ENOTEMPTY;
    } else {
        if (isDirectory(found.inode)) return -L_EISDIR;
        if (!found.entry) return -L_EPERM; // in /proc/self/fd
    }
    removeEntry(found.entry);
    return 0;
}

long sysLinkat(int oldDirfd, const char* oldPath, int newDirfd, const char* newPath, uint32_t flags) {
    if (flags & ~(L_AT_SYMLINK_FOLLOW | L_AT_EMPTY_PATH)) return -L_EINVAL;
    Inode* inode;
    if (long error = resolveExisting(oldDirfd, oldPath, flags & L_AT_SYMLINK_FOLLOW, flags & L_AT_EMPTY_PATH, inode))
        return error;
    Lookup found;
    if (long error = resolve(newDirfd, newPath, false, found)) return error;
    if (found.inode) return -L_EEXIST;
    if (found.trailingSlash || !found.directory) return -L_ENOENT;
    if (isDirectory(inode)) return -L_EPERM;
    if (inode->kind == InodeKind::Stream || inode->kind == InodeKind::Pipe || inode->kind == InodeKind::DescriptorLink)
        return -L_EXDEV;
    if (found.directory->kind != InodeKind::Directory || !found.directory->links) return -L_ENOENT;
    return addEntry(found.directory, found.name, found.nameSize, inode);
}

long sysSymlinkat(const char* target, int dirfd, const char* path) {
    if (!validBuffer(target, 1)) return -L_EFAULT;
    size_t size = 0;
    while (size < L_PATH_MAX && target[size])
        ++size;
    if (!size) return -L_ENOENT;
    if (size == L_PATH_MAX) return -L_ENAMETOOLONG;
    Lookup found;
    if (long error = resolve(dirfd, path, false, found)) return error;
    if (found.inode) return -L_EEXIST;
    if (found.trailingSlash) return -L_ENOENT;
    Inode* made;
    if (long error = makeNode(found, InodeKind::Symlink, L_S_IFLNK | 0777, made)) return error;
    if (setTarget(made, target, size)) return 0;
    removeEntry(made->entry);
    return -L_ENOSPC;
}

long sysReadlinkat(int dirfd, const char* path, char* to, size_t size) {
    if (static_cast<int64_t>(size) <= 0) return -L_EINVAL;
    Lookup found;
    Inode* inode;
    found.descriptor = -1;
    if (path && validBuffer(path, 1) && !*path && dirfd != L_AT_FDCWD) { // a descriptor opened with O_PATH | O_NOFOLLOW
        if (long error = resolveExisting(dirfd, path, false, true, inode)) return error;
        if (inode->kind != InodeKind::Symlink) return -L_ENOENT;
    } else {
        if (long error = resolve(dirfd, path, false, found)) return error;
        if (!(inode = found.inode)) return -L_ENOENT;
    }
    if (!validBuffer(to, size)) return -L_EFAULT;
    if (inode->kind == InodeKind::DescriptorLink)
        return static_cast<long>(describeFile(fileOf(found.descriptor), to, size));
    if (inode->kind != InodeKind::Symlink) return -L_EINVAL;
    size = smaller<size_t>(size, inode->targetSize);
    memcpy(to, inode->target, size);
    touchAccessed(inode);
    return static_cast<long>(size);
}

namespace {

/// Whether `inside` is `directory` or lies below it.
bool liesIn(const Inode* inside, const Inode* directory) {
    while (true) {
        if (inside == directory) return true;
        if (!inside->entry) return false;
        inside = inside->entry->directory;
    }
}

long exchange(Entry* a, Entry* b) {
    Inode *first = a->inode, *second = b->inode;
    if (isDirectory(first) && liesIn(b->directory, first)) return -L_EINVAL;
    if (isDirectory(second) && liesIn(a->directory, second)) return -L_EINVAL;
    hold(first);
    hold(second);
    replaceEntry(a, second);
    replaceEntry(b, first);
    // Each replacement saw one inode under two names; say where they are now.
    first->entry = b;
    second->entry = a;
    touchModified(a->directory);
    touchModified(b->directory);
    letGo(first);
    letGo(second);
    return 0;
}

} // namespace

long sysRenameat2(int oldDirfd, const char* oldPath, int newDirfd, const char* newPath, uint32_t flags) {
    if ((flags & ~(L_RENAME_NOREPLACE | L_RENAME_EXCHANGE)) || flags == (L_RENAME_NOREPLACE | L_RENAME_EXCHANGE))
        return -L_EINVAL;
    Lookup from, to;
    if (long error = resolve(oldDirfd, oldPath, false, from)) return error;
    if (long error = resolve(newDirfd, newPath, false, to)) return error;
    if (!from.directory || !to.directory) return -L_EBUSY; // "/", "." or ".."
    if (!from.inode) return -L_ENOENT;
    if (to.inode && (flags & L_RENAME_NOREPLACE)) return -L_EEXIST;
    if (!to.inode && (flags & L_RENAME_EXCHANGE)) return -L_ENOENT;
    if (!from.entry || (to.inode && !to.entry) || to.directory->kind != InodeKind::Directory) return -L_EXDEV;
    if (!to.directory->links) return -L_ENOENT;
    bool directory = isDirectory(from.inode);
    if ((from.trailingSlash || to.trailingSlash) && !directory) return -L_ENOTDIR;
    if (flags & L_RENAME_EXCHANGE) return from.inode == to.inode ? 0 : exchange(from.entry, to.entry);
    if (directory && liesIn(to.directory, from.inode)) return -L_EINVAL;
    if (from.inode == to.inode) return 0; // two names of one file: nothing happens
    if (to.inode) {
        if (directory && !isDirectory(to.inode)) return -L_ENOTDIR;
        if (!directory && isDirectory(to.inode)) return -L_EISDIR;
        if (directory && (to.inode->kind != InodeKind::Directory || to.inode->directory.live)) return -L_ENOTEMPTY;
    }
    hold(from.inode);
    long error = 0;
    if (to.entry) {
        replaceEntry(to.entry, from.inode);
        touchModified(to.directory);
    } else {
        error = addEntry(to.directory, to.name, to.nameSize, from.inode);
    }
    if (!error) {
        Entry* now = from.inode->entry;
        removeEntry(from.entry);
        from.inode->entry = now;
    }
    letGo(from.inode);
    return error;
}
long sysRenameat(int oldDirfd, const char* oldPath, int newDirfd, const char* newPath) {
    return sysRenameat2(oldDirfd, oldPath, newDirfd, newPath, 0);
}

long sysTruncate(const char* path, int64_t size) {
    if (size < 0) return -L_EINVAL;
    Inode* inode;
    if (long error = resolveExisting(L_AT_FDCWD, path, true, false, inode)) return error;
    if (isDirectory(inode)) return -L_EISDIR;
    if (!isRegular(inode)) return -L_EINVAL;
    if (inode->sharedMappings) writeBackMappings(inode, 0, UINT64_MAX);
    if (long error = inode->data.resize(static_cast<uint64_t>(size))) return error;
    touchModified(inode);
    return 0;
}

// -- Reading directories --

namespace {

uint8_t typeOf(const Inode* inode) { return static_cast<uint8_t>(inode->mode >> 12); } // DT_* are these bits

/// Appends one record. Returns false if it does not fit.
bool addRecord(char* to, size_t capacity, size_t& used, const char* name, size_t size, uint64_t number, uint64_t next,
               uint8_t type) {
    size_t bytes = roundUp(offsetof(LinuxDirent, d_name) + size + 1, 8);
    if (bytes > capacity - used) return false;
    char* record = to + used;
    memset(record, 0, bytes);
    auto length = static_cast<uint16_t>(bytes);
    memcpy(record + offsetof(LinuxDirent, d_ino), &number, 8);
    memcpy(record + offsetof(LinuxDirent, d_off), &next, 8);
    memcpy(record + offsetof(LinuxDirent, d_reclen), &length, 2);
    record[offsetof(LinuxDirent, d_type)] = static_cast<char>(type);
    memcpy(record + offsetof(LinuxDirent, d_name), name, size);
    used += bytes;
    return true;
}

/// Names in /proc/self/fd are the open descriptors, from position kFirstCookie on.
bool addDescriptors(File* file, char* to, size_t capacity, size_t& used) {
    for (uint64_t fd = file->offset - kFirstCookie; fd < descriptors.capacity; ++fd) {
        if (!descriptors.table[fd].file) continue;
        char digits[20];
        size_t at = sizeof digits;
        uint64_t rest = fd;
        do
            digits[--at] = static_cast<char>('0' + rest % 10);
        while (rest /= 10);
        if (!addRecord(to, capacity, used, digits + at, sizeof digits - at, fd + 1, fd + kFirstCookie + 1, 10))
            return false;
        file->offset = fd + kFirstCookie + 1;
    }
    return true;
}

} // namespace

long sysGetdents64(int fd, char* to, size_t capacity) {
    File* file = fileOf(fd);
    if (!file || (file->flags & L_O_PATH)) return -L_EBADF;
    Inode* inode = file->inode;
    if (!isDirectory(inode)) return -L_ENOTDIR;
    if (!validBuffer(to, capacity)) return -L_EFAULT;
    size_t used = 0;
    bool room = true;
    if (file->offset == 0 && (room = addRecord(to, capacity, used, ".", 1, inode->number, 1, 4))) file->offset = 1;
    if (file->offset == 1 && (room = addRecord(to, capacity, used, "..", 2, parentOf(inode)->number, kFirstCookie, 4)))
        file->offset = kFirstCookie;
    if (room && inode->kind == InodeKind::DescriptorDirectory) {
        room = addDescriptors(file, to, capacity, used);
    } else if (room) {
        while (Entry* entry = entryFrom(inode, file->offset)) {
            if (!(room = addRecord(to, capacity, used, entry->name, entry->nameSize, entry->inode->number,
                                   entry->cookie + 1, typeOf(entry->inode))))
                break;
            file->offset = entry->cookie + 1;
        }
        touchAccessed(inode);
    }
    return !room && !used ? -L_EINVAL : static_cast<long>(used);
}

namespace {
long changeDirectory(Inode* inode) {
    if (!isDirectory(inode)) return -L_ENOTDIR;
    hold(inode);
    letGo(working.directory);
    working.directory = inode;
    return 0;
}
} // namespace

long sysChdir(const char* path) {
    Inode* inode;
    if (long error = resolveExisting(L_AT_FDCWD, path, true, false, inode)) return error;
    return changeDirectory(inode);
}
long sysFchdir(int fd) {
    File* file = fileOf(fd);
    return file ? changeDirectory(file->inode) : -L_EBADF;
}

long sysGetcwd(char* to, size_t capacity) {
    if (!working.directory->entry && !isRoot(working.directory)) return -L_ENOENT; // removed
    if (!validBuffer(to, capacity)) return -L_EFAULT;
    if (!capacity) return -L_ERANGE;
    size_t size = pathOf(working.directory->entry, to, capacity - 1);
    if (!size) return -L_ERANGE;
    to[size] = 0;
    return static_cast<long>(size + 1);
}

} // namespace libos
