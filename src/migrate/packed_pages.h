// Pages of memory compressed by zstd. Specification: docs/transfer.md, section "packed".
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace dyad {

/// Fills all of `pages` from one zstd frame; false if the frame is anything else.
bool unpackPages(std::span<const std::byte> packed, std::span<std::byte> pages);

class PagePacker {
  public:
    PagePacker();
    ~PagePacker();
    PagePacker(const PagePacker&) = delete;
    PagePacker& operator=(const PagePacker&) = delete;

    /// A zstd frame, valid until the next call; empty if packing saves too little to be worth unpacking.
    std::span<const std::byte> pack(std::span<const std::byte> pages, int level);

  private:
    void* context_; ///< ZSTD_CCtx
    std::vector<std::byte> packed_;
};

} // namespace dyad
