// The libOS's own allocator: slabs of a few sizes, whole pages beyond. Callers give the size back, so blocks have no
// headers. Independent of the program's malloc.
#pragma once

#include "regions.h"

namespace libos {

/// Returns zeroed memory aligned to 16, or null.
void* allocate(size_t size);
void release(void* block, size_t size);
/// The bytes that a block asked for with `size` really has.
size_t blockSize(size_t size);
/// Forgets every block (unit tests start afresh).
void resetHeap();

/// Grows or shrinks; keeps the smaller of both sizes. Returns null and leaves the block if there is no memory.
void* reallocate(void* block, size_t oldSize, size_t newSize);

template <class T> T* create() { return static_cast<T*>(allocate(sizeof(T))); }
template <class T> void destroy(T* object) { release(object, sizeof(T)); }

} // namespace libos
