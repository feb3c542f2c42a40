// The files that programs expect of any Linux system: /dev, /proc/self, /tmp.
#include "paths.h"

namespace libos {

namespace {

/// Makes what is missing; whatever --fs brought stays. Returns the inode, or null if there is no memory.
Inode* make(const char* path, InodeKind kind, uint32_t mode, uint64_t device = 0, const char* target = nullptr) {
    Lookup found;
    if (resolveWithout(L_AT_FDCWD, path, false, found) < 0) return nullptr;
    if (found.inode) return found.inode;
    Inode* inode;
    if (makeNode(found, kind, mode, inode)) return nullptr;
    inode->device = device;
    inode->synthetic = true;
    if (target && !setTarget(inode, target, textSize(target))) return nullptr;
    return inode;
}

constexpr uint64_t device(uint32_t major, uint32_t minor) { return major << 8 | minor; }

struct SystemFile {
    const char* path;
    InodeKind kind;
    uint32_t mode;
    uint64_t device;
    const char* target;
};

constexpr SystemFile kFiles[] = {
    {"/tmp", InodeKind::Directory, L_S_IFDIR | 01777, 0, nullptr},
    {"/dev", InodeKind::Directory, L_S_IFDIR | 0755, 0, nullptr},
    {"/dev/null", InodeKind::Null, L_S_IFCHR | 0666, device(1, 3), nullptr},
    {"/dev/zero", InodeKind::Zero, L_S_IFCHR | 0666, device(1, 5), nullptr},
    {"/dev/full", InodeKind::Full, L_S_IFCHR | 0666, device(1, 7), nullptr},
    {"/dev/random", InodeKind::Random, L_S_IFCHR | 0666, device(1, 8), nullptr},
    {"/dev/urandom", InodeKind::Random, L_S_IFCHR | 0666, device(1, 9), nullptr},
    {"/dev/tty", InodeKind::Terminal, L_S_IFCHR | 0666, device(5, 0), nullptr},
    {"/dev/fd", InodeKind::Symlink, L_S_IFLNK | 0777, 0, "/proc/self/fd"},
    {"/dev/stdin", InodeKind::Symlink, L_S_IFLNK | 0777, 0, "/proc/self/fd/0"},
    {"/dev/stdout", InodeKind::Symlink, L_S_IFLNK | 0777, 0, "/proc/self/fd/1"},
    {"/dev/stderr", InodeKind::Symlink, L_S_IFLNK | 0777, 0, "/proc/self/fd/2"},
    {"/proc", InodeKind::Directory, L_S_IFDIR | 0555, 0, nullptr},
    {"/proc/self", InodeKind::Directory, L_S_IFDIR | 0555, 0, nullptr},
    {"/proc/self/fd", InodeKind::DescriptorDirectory, L_S_IFDIR | 0500, 0, nullptr},
    {"/proc/self/exe", InodeKind::Symlink, L_S_IFLNK | 0777, 0, working.executable},
};

} // namespace

bool makeSystemFiles() {
    for (const SystemFile& file : kFiles)
        if (!make(file.path, file.kind, file.mode, file.device, file.target)) return false;
    return fileSystem.systemFiles = true;
}

} // namespace libos
