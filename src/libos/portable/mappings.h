// Writable MAP_SHARED mappings of files. The arena is linear, so a mapping is a copy of the file's bytes; these
// functions keep copy and file alike wherever the program can tell the difference through one mapping and the file.
#pragma once

#include "inode.h"

namespace libos {

struct SharedMapping {
    SharedMapping* next;
    uint64_t start, end; ///< addresses
    uint64_t offset;     ///< in the file, of `start`
    Inode* inode;        ///< held
};

/// Forgets everything: a fresh start.
void initialiseMappings();
/// Records a mapping. Returns false if there is no memory.
bool addMapping(uint64_t start, uint64_t end, uint64_t offset, Inode* inode);
/// Copies from mappings to the file, before the file's bytes [offset, offset + size) are read.
void writeBackMappings(Inode* inode, uint64_t offset, uint64_t size);
/// Copies from the file to mappings, after its bytes were written.
void refreshMappings(Inode* inode, uint64_t offset, uint64_t size);
/// msync: writes back whatever of [start, end) is a shared mapping.
void writeBackRange(uint64_t start, uint64_t end);
/// munmap: writes back and forgets [start, end). Returns false if there is no memory to describe what is left.
bool dropMappings(uint64_t start, uint64_t end);
/// mremap: the mapping's bytes lie at `to` now.
void moveMappings(uint64_t start, uint64_t end, uint64_t to);
/// The mapping that holds the address, or null.
SharedMapping* mappingAt(uint64_t address);

} // namespace libos
