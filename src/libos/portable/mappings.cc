// Writable MAP_SHARED mappings of files (mappings.h). Two mappings of the same bytes see each other's stores only after
// msync, munmap or a read or write of the file: docs/libos.md says so.
#include "mappings.h"

namespace libos {

namespace {

SharedMapping* mappings;

/// The part of a mapping that lies within the file and the given file range goes to the file.
void writeBack(SharedMapping& mapping, uint64_t from, uint64_t to) {
    from = larger(from, mapping.offset);
    to = smaller(smaller(to, mapping.offset + (mapping.end - mapping.start)), mapping.inode->data.size);
    if (from >= to) return;
    const char* bytes = reinterpret_cast<const char*>(mapping.start + (from - mapping.offset));
    mapping.inode->data.write(bytes, to - from, from); // the bytes were reserved by mmap
}

} // namespace

void initialiseMappings() { mappings = nullptr; }

bool addMapping(uint64_t start, uint64_t end, uint64_t offset, Inode* inode) {
    SharedMapping* mapping = create<SharedMapping>();
    if (!mapping) return false;
    *mapping = {mappings, start, end, offset, hold(inode)};
    ++inode->sharedMappings;
    mappings = mapping;
    return true;
}

void writeBackMappings(Inode* inode, uint64_t offset, uint64_t size) {
    for (SharedMapping* mapping = mappings; mapping; mapping = mapping->next)
        if (mapping->inode == inode) writeBack(*mapping, offset, offset + size < offset ? UINT64_MAX : offset + size);
}

void refreshMappings(Inode* inode, uint64_t offset, uint64_t size) {
    for (SharedMapping* mapping = mappings; mapping; mapping = mapping->next) {
        if (mapping->inode != inode) continue;
        uint64_t from = larger(offset, mapping->offset);
        uint64_t to = smaller(offset + size, mapping->offset + (mapping->end - mapping->start));
        if (from < to)
            inode->data.read(reinterpret_cast<char*>(mapping->start + (from - mapping->offset)), to - from, from);
    }
}

void writeBackRange(uint64_t start, uint64_t end) {
    for (SharedMapping* mapping = mappings; mapping; mapping = mapping->next) {
        uint64_t from = larger(start, mapping->start), to = smaller(end, mapping->end);
        if (from >= to) continue;
        writeBack(*mapping, mapping->offset + (from - mapping->start), mapping->offset + (to - mapping->start));
        touchModified(mapping->inode);
    }
}

bool dropMappings(uint64_t start, uint64_t end) {
    writeBackRange(start, end);
    for (SharedMapping** place = &mappings; *place;) {
        SharedMapping* mapping = *place;
        uint64_t from = larger(start, mapping->start), to = smaller(end, mapping->end);
        if (from >= to) {
            place = &mapping->next;
        } else if (from > mapping->start) {
            if (to < mapping->end &&
                !addMapping(to, mapping->end, mapping->offset + (to - mapping->start), mapping->inode))
                return false;
            mapping->end = from;
            place = &mapping->next;
        } else if (to < mapping->end) {
            mapping->offset += to - mapping->start;
            mapping->start = to;
            place = &mapping->next;
        } else {
            *place = mapping->next;
            --mapping->inode->sharedMappings;
            letGo(mapping->inode);
            destroy(mapping);
        }
    }
    return true;
}

void moveMappings(uint64_t start, uint64_t end, uint64_t to) {
    for (SharedMapping* mapping = mappings; mapping; mapping = mapping->next) {
        if (mapping->start < start || mapping->end > end) continue;
        mapping->end = to + (mapping->end - start);
        mapping->start = to + (mapping->start - start);
    }
}

SharedMapping* mappingAt(uint64_t address) {
    for (SharedMapping* mapping = mappings; mapping; mapping = mapping->next)
        if (address >= mapping->start && address < mapping->end) return mapping;
    return nullptr;
}

} // namespace libos
