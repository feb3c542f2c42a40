// The program's memory (brk(2), mmap(2), mremap(2), mprotect(2)). The arena is all there is: the break grows up from
// its low end, mappings come from the top down. Free pages are not accessible: closed when they are given back, opened when
// they are taken, and zero then. Nothing in the arena is ever executable.
#include "memory.h"

#include "file.h"
#include "kept_pages.h"
#include "mappings.h"
#include "monitor.h"
#include "system_call.h"

namespace libos {

namespace {

constexpr uint8_t kReadWrite = L_PROT_READ | L_PROT_WRITE;
/// Free pages that keep their memory, at most: what other systems' allocators keep at their largest.
constexpr uint64_t kMostKept = 32 << 20;
uint64_t breakStart, breakNow;

bool pageAligned(uint64_t value) { return value % kPage == 0; }
bool inArena(uint64_t start, uint64_t end) { return start >= arena.start() && end <= arena.end() && start < end; }

/// Makes every page of the program's regions in the range readable and writable again.
void unprotect(uint64_t start, uint64_t end) {
    while (start < end) {
        const Region* region = arena.find(start);
        uint64_t stop = smaller(end, region->end);
        if (region->kind != RegionKind::Free && region->protection != kReadWrite)
            __dyad_protect(start, stop - start, kReadWrite);
        start = stop;
    }
}

/// Gives up what the program has in the range, except for the memory itself, which is readable and writable then.
bool leave(uint64_t start, uint64_t end) {
    unprotect(start, end); // shared mappings are read for the last time
    return dropMappings(start, end);
}

/// Gives program pages back: whatever of the range is free already stays free.
long unmap(uint64_t start, uint64_t end) {
    ArenaChange change;
    if (arena.allFree(start, end)) return 0;
    return leave(start, end) && giveMemoryBack(start, end) ? 0 : -L_ENOMEM;
}

long checkProtection(uint32_t protection) {
    if (protection & ~7u) return -L_EINVAL;
    return protection & L_PROT_EXEC ? -L_EACCES : 0;
}

/// Finds room. Returns the address or -errno; with MAP_FIXED what was there is gone.
long place(uint64_t hint, uint64_t size, uint32_t flags) {
    ArenaChange change;
    if (flags & (L_MAP_FIXED | L_MAP_FIXED_NOREPLACE)) {
        if (!pageAligned(hint)) return -L_EINVAL;
        if (hint + size < hint || !inArena(hint, hint + size)) return -L_ENOMEM;
        bool free = arena.allFree(hint, hint + size);
        if (flags & L_MAP_FIXED_NOREPLACE) {
            if (!free) return -L_EEXIST;
        } else if (!free) {
            if (!arena.noneInternal(hint, hint + size)) return -L_ENOMEM;
            if (!leave(hint, hint + size)) return -L_ENOMEM;
            discardTaken(hint, hint + size);
        }
        return openMemory(hint, hint + size, RegionKind::Mapped) ? static_cast<long>(hint) : -L_ENOMEM;
    }
    hint = roundDown(hint, kPage);
    if (hint && hint + size > hint && inArena(hint, hint + size) && arena.allFree(hint, hint + size) &&
        openMemory(hint, hint + size, RegionKind::Mapped))
        return static_cast<long>(hint);
    uint64_t at = takeMemory(size, RegionKind::Mapped);
    return at ? static_cast<long>(at) : -L_ENOMEM;
}

long protect(uint64_t start, uint64_t size, uint32_t protection) {
    ArenaChange change;
    if (long error = __dyad_protect(start, size, protection)) return error;
    return arena.set(start, start + size, RegionKind::Mapped, static_cast<uint8_t>(protection)) ? 0 : -L_ENOMEM;
}

} // namespace

void initialiseMemory(uint64_t start, uint64_t size) {
    arena.initialise(start, start + roundDown(size, kPage));
    __dyad_protect(start, roundDown(size, kPage), L_PROT_NONE);
    keptPages.initialise(smaller(kMostKept, roundDown(size / 16, kPage)));
    breakStart = breakNow = start;
}

// -- System calls --

long sysBrk(uint64_t wanted) {
    if (wanted < breakStart || wanted > arena.end()) return static_cast<long>(breakNow);
    uint64_t oldEnd = roundUp(breakNow, kPage), newEnd = roundUp(wanted, kPage);
    if (newEnd > oldEnd) {
        if (!arena.allFree(oldEnd, newEnd) || !openMemory(oldEnd, newEnd, RegionKind::Heap))
            return static_cast<long>(breakNow);
    } else if (newEnd < oldEnd && unmap(newEnd, oldEnd)) {
        return static_cast<long>(breakNow);
    }
    if (wanted < breakNow && wanted != newEnd) // what shows again after growing must be zero
        memset(reinterpret_cast<void*>(wanted), 0, smaller(newEnd, breakNow) - wanted);
    breakNow = wanted;
    return static_cast<long>(breakNow);
}

long sysMmap(uint64_t hint, uint64_t size, uint32_t protection, uint32_t flags, int fd, uint64_t offset) {
    uint32_t type = flags & L_MAP_TYPE;
    if (!size || !pageAligned(offset) ||
        (type != L_MAP_SHARED && type != L_MAP_PRIVATE && type != L_MAP_SHARED_VALIDATE))
        return -L_EINVAL;
    if (size > arena.end() - arena.start()) return -L_ENOMEM;
    size = roundUp(size, kPage);
    if (long error = checkProtection(protection)) return error;

    Inode* inode = nullptr;
    bool writeBack = false;
    if (!(flags & L_MAP_ANONYMOUS)) {
        File* file = fileOf(fd);
        if (!file) return -L_EBADF;
        inode = file->inode;
        if (inode->kind == InodeKind::Zero) {
            inode = nullptr; // the same as anonymous memory
        } else {
            if (!isRegular(inode)) return -L_ENODEV;
            if (!file->readable()) return -L_EACCES;
            bool writable = type != L_MAP_PRIVATE && file->writable();
            if (type != L_MAP_PRIVATE && (protection & L_PROT_WRITE) && !writable) return -L_EACCES;
            // Not yet writable ones count too: mprotect may make them so.
            writeBack = writable;
            if (writeBack && offset < inode->data.size)
                if (long error = inode->data.reserve(offset, smaller(size, inode->data.size - offset)))
                    return error == -L_ENOSPC ? -L_ENOMEM : error;
        }
    }
    long at = place(hint, size, flags);
    if (at < 0) return at;
    auto start = static_cast<uint64_t>(at);
    if (inode) {
        if (inode->sharedMappings) writeBackMappings(inode, offset, size);
        inode->data.read(reinterpret_cast<char*>(start), size, offset);
        touchAccessed(inode);
        if (writeBack && !addMapping(start, start + size, offset, inode)) {
            unmap(start, start + size);
            return -L_ENOMEM;
        }
    }
    if (protection != kReadWrite)
        if (long error = protect(start, size, protection)) {
            unmap(start, start + size);
            return error;
        }
    return at;
}

long sysMunmap(uint64_t start, uint64_t size) {
    if (!pageAligned(start) || !size || start + size < start) return -L_EINVAL;
    uint64_t end = start + roundUp(size, kPage);
    start = larger(start, arena.start());
    end = smaller(end, arena.end());
    if (start >= end) return 0; // nothing of ours is mapped there
    if (!arena.noneInternal(start, end)) return -L_EINVAL;
    return unmap(start, end);
}

long sysMprotect(uint64_t start, uint64_t size, uint32_t protection) {
    if (!pageAligned(start)) return -L_EINVAL;
    size = roundUp(size, kPage);
    if (!size) return 0;
    if (start + size < start) return -L_ENOMEM;
    if (long error = checkProtection(protection)) return error;
    if (!inArena(start, start + size) || !arena.allProgram(start, start + size)) return -L_ENOMEM;
    ArenaChange change;
    for (uint64_t at = start; at < start + size;) { // keep Heap and Mapped apart
        const Region* region = arena.find(at);
        uint64_t stop = smaller(start + size, region->end);
        RegionKind kind = region->kind;
        if (region->protection != protection) {
            if (long error = __dyad_protect(at, stop - at, protection)) return error;
            if (!arena.set(at, stop, kind, static_cast<uint8_t>(protection))) return -L_ENOMEM;
        }
        at = stop;
    }
    return 0;
}

long sysMremap(uint64_t start, uint64_t oldSize, uint64_t newSize, uint32_t flags, uint64_t target) {
    if (!pageAligned(start) || !newSize || (flags & ~(L_MREMAP_MAYMOVE | L_MREMAP_FIXED))) return -L_EINVAL;
    if ((flags & L_MREMAP_FIXED) && (!(flags & L_MREMAP_MAYMOVE) || !pageAligned(target))) return -L_EINVAL;
    if (newSize > arena.end() - arena.start()) return -L_ENOMEM;
    oldSize = roundUp(oldSize, kPage);
    newSize = roundUp(newSize, kPage);
    uint64_t end = start + oldSize;
    if (!oldSize) return -L_EINVAL; // duplicating a shared mapping
    if (end < start || !inArena(start, end) || !arena.allProgram(start, end)) return -L_EFAULT;
    uint8_t protection = arena.find(start)->protection;
    if (arena.find(start)->end < end) return -L_EFAULT; // more than one mapping
    SharedMapping* shared = mappingAt(start);

    if (!(flags & L_MREMAP_FIXED)) {
        if (newSize <= oldSize) {
            if (newSize < oldSize)
                if (long error = unmap(start + newSize, end)) return error;
            return static_cast<long>(start);
        }
        if (!shared && start + newSize <= arena.end() && arena.allFree(end, start + newSize)) {
            if (!openMemory(end, start + newSize, RegionKind::Mapped)) return -L_ENOMEM;
            if (protection != kReadWrite)
                if (long error = protect(end, newSize - oldSize, protection)) return error;
            return static_cast<long>(start);
        }
        if (!(flags & L_MREMAP_MAYMOVE)) return -L_ENOMEM;
    } else if (target + newSize < target || (target < end && start < target + newSize)) {
        return -L_EINVAL;
    }
    long at = place(target, newSize, flags & L_MREMAP_FIXED ? +L_MAP_FIXED : 0u);
    if (at < 0) return at;
    auto fresh = static_cast<uint64_t>(at);
    ArenaChange change; // until the old place is given back, or has its protection again
    unprotect(start, end);
    memcpy(reinterpret_cast<void*>(fresh), reinterpret_cast<void*>(start), smaller(oldSize, newSize));
    if (shared) {
        // Grown shared mappings show more of the file.
        Inode* inode = shared->inode;
        uint64_t offset = shared->offset + (start - shared->start);
        writeBackRange(start, end);
        if (newSize > oldSize)
            inode->data.read(reinterpret_cast<char*>(fresh + oldSize), newSize - oldSize, offset + oldSize);
        if (!addMapping(fresh, fresh + newSize, offset, inode)) return -L_ENOMEM;
    }
    if (protection != kReadWrite)
        if (long error = protect(fresh, newSize, protection)) return error;
    if (long error = unmap(start, end)) return error;
    return at;
}

long sysMadvise(uint64_t start, uint64_t size, int advice) {
    if (!pageAligned(start)) return -L_EINVAL;
    uint64_t end = start + roundUp(size, kPage);
    if (end == start) return 0;
    if (end < start || !inArena(start, end) || !arena.allProgram(start, end)) return -L_ENOMEM;
    if (advice != L_MADV_DONTNEED && advice != L_MADV_FREE) return advice < 0 || advice > 25 ? -L_EINVAL : 0;
    if (advice == L_MADV_FREE) return 0; // may be done any time, or never
    ArenaChange change;
    for (uint64_t at = start; at < end;) {
        const Region* region = arena.find(at);
        uint64_t stop = smaller(end, region->end);
        uint8_t protection = region->protection;
        if (SharedMapping* mapping = mappingAt(at)) { // shows the file again
            writeBackRange(at, smaller(stop, mapping->end));
            at = smaller(stop, mapping->end);
            continue;
        }
        if (protection != kReadWrite) __dyad_protect(at, stop - at, kReadWrite);
        __dyad_discard(at, stop - at);
        if (protection != kReadWrite) __dyad_protect(at, stop - at, protection);
        at = stop;
    }
    return 0;
}

long sysMincore(uint64_t start, uint64_t size, uint8_t* resident) {
    if (!pageAligned(start)) return -L_EINVAL;
    uint64_t end = start + roundUp(size, kPage);
    if (end == start) return 0;
    if (end < start || !inArena(start, end) || !arena.allProgram(start, end)) return -L_ENOMEM;
    if (!validBuffer(resident, (end - start) / kPage)) return -L_EFAULT;
    memset(resident, 1, (end - start) / kPage);
    return 0;
}

long sysMsync(uint64_t start, uint64_t size, uint32_t flags) {
    if (!pageAligned(start) || (flags & ~7u) || (flags & 5) == 5) return -L_EINVAL;
    uint64_t end = start + roundUp(size, kPage);
    if (end < start || (end > start && (!inArena(start, end) || !arena.allProgram(start, end)))) return -L_ENOMEM;
    writeBackRange(start, end);
    return 0;
}

/// All memory is resident: mlock, munlock, mlockall, munlockall.
long sysMlock(uint64_t, uint64_t) { return 0; }
long sysMlockall(int) { return 0; }
long sysMunlockall() { return 0; }

} // namespace libos
