// Path resolution (path_resolution(7)).
#pragma once

#include "file.h"

namespace libos {

struct Lookup {
    Inode* inode;     ///< what the path names, or null if only its directory exists
    Inode* directory; ///< where its last component lies; null if that is "/", "." or ".."
    Entry* entry;     ///< the name itself, if it exists in a real directory
    int descriptor;   ///< N if the last component is /proc/self/fd/N, else -1
    bool trailingSlash;
    uint32_t nameSize;
    char name[L_NAME_MAX + 1]; ///< last component, terminated
};

/// Resolves `path` from the directory `dirfd` (or L_AT_FDCWD). Symbolic links in front are followed always, in the last
/// component if `follow`. A missing last component is no error. Returns 0, -L_ENOENT, -L_ENOTDIR, -L_ELOOP,
/// -L_ENAMETOOLONG, -L_EBADF or -L_EFAULT; -L_ENOMEM if the system files could not be made, which the first call does.
long resolve(int dirfd, const char* path, bool follow, Lookup& found);
/// The same in what is there already: for whoever puts files in before the program starts, and for the system files.
long resolveWithout(int dirfd, const char* path, bool follow, Lookup& found);
/// The same, but the last component must exist (-L_ENOENT). With `emptyPath`, "" names dirfd itself.
long resolveExisting(int dirfd, const char* path, bool follow, bool emptyPath, Inode*& found);

struct WorkingState {
    Inode* directory; ///< current directory, held
    uint32_t umask;
    char executable[256]; ///< what /proc/self/exe points to
};
extern WorkingState working;

/// The path of an open file as /proc/self/fd shows it. Returns its length, cut to `capacity`.
size_t describeFile(const File* file, char* to, size_t capacity);

/// Makes a node and its name. For directories and regular files; `found` must come from resolve() with no inode.
long makeNode(const Lookup& found, InodeKind kind, uint32_t mode, Inode*& made);
/// Makes /dev, /proc and /tmp where they are missing. Not before the first name is looked up: most of the time before main
/// under an emulator is the translation of code that runs once.
bool makeSystemFiles();

} // namespace libos
