// Path resolution (path_resolution(7)), with at most 40 symbolic links on the way, as on Linux.
#include "paths.h"

namespace libos {

WorkingState working;

namespace {

constexpr int kMostLinks = 40;
Inode descriptorLink; // stands for any entry of /proc/self/fd that is not followed

/// The N of /proc/self/fd/N if descriptor N is open, else -1.
int parseDescriptor(const char* name, size_t size) {
    if (!size || size > 6 || (name[0] == '0' && size > 1)) return -1;
    int fd = 0;
    for (size_t i = 0; i < size; ++i) {
        if (name[i] < '0' || name[i] > '9') return -1;
        fd = 10 * fd + (name[i] - '0');
    }
    return fileOf(fd) ? fd : -1;
}

Inode* childOf(Inode* directory, const char* name, size_t size, Lookup& found) {
    found.entry = nullptr;
    found.descriptor = -1;
    if (directory->kind == InodeKind::DescriptorDirectory) {
        found.descriptor = parseDescriptor(name, size);
        if (found.descriptor < 0) return nullptr;
        if (!descriptorLink.number) {
            descriptorLink.number = fileSystem.nextNumber++;
            descriptorLink.kind = InodeKind::DescriptorLink;
            descriptorLink.mode = L_S_IFLNK | 0700;
            descriptorLink.links = 1;
        }
        return &descriptorLink;
    }
    found.entry = findEntry(directory, name, size);
    return found.entry ? found.entry->inode : nullptr;
}

long walk(Inode* directory, const char* path, bool follow, int& linksLeft, Lookup& found);

/// Follows one symbolic link that lies in `directory`.
long followLink(Inode* directory, Inode* link, int& linksLeft, Lookup& found) {
    if (--linksLeft < 0) return -L_ELOOP;
    if (link->kind == InodeKind::DescriptorLink) {
        found.inode = fileOf(found.descriptor)->inode;
        return 0;
    }
    return walk(directory, link->target, true, linksLeft, found);
}

long walk(Inode* directory, const char* path, bool follow, int& linksLeft, Lookup& found) {
    if (!*path) return -L_ENOENT;
    if (*path == '/') directory = fileSystem.root;
    while (true) {
        while (*path == '/')
            ++path;
        if (!isDirectory(directory)) return -L_ENOTDIR;
        if (!*path) { // "/", or "x/." and the like after a followed link
            found.inode = directory;
            found.directory = nullptr;
            found.entry = nullptr;
            found.descriptor = -1;
            found.nameSize = 0;
            found.name[0] = 0;
            found.trailingSlash = false;
            return 0;
        }
        size_t size = 0;
        while (path[size] && path[size] != '/')
            ++size;
        const char* rest = path + size;
        bool slash = *rest == '/';
        while (*rest == '/')
            ++rest;
        bool last = !*rest;
        if (size > L_NAME_MAX) return -L_ENAMETOOLONG;

        bool dot = size == 1 && path[0] == '.', dots = size == 2 && path[0] == '.' && path[1] == '.';
        if (dot || dots) {
            if (dots) directory = parentOf(directory);
            if (last) {
                found.inode = directory;
                found.directory = nullptr;
                found.entry = nullptr;
                found.descriptor = -1;
                found.trailingSlash = slash;
                found.nameSize = static_cast<uint32_t>(size);
                memcpy(found.name, path, size);
                found.name[size] = 0;
                return 0;
            }
            path = rest;
            continue;
        }

        Inode* child = childOf(directory, path, size, found);
        bool isLink = child && (child->mode & L_S_IFMT) == L_S_IFLNK;
        if (last) {
            if (isLink && (follow || slash)) {
                if (long error = followLink(directory, child, linksLeft, found)) return error;
                if (slash && found.inode && !isDirectory(found.inode)) return -L_ENOTDIR;
                found.trailingSlash |= slash;
                return 0;
            }
            if (child && slash && !isDirectory(child)) return -L_ENOTDIR;
            found.inode = child;
            found.directory = directory;
            found.trailingSlash = slash;
            found.nameSize = static_cast<uint32_t>(size);
            memcpy(found.name, path, size);
            found.name[size] = 0;
            return 0;
        }
        if (!child) return -L_ENOENT;
        if (isLink) {
            if (long error = followLink(directory, child, linksLeft, found)) return error;
            if (!found.inode) return -L_ENOENT;
            child = found.inode;
        }
        directory = child;
        path = rest;
    }
}

} // namespace

long resolveWithout(int dirfd, const char* path, bool follow, Lookup& found) {
    if (!validBuffer(path, 1)) return -L_EFAULT;
    Inode* directory = working.directory;
    if (*path != '/' && dirfd != L_AT_FDCWD) {
        File* file = fileOf(dirfd);
        if (!file) return -L_EBADF;
        directory = file->inode;
    }
    size_t size = 0;
    while (size < L_PATH_MAX && path[size])
        ++size;
    if (size == L_PATH_MAX) return -L_ENAMETOOLONG;
    int linksLeft = kMostLinks;
    found.inode = found.directory = nullptr;
    found.entry = nullptr;
    found.descriptor = -1;
    found.trailingSlash = false;
    found.nameSize = 0;
    found.name[0] = 0;
    return walk(directory, path, follow, linksLeft, found);
}

long resolve(int dirfd, const char* path, bool follow, Lookup& found) {
    if (!fileSystem.systemFiles && !makeSystemFiles()) return -L_ENOMEM;
    return resolveWithout(dirfd, path, follow, found);
}

long resolveExisting(int dirfd, const char* path, bool follow, bool emptyPath, Inode*& found) {
    if (emptyPath && (!path || (validBuffer(path, 1) && !*path))) {
        if (dirfd == L_AT_FDCWD) return resolveExisting(dirfd, ".", follow, false, found);
        File* file = fileOf(dirfd);
        if (!file) return -L_EBADF;
        found = file->inode;
        return 0;
    }
    Lookup lookup;
    if (long error = resolve(dirfd, path, follow, lookup)) return error;
    found = lookup.inode;
    return found ? 0 : -L_ENOENT;
}

size_t describeFile(const File* file, char* to, size_t capacity) {
    const Inode* inode = file->inode;
    const char* text = nullptr;
    switch (inode->kind) {
    case InodeKind::Stream:
        text = (inode->mode & L_S_IFMT) == L_S_IFCHR ? "/dev/tty" : "pipe:[stdio]";
        break;
    case InodeKind::Pipe:
        text = "pipe:[anonymous]";
        break;
    default:
        if (inode->entry || inode == fileSystem.root) return pathOf(inode->entry, to, capacity);
        text = "/ (deleted)";
    }
    size_t size = smaller(textSize(text), capacity);
    memcpy(to, text, size);
    return size;
}

long makeNode(const Lookup& found, InodeKind kind, uint32_t mode, Inode*& made) {
    if (!found.directory || found.directory->kind == InodeKind::DescriptorDirectory) return -L_ENOENT;
    // A directory that was removed while somebody works in it takes no new names.
    if (!found.directory->links) return -L_ENOENT;
    made = newInode(kind, mode);
    if (!made) return -L_ENOSPC;
    long error = addEntry(found.directory, found.name, found.nameSize, made);
    if (error) dropIfUnused(made);
    return error;
}

} // namespace libos
