// Bytes of regular files (FileData in inode.h). Growth never copies more than one chunk; access to any offset takes
// constant time.
#include "inode.h"

namespace libos {

char* FileData::chunk(uint64_t index) const {
    uint64_t leaf = index / kChunksPerLeaf;
    return leaf < leafCount && leaves[leaf] ? leaves[leaf][index % kChunksPerLeaf] : nullptr;
}

char* FileData::makeChunk(uint64_t index) {
    uint64_t leaf = index / kChunksPerLeaf;
    if (leaf >= leafCount) {
        uint32_t count = leafCount ? leafCount : 4;
        while (count <= leaf)
            count *= 2;
        auto** grown = static_cast<char***>(allocate(count * sizeof *leaves));
        if (!grown) return nullptr;
        if (leaves) memcpy(grown, leaves, leafCount * sizeof *leaves);
        release(leaves, leafCount * sizeof *leaves);
        leaves = grown;
        leafCount = count;
    }
    if (!leaves[leaf] && !(leaves[leaf] = static_cast<char**>(allocate(kChunksPerLeaf * sizeof(char*)))))
        return nullptr;
    char*& place = leaves[leaf][index % kChunksPerLeaf];
    if (!place && (place = static_cast<char*>(takePages(kChunk)))) ++chunks;
    return place;
}

void FileData::dropChunks(uint64_t from, uint64_t to) {
    to = smaller<uint64_t>(to, leafCount * kChunksPerLeaf);
    for (uint64_t index = from; index < to; ++index) {
        char** leaf = leaves[index / kChunksPerLeaf];
        if (!leaf) {
            index |= kChunksPerLeaf - 1; // the loop's step leads to the next leaf
            continue;
        }
        char*& place = leaf[index % kChunksPerLeaf];
        if (!place) continue;
        releasePages(place, kChunk);
        place = nullptr;
        --chunks;
    }
    if (from || to != leafCount * kChunksPerLeaf) return;
    for (uint32_t i = 0; i < leafCount; ++i)
        release(leaves[i], kChunksPerLeaf * sizeof(char*));
    release(leaves, leafCount * sizeof *leaves);
    leaves = nullptr;
    leafCount = 0;
}

bool FileData::growSmall(uint64_t need) {
    if (need <= smallSize) return true;
    uint64_t capacity = blockSize(smaller(kChunk, larger(need, smaller<uint64_t>(2 * smallSize, kChunk))));
    auto* grown = static_cast<char*>(allocate(capacity));
    if (!grown) return false;
    if (small) memcpy(grown, small, smallSize);
    release(small, smallSize);
    small = grown;
    smallSize = static_cast<uint32_t>(capacity);
    return true;
}

/// Turns the small buffer into the first chunk.
bool FileData::leaveSmall() {
    if (!small) return true;
    char* first = makeChunk(0);
    if (!first) return false;
    memcpy(first, small, smallSize);
    release(small, smallSize);
    small = nullptr;
    smallSize = 0;
    return true;
}

size_t FileData::read(char* to, size_t count, uint64_t offset) const {
    if (offset >= size) return 0;
    count = smaller<uint64_t>(count, size - offset);
    for (size_t done = 0; done < count;) {
        uint64_t at = offset + done, within = at % kChunk;
        size_t part = smaller<uint64_t>(count - done, kChunk - within);
        const char* from = chunk(at / kChunk);
        size_t present = from ? part : 0;
        if (small && at < smallSize) {
            from = small;
            present = smaller<uint64_t>(part, smallSize - at);
        }
        if (present) memcpy(to + done, from + within, present);
        memset(to + done + present, 0, part - present);
        done += part;
    }
    return count;
}

long FileData::write(const char* from, size_t count, uint64_t offset) {
    if (!count) return 0;
    if (offset >= kLimit) return -L_EFBIG;
    count = smaller<uint64_t>(count, kLimit - offset);
    size_t done = 0;
    // Small as long as it fits and no chunk exists.
    if (!leafCount && offset + count <= kChunk) {
        if (!growSmall(offset + count)) return -L_ENOSPC;
        memcpy(small + offset, from, count);
        done = count;
    } else if (!leaveSmall()) {
        return -L_ENOSPC;
    }
    while (done < count) {
        uint64_t at = offset + done, within = at % kChunk;
        size_t part = smaller<uint64_t>(count - done, kChunk - within);
        char* to = makeChunk(at / kChunk);
        if (!to) break;
        memcpy(to + within, from + done, part);
        done += part;
    }
    if (!done) return -L_ENOSPC;
    size = larger(size, offset + done);
    return static_cast<long>(done);
}

long FileData::reserve(uint64_t offset, uint64_t length) {
    if (offset + length > kLimit) return -L_EFBIG;
    if (!leafCount && offset + length <= kChunk) return growSmall(offset + length) ? 0 : -L_ENOSPC;
    if (!leaveSmall()) return -L_ENOSPC;
    for (uint64_t index = offset / kChunk; index * kChunk < offset + length; ++index)
        if (!makeChunk(index)) return -L_ENOSPC;
    return 0;
}

void FileData::punch(uint64_t offset, uint64_t length) {
    uint64_t end = smaller(offset + length, larger<uint64_t>(size, kChunk));
    if (offset < smallSize) memset(small + offset, 0, smaller<uint64_t>(end, smallSize) - offset);
    for (uint64_t at = offset; at < end;) {
        uint64_t next = smaller(roundDown(at, kChunk) + kChunk, end);
        if (char* bytes = chunk(at / kChunk)) {
            if (next - at == kChunk)
                dropChunks(at / kChunk, at / kChunk + 1);
            else
                memset(bytes + at % kChunk, 0, next - at);
        }
        at = next;
    }
}

long FileData::resize(uint64_t newSize) {
    if (newSize > kLimit) return -L_EFBIG;
    if (newSize < size) {
        if (!newSize) {
            release(small, smallSize);
            small = nullptr;
            smallSize = 0;
        }
        uint64_t keep = roundUp(newSize, kChunk);
        if (newSize < keep) punch(newSize, keep - newSize);
        dropChunks(keep / kChunk, UINT64_MAX);
    }
    size = newSize;
    return 0;
}

uint64_t FileData::seek(uint64_t offset, bool data) const {
    for (uint64_t at = offset; at < size;) {
        uint64_t index = at / kChunk;
        bool present = chunk(index) || at < smallSize;
        if (present == data) return at;
        // A missing leaf is one large hole.
        bool noLeaf = index / kChunksPerLeaf >= leafCount || !leaves[index / kChunksPerLeaf];
        if (!present && noLeaf && leafCount)
            at = (index / kChunksPerLeaf + 1) * kChunksPerLeaf * kChunk;
        else if (small && at < smallSize)
            at = smallSize;
        else
            at = (index + 1) * kChunk;
    }
    return size;
}

} // namespace libos
