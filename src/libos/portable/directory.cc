// Directories of the memory file system: a hash table for look-ups, and an array in order of creation for getdents64.
#include "inode.h"

namespace libos {

namespace {

uint32_t hashOf(const char* name, size_t size) {
    uint32_t hash = 2166136261u; // FNV-1a
    for (size_t i = 0; i < size; ++i)
        hash = (hash ^ static_cast<uint8_t>(name[i])) * 16777619u;
    return hash;
}

size_t entryBytes(size_t nameSize) { return sizeof(Entry) + nameSize; }

bool growBuckets(Directory& directory) {
    if (directory.live < directory.bucketCount) return true;
    uint32_t count = directory.bucketCount ? 2 * directory.bucketCount : 8;
    auto** grown = static_cast<Entry**>(allocate(count * sizeof(Entry*)));
    if (!grown) return directory.bucketCount != 0; // a full table only gets slower
    for (uint32_t i = 0; i < directory.bucketCount; ++i)
        for (Entry* entry = directory.buckets[i]; entry;) {
            Entry* next = entry->next;
            entry->next = grown[entry->hash & (count - 1)];
            grown[entry->hash & (count - 1)] = entry;
            entry = next;
        }
    release(directory.buckets, directory.bucketCount * sizeof(Entry*));
    directory.buckets = grown;
    directory.bucketCount = count;
    return true;
}

bool growSlots(Directory& directory) {
    if (directory.slotCount < directory.slotCapacity) return true;
    if (directory.slotCount && directory.live <= directory.slotCount / 2) { // squeeze out removed ones
        uint32_t kept = 0;
        for (uint32_t i = 0; i < directory.slotCount; ++i)
            if (directory.slots[i].entry) directory.slots[kept++] = directory.slots[i];
        directory.slotCount = kept;
        return true;
    }
    uint32_t capacity = directory.slotCapacity ? 2 * directory.slotCapacity : 8;
    auto* grown = static_cast<Directory::Slot*>(reallocate(
        directory.slots, directory.slotCapacity * sizeof(Directory::Slot), capacity * sizeof(Directory::Slot)));
    if (!grown) return false;
    directory.slots = grown;
    directory.slotCapacity = capacity;
    return true;
}

/// Index of the first slot whose cookie is at least `cookie`.
uint32_t slotFrom(const Directory& directory, uint64_t cookie) {
    uint32_t low = 0, high = directory.slotCount;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (directory.slots[middle].cookie < cookie)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

} // namespace

Entry* findEntry(const Inode* inode, const char* name, size_t size) {
    const Directory& directory = inode->directory;
    if (!directory.bucketCount) return nullptr;
    uint32_t hash = hashOf(name, size);
    for (Entry* entry = directory.buckets[hash & (directory.bucketCount - 1)]; entry; entry = entry->next)
        if (entry->hash == hash && entry->nameSize == size && !memcmp(entry->name, name, size)) return entry;
    return nullptr;
}

long addEntry(Inode* parent, const char* name, size_t size, Inode* inode) {
    Directory& directory = parent->directory;
    if (!growBuckets(directory) || !growSlots(directory)) return -L_ENOSPC;
    auto* entry = static_cast<Entry*>(allocate(entryBytes(size)));
    if (!entry) return -L_ENOSPC;
    memcpy(entry->name, name, size);
    entry->nameSize = static_cast<uint32_t>(size);
    entry->hash = hashOf(name, size);
    entry->inode = inode;
    entry->directory = parent;
    if (!directory.nextCookie) directory.nextCookie = kFirstCookie;
    entry->cookie = directory.nextCookie++;
    Entry*& bucket = directory.buckets[entry->hash & (directory.bucketCount - 1)];
    entry->next = bucket;
    bucket = entry;
    directory.slots[directory.slotCount++] = {entry->cookie, entry};
    ++directory.live;
    ++inode->links;
    if (isDirectory(inode)) ++parent->links, ++inode->links; // ".." and "."
    inode->entry = entry;
    touchModified(parent);
    touchChanged(inode);
    return 0;
}

namespace {
void unlinkInode(Entry* entry) {
    Inode *inode = entry->inode, *parent = entry->directory;
    --inode->links;
    if (isDirectory(inode)) --parent->links, --inode->links;
    if (inode->entry == entry) inode->entry = nullptr;
    touchModified(parent);
    touchChanged(inode);
}
} // namespace

void removeEntry(Entry* entry) {
    Inode* inode = entry->inode;
    Directory& directory = entry->directory->directory;
    unlinkInode(entry);
    Entry** place = &directory.buckets[entry->hash & (directory.bucketCount - 1)];
    while (*place != entry)
        place = &(*place)->next;
    *place = entry->next;
    uint32_t slot = slotFrom(directory, entry->cookie);
    directory.slots[slot].entry = nullptr;
    if (slot + 1 == directory.slotCount) --directory.slotCount;
    --directory.live;
    release(entry, entryBytes(entry->nameSize));
    dropIfUnused(inode);
}

void replaceEntry(Entry* entry, Inode* inode) {
    Inode *old = entry->inode, *parent = entry->directory;
    unlinkInode(entry);
    entry->inode = inode;
    inode->entry = entry;
    ++inode->links;
    if (isDirectory(inode)) ++parent->links, ++inode->links;
    touchChanged(inode);
    dropIfUnused(old);
}

Entry* entryFrom(const Inode* inode, uint64_t cookie) {
    const Directory& directory = inode->directory;
    for (uint32_t slot = slotFrom(directory, cookie); slot < directory.slotCount; ++slot)
        if (directory.slots[slot].entry) return directory.slots[slot].entry;
    return nullptr;
}

void freeDirectory(Inode* inode) {
    Directory& directory = inode->directory;
    release(directory.buckets, directory.bucketCount * sizeof(Entry*));
    release(directory.slots, directory.slotCapacity * sizeof(Directory::Slot));
}

size_t pathOf(const Entry* entry, char* to, size_t capacity) {
    if (!entry) {
        if (!capacity) return 0;
        *to = '/';
        return 1;
    }
    size_t size = 0;
    for (const Entry* part = entry; part; part = part->directory->entry)
        size += 1 + part->nameSize;
    if (size > capacity) return 0;
    size_t at = size;
    for (const Entry* part = entry; part; part = part->directory->entry) {
        at -= part->nameSize;
        memcpy(to + at, part->name, part->nameSize);
        to[--at] = '/';
    }
    return size;
}

} // namespace libos
