// One zstd frame for each run of pages.
#include "migrate/packed_pages.h"

#include <zstd.h>

namespace dyad {

bool unpackPages(std::span<const std::byte> packed, std::span<std::byte> pages) {
    // The frame's own idea of its size is not looked at: room is what the section promised, and checked before.
    return ZSTD_decompress(pages.data(), pages.size(), packed.data(), packed.size()) == pages.size();
}

PagePacker::PagePacker() : context_(ZSTD_createCCtx()) {}

PagePacker::~PagePacker() {
    ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context_));
}

std::span<const std::byte> PagePacker::pack(std::span<const std::byte> pages, int level) {
    // No room for more than 7/8 of it: a frame that would be larger is an error of zstd, and not wanted.
    packed_.resize(pages.size() / 8 * 7);
    const std::size_t size = ZSTD_compressCCtx(static_cast<ZSTD_CCtx*>(context_), packed_.data(), packed_.size(),
                                               pages.data(), pages.size(), level);
    if (ZSTD_isError(size)) return {};
    return std::span<const std::byte>(packed_).first(size);
}

} // namespace dyad
