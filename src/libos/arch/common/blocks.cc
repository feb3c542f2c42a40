// The numbering of blocks, and where the monitor put what is known about them (blocks.h).
#include "blocks.h"
#include "native.h"

extern "C" const char __dyad_common_rw_start[], __dyad_common_rw_end[];

namespace dyad::native {
namespace {

constexpr uint64_t kPage = DYAD_PAGE_SIZE, kLargestBlock = 65536;

/// Words of the area that the monitor set aside, or null if they do not lie inside it.
void* inArea(uint64_t offset, uint64_t bytes) {
    const dyad_pages& p = control().pages;
    if (offset % 8 || offset < p.area_offset || offset - p.area_offset > p.area_size ||
        bytes > p.area_size - (offset - p.area_offset))
        return nullptr;
    return reinterpret_cast<void*>(DYAD_IMAGE_BASE + offset);
}

} // namespace

void Blocks::prepare() {
    const dyad_control& c = control();
    if (!c.pages.area_size) return;
    void* storage = inArea(c.pages.protection_offset, ProtectionMap::size(c.arena_size));
    if (!storage) panic("control area: no room for the protection of pages");
    map_.initialise(static_cast<uint8_t*>(storage), DYAD_ARENA_BASE, c.arena_size);
}

bool Blocks::configure() {
    const dyad_control& c = control();
    const dyad_pages& p = c.pages;
    auto start = reinterpret_cast<uint64_t>(__dyad_common_rw_start),
         end = reinterpret_cast<uint64_t>(__dyad_common_rw_end);
    size_ = p.block_size;
    if (!p.area_size || size_ < kPage || size_ > kLargestBlock || (size_ & (size_ - 1))) return false;
    if (p.common_address != start || p.common_size != end - start) return false;
    uint64_t inCommon = (end - start + size_ - 1) / size_;
    pieces[0] = {start, end, 0, inCommon};
    pieces[1] = {DYAD_ARENA_BASE, DYAD_ARENA_BASE + c.arena_size, inCommon, inCommon + c.arena_size / size_};
    uint64_t bitmap = (count() + 63) / 64 * 8;
    for (int i = 0; i < 2; ++i)
        dirty[i] = static_cast<uint64_t*>(inArea(p.dirty_offset[i], bitmap));
    open = static_cast<uint64_t*>(inArea(p.open_offset, bitmap));
    states_ = static_cast<uint64_t*>(inArea(p.state_offset, (count() + 31) / 32 * 8));
    return dirty[0] && dirty[1] && open && states_;
}

const Blocks::Piece* Blocks::pieceOf(uint64_t address) const {
    for (const Piece& piece : pieces)
        if (address >= piece.start && address < piece.end) return &piece;
    return nullptr;
}

uint32_t Blocks::protectionAt(uint64_t address) const {
    constexpr uint32_t kReadWrite = 3;
    return address < pieces[0].end ? kReadWrite : map_.at(address);
}

uint64_t Blocks::protectionEnd(uint64_t start, uint64_t end) const {
    return start < pieces[0].end ? end : map_.runEnd(start, end);
}

bool Blocks::claim(uint64_t block) {
    uint64_t& word = states_[block / 32];
    uint64_t old = __atomic_load_n(&word, __ATOMIC_ACQUIRE), mask = 3ull << block % 32 * 2;
    while ((old & mask) == (uint64_t{DYAD_BLOCK_MISSING} << block % 32 * 2))
        if (__atomic_compare_exchange_n(&word, &old, old & ~mask, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
            return true;
    return !(old & mask);
}

} // namespace dyad::native
