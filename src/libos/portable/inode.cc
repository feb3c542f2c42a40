// Life and time stamps of inodes (inode.h).
#include "inode.h"

#include "clock.h"
#include "pipe.h"

namespace libos {

FileSystem fileSystem;

bool initialiseFileSystem() {
    fileSystem = {};
    fileSystem.nextNumber = 2; // 1 is never used; the root of most file systems is 2
    Inode* root = newInode(InodeKind::Directory, L_S_IFDIR | 0755);
    if (!root) return false;
    root->links = 2;
    fileSystem.root = hold(root);
    return true;
}

Inode* newInode(InodeKind kind, uint32_t mode) {
    Inode* inode = create<Inode>();
    if (!inode) return nullptr;
    inode->number = fileSystem.nextNumber++;
    inode->kind = kind;
    inode->mode = mode;
    inode->accessed = inode->modified = inode->changed = inode->born = realTime();
    ++fileSystem.inodes;
    return inode;
}

void dropIfUnused(Inode* inode) {
    if (inode->references || inode->links) return;
    switch (inode->kind) {
    case InodeKind::Regular:
        inode->data.resize(0);
        break;
    case InodeKind::Directory:
        freeDirectory(inode);
        break;
    case InodeKind::Symlink:
        release(inode->target, inode->targetSize + 1);
        break;
    case InodeKind::Pipe:
        freePipe(inode->pipe);
        break;
    default:
        break;
    }
    destroy(inode);
    --fileSystem.inodes;
}

bool setTarget(Inode* symlink, const char* target, size_t size) {
    symlink->target = static_cast<char*>(allocate(size + 1));
    if (!symlink->target) return false;
    memcpy(symlink->target, target, size);
    symlink->targetSize = static_cast<uint32_t>(size);
    return true;
}

/// As Linux does with relatime: only the first access after a change.
void touchAccessed(Inode* inode) {
    if (inode->accessed <= inode->modified) inode->accessed = realTime();
}
void touchModified(Inode* inode) { inode->modified = inode->changed = realTime(); }
void touchChanged(Inode* inode) { inode->changed = realTime(); }

} // namespace libos
