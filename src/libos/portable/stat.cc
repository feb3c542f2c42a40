// What a file is: stat(2), statx(2), statfs(2), access(2), chmod(2), chown(2), utimensat(2). Permissions are stored but
// do not restrict anybody: the program is root.
#include "clock.h"
#include "paths.h"
#include "system_call.h"

namespace libos {

namespace {

constexpr uint64_t kDevice = 1; ///< st_dev of the memory file system

uint64_t sizeOf(const Inode* inode) {
    switch (inode->kind) {
    case InodeKind::Regular:
        return inode->data.size;
    case InodeKind::Symlink:
        return inode->targetSize;
    case InodeKind::Directory:
        return 4096;
    default:
        return 0;
    }
}
uint64_t blocksOf(const Inode* inode) { return isRegular(inode) ? (inode->data.bytesUsed() + 511) / 512 : 0; }

void fill(const Inode* inode, LinuxStat& out) {
    out = {};
    out.st_dev = kDevice;
    out.st_ino = inode->number;
    out.st_mode = inode->mode;
    out.st_nlink = inode->links;
    out.st_uid = inode->uid;
    out.st_gid = inode->gid;
    out.st_rdev = inode->device;
    out.st_size = static_cast<int64_t>(sizeOf(inode));
    out.st_blksize = 4096;
    out.st_blocks = static_cast<int64_t>(blocksOf(inode));
    out.st_atim = toTimespec(inode->accessed);
    out.st_mtim = toTimespec(inode->modified);
    out.st_ctim = toTimespec(inode->changed);
}

LinuxStatxTime statxTime(int64_t ns) {
    LinuxTimespec time = toTimespec(ns);
    return {time.seconds, static_cast<uint32_t>(time.nanoseconds), 0};
}

long find(int dirfd, const char* path, uint32_t flags, Inode*& inode) {
    return resolveExisting(dirfd, path, !(flags & L_AT_SYMLINK_NOFOLLOW), flags & L_AT_EMPTY_PATH, inode);
}

long changeMode(Inode* inode, uint32_t mode) {
    if ((inode->mode & L_S_IFMT) == L_S_IFLNK) return -L_EOPNOTSUPP;
    inode->mode = (inode->mode & L_S_IFMT) | (mode & 07777);
    touchChanged(inode);
    return 0;
}

long changeOwner(Inode* inode, uint32_t uid, uint32_t gid) {
    if (uid != UINT32_MAX) inode->uid = uid;
    if (gid != UINT32_MAX) inode->gid = gid;
    // Root's chown keeps set-user-id bits of directories only.
    if (isRegular(inode)) inode->mode &= ~(L_S_ISUID | ((inode->mode & 010) ? +L_S_ISGID : 0u));
    touchChanged(inode);
    return 0;
}

} // namespace

long sysFstat(int fd, LinuxStat* out) {
    File* file = fileOf(fd);
    if (!file) return -L_EBADF;
    if (!out) return -L_EFAULT;
    fill(file->inode, *out);
    return 0;
}

long sysNewfstatat(int dirfd, const char* path, LinuxStat* out, uint32_t flags) {
    if (flags & ~(L_AT_SYMLINK_NOFOLLOW | L_AT_NO_AUTOMOUNT | L_AT_EMPTY_PATH)) return -L_EINVAL;
    Inode* inode;
    if (long error = find(dirfd, path, flags, inode)) return error;
    if (!out) return -L_EFAULT;
    fill(inode, *out);
    return 0;
}

long sysStatx(int dirfd, const char* path, uint32_t flags, uint32_t mask, LinuxStatx* out) {
    constexpr uint32_t known = L_AT_SYMLINK_NOFOLLOW | L_AT_NO_AUTOMOUNT | L_AT_EMPTY_PATH | L_AT_STATX_SYNC_TYPE;
    if ((flags & ~known) || (mask & 0x80000000)) return -L_EINVAL;
    Inode* inode;
    if (long error = find(dirfd, path, flags, inode)) return error;
    if (!out) return -L_EFAULT;
    *out = {};
    out->mask = 0xfff; // STATX_BASIC_STATS and STATX_BTIME
    out->blksize = 4096;
    out->nlink = inode->links;
    out->uid = inode->uid;
    out->gid = inode->gid;
    out->mode = static_cast<uint16_t>(inode->mode);
    out->ino = inode->number;
    out->size = sizeOf(inode);
    out->blocks = blocksOf(inode);
    out->atime = statxTime(inode->accessed);
    out->btime = statxTime(inode->born);
    out->ctime = statxTime(inode->changed);
    out->mtime = statxTime(inode->modified);
    out->rdev_major = static_cast<uint32_t>(inode->device >> 8);
    out->rdev_minor = inode->device & 255;
    out->dev_minor = kDevice;
    return 0;
}

namespace {
long fillStatfs(LinuxStatfs* out) {
    if (!out) return -L_EFAULT;
    *out = {};
    out->f_type = 0x01021994; // TMPFS_MAGIC
    out->f_bsize = out->f_frsize = kPage;
    out->f_blocks = (arena.end() - arena.start()) / kPage;
    out->f_bfree = out->f_bavail = arena.freeBytes() / kPage;
    out->f_files = out->f_blocks;
    out->f_ffree = out->f_bfree;
    out->f_namelen = L_NAME_MAX;
    return 0;
}
} // namespace

long sysStatfs(const char* path, LinuxStatfs* out) {
    Inode* inode;
    if (long error = resolveExisting(L_AT_FDCWD, path, true, false, inode)) return error;
    return fillStatfs(out);
}
long sysFstatfs(int fd, LinuxStatfs* out) { return fileOf(fd) ? fillStatfs(out) : -L_EBADF; }

/// Root may read and write everything and execute what has any execute bit.
long sysFaccessat2(int dirfd, const char* path, uint32_t mode, uint32_t flags) {
    if ((mode & ~7u) || (flags & ~(L_AT_EACCESS | L_AT_SYMLINK_NOFOLLOW | L_AT_EMPTY_PATH))) return -L_EINVAL;
    Inode* inode;
    if (long error = find(dirfd, path, flags, inode)) return error;
    return (mode & 1) && !isDirectory(inode) && !(inode->mode & 0111) ? -L_EACCES : 0;
}
long sysFaccessat(int dirfd, const char* path, uint32_t mode) { return sysFaccessat2(dirfd, path, mode, 0); }

long sysFchmod(int fd, uint32_t mode) {
    File* file = fileOf(fd);
    return file && !(file->flags & L_O_PATH) ? changeMode(file->inode, mode) : -L_EBADF;
}
long sysFchmodat(int dirfd, const char* path, uint32_t mode) {
    Inode* inode;
    if (long error = resolveExisting(dirfd, path, true, false, inode)) return error;
    return changeMode(inode, mode);
}

long sysFchown(int fd, uint32_t uid, uint32_t gid) {
    File* file = fileOf(fd);
    return file && !(file->flags & L_O_PATH) ? changeOwner(file->inode, uid, gid) : -L_EBADF;
}
long sysFchownat(int dirfd, const char* path, uint32_t uid, uint32_t gid, uint32_t flags) {
    if (flags & ~(L_AT_SYMLINK_NOFOLLOW | L_AT_EMPTY_PATH)) return -L_EINVAL;
    Inode* inode;
    if (long error = find(dirfd, path, flags, inode)) return error;
    return changeOwner(inode, uid, gid);
}

long sysUtimensat(int dirfd, const char* path, const LinuxTimespec* times, uint32_t flags) {
    if (flags & ~(L_AT_SYMLINK_NOFOLLOW | L_AT_EMPTY_PATH)) return -L_EINVAL;
    if (times && !validBuffer(times, 2 * sizeof *times)) return -L_EFAULT;
    for (int i = 0; times && i < 2; ++i) {
        int64_t ns = times[i].nanoseconds;
        if (ns != L_UTIME_NOW && ns != L_UTIME_OMIT && (ns < 0 || ns >= kSecond)) return -L_EINVAL;
    }
    if (times && times[0].nanoseconds == L_UTIME_OMIT && times[1].nanoseconds == L_UTIME_OMIT) return 0;
    Inode* inode;
    if (!path) { // futimens
        File* file = fileOf(dirfd);
        if (!file) return -L_EBADF;
        inode = file->inode;
    } else if (long error = find(dirfd, path, flags, inode)) {
        return error;
    }
    int64_t now = realTime();
    auto pick = [&](int which, int64_t& time) {
        if (!times || times[which].nanoseconds == L_UTIME_NOW)
            time = now;
        else if (times[which].nanoseconds != L_UTIME_OMIT)
            time = times[which].seconds * kSecond + times[which].nanoseconds;
    };
    pick(0, inode->accessed);
    pick(1, inode->modified);
    inode->changed = now;
    return 0;
}

long sysUmask(uint32_t mask) {
    uint32_t before = working.umask;
    working.umask = mask & 0777;
    return before;
}

} // namespace libos
