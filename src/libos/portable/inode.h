// The memory file system's objects. Names live in directories (directory.cc), bytes in FileData (file_data.cc).
#pragma once

#include "heap.h"

namespace libos {

struct Inode;
struct Pipe;

/// Bytes of a regular file: up to one chunk in a buffer that doubles, beyond that a two-level table of chunks, in which
/// holes take no memory. Everything behind `size` reads as zero.
struct FileData {
    uint64_t size;
    uint64_t chunks; ///< present ones, for st_blocks
    char*** leaves;  ///< tables of kChunksPerLeaf chunks each, or null
    uint32_t leafCount;
    uint32_t smallSize; ///< bytes in `small`; files beyond one chunk have none
    char* small;

    static constexpr uint64_t kChunk = 65536;
    static constexpr uint64_t kChunksPerLeaf = 512;
    static constexpr uint64_t kLimit = 1ull << 42;

    size_t read(char* to, size_t size, uint64_t offset) const;
    /// Returns the bytes written (fewer if memory runs out), or -L_ENOSPC, -L_EFBIG.
    long write(const char* from, size_t count, uint64_t offset);
    /// Returns 0, or -L_EFBIG.
    long resize(uint64_t newSize);
    /// Makes memory for [offset, offset + length), which is then sure to be there. Returns 0, -L_ENOSPC, -L_EFBIG.
    long reserve(uint64_t offset, uint64_t length);
    /// Zeroes the bytes, giving whole chunks back.
    void punch(uint64_t offset, uint64_t length);
    /// First offset at or after `offset` that is (not) in a hole; `size` if there is none.
    uint64_t seek(uint64_t offset, bool data) const;
    uint64_t bytesUsed() const { return chunks * kChunk + smallSize; }

  private:
    char* chunk(uint64_t index) const;
    char* makeChunk(uint64_t index);
    void dropChunks(uint64_t from, uint64_t to);
    bool growSmall(uint64_t need);
    bool leaveSmall();
};

/// A name in a directory.
struct Entry {
    Entry* next; ///< in the hash bucket
    Inode* inode;
    Inode* directory;
    uint64_t cookie; ///< position for getdents64: grows with each entry made, is never used again
    uint32_t hash;
    uint32_t nameSize;
    char name[1]; ///< terminated
};

struct Directory {
    Entry** buckets;
    uint32_t bucketCount, live;
    /// Entries by cookie, so that a reading position survives every change. Null where one was removed.
    struct Slot {
        uint64_t cookie;
        Entry* entry;
    };
    Slot* slots;
    uint32_t slotCount, slotCapacity;
    uint64_t nextCookie;
};

enum class InodeKind : uint8_t {
    Regular,
    Directory,
    Symlink,
    Pipe,
    Stream,   ///< standard input, output, error: `stream` says which
    Terminal, ///< /dev/tty
    Null,
    Zero,
    Full,
    Random,
    DescriptorDirectory, ///< /proc/self/fd
    DescriptorLink,      ///< what lies in it
};

struct Inode {
    uint64_t number;
    uint32_t mode; ///< type and permissions
    uint32_t links;
    uint32_t references; ///< open files, current directory, mappings
    uint32_t uid, gid;
    InodeKind kind;
    bool synthetic; ///< made by the libOS, not part of what --fs-out writes
    uint8_t stream;
    uint32_t sharedMappings;                   ///< writable MAP_SHARED mappings (mappings.h)
    uint64_t device;                           ///< st_rdev
    int64_t accessed, modified, changed, born; ///< ns since 1970
    Entry* entry;                              ///< one of its names, or null
    Entry* exported;                           ///< --fs-out: the name it was sent under
    union {
        FileData data;
        Directory directory;
        struct {
            char* target; ///< terminated
            uint32_t targetSize;
        };
        Pipe* pipe;
    };
};

inline bool isDirectory(const Inode* inode) { return (inode->mode & L_S_IFMT) == L_S_IFDIR; }
inline bool isRegular(const Inode* inode) { return inode->kind == InodeKind::Regular; }

/// The root directory and counts for statfs.
struct FileSystem {
    Inode* root;
    uint64_t nextNumber, inodes;
    bool systemFiles; ///< those of makeSystemFiles (paths.h) are there
};
extern FileSystem fileSystem;

/// Makes an empty root.
bool initialiseFileSystem();
/// A new inode without links or references; null if there is no memory.
Inode* newInode(InodeKind kind, uint32_t mode);
/// Frees the inode if nothing names or holds it any more.
void dropIfUnused(Inode* inode);
inline Inode* hold(Inode* inode) {
    ++inode->references;
    return inode;
}
inline void letGo(Inode* inode) {
    --inode->references;
    dropIfUnused(inode);
}
bool setTarget(Inode* symlink, const char* target, size_t size);

void touchAccessed(Inode* inode);
void touchModified(Inode* inode); ///< and changed
void touchChanged(Inode* inode);

// -- directory.cc --

Entry* findEntry(const Inode* directory, const char* name, size_t size);
/// Adds a name, which must not exist. Returns 0, or -L_ENOSPC.
long addEntry(Inode* directory, const char* name, size_t size, Inode* inode);
/// Takes a name away; the inode loses a link and may go.
void removeEntry(Entry* entry);
/// Lets an existing name stand for another inode.
void replaceEntry(Entry* entry, Inode* inode);
/// The first entry whose cookie is at least `cookie`, or null. Cookies start at kFirstCookie.
Entry* entryFrom(const Inode* directory, uint64_t cookie);
constexpr uint64_t kFirstCookie = 2; ///< 0 and 1 are "." and ".."
inline Inode* parentOf(Inode* directory) { return directory->entry ? directory->entry->directory : fileSystem.root; }
void freeDirectory(Inode* directory);
/// Writes the absolute path of an entry, or of the root for null, without a terminator. Returns its length, or 0 if
/// it needs more than `capacity` bytes.
size_t pathOf(const Entry* entry, char* to, size_t capacity);

} // namespace libos
