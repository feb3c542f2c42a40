// The libOS's own allocator (heap.h): size classes in steps of at most a half, each with a list of free blocks.
#include "heap.h"

namespace libos {

namespace {

constexpr uint16_t kClasses[] = {16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048};
constexpr size_t kClassCount = sizeof kClasses / sizeof *kClasses;

struct FreeBlock {
    FreeBlock* next;
};
FreeBlock* freeBlocks[kClassCount];

size_t classOf(size_t size) {
    size_t index = 0;
    while (kClasses[index] < size)
        ++index;
    return index;
}

bool newSlab(size_t index) {
    size_t block = kClasses[index], slab = block <= 128 ? kPage : 4 * kPage;
    char* memory = static_cast<char*>(takePages(slab));
    if (!memory) return false;
    for (size_t at = slab / block * block; at; at -= block) {
        FreeBlock* free = reinterpret_cast<FreeBlock*>(memory + at - block);
        free->next = freeBlocks[index];
        freeBlocks[index] = free;
    }
    return true;
}

} // namespace

size_t blockSize(size_t size) {
    return size <= kClasses[kClassCount - 1] ? kClasses[classOf(size)] : roundUp(size, kPage);
}

void* allocate(size_t size) {
    if (size > kClasses[kClassCount - 1]) return takePages(size);
    size_t index = classOf(size);
    if (!freeBlocks[index] && !newSlab(index)) return nullptr;
    FreeBlock* block = freeBlocks[index];
    freeBlocks[index] = block->next;
    memset(block, 0, kClasses[index]);
    return block;
}

void release(void* block, size_t size) {
    if (!block) return;
    if (size > kClasses[kClassCount - 1]) return releasePages(block, size);
    FreeBlock* free = static_cast<FreeBlock*>(block);
    size_t index = classOf(size);
    free->next = freeBlocks[index];
    freeBlocks[index] = free;
}

void* reallocate(void* block, size_t oldSize, size_t newSize) {
    if (block && blockSize(oldSize) == blockSize(newSize)) return block;
    void* fresh = allocate(newSize);
    if (!fresh) return nullptr;
    if (block) memcpy(fresh, block, smaller(oldSize, newSize));
    release(block, oldSize);
    return fresh;
}

void resetHeap() {
    for (FreeBlock*& list : freeBlocks)
        list = nullptr;
}

} // namespace libos
