// What protection the program wants for each page of the arena, whatever the machine has at the moment. It lies in
// private RAM, at dyad_pages.protection_offset. Format: docs/abi.md, section 9.
#pragma once

#include <stdint.h>

namespace dyad::native {

class ProtectionMap {
  public:
    /// Bytes that a map of an arena of `arenaSize` bytes takes.
    static constexpr uint64_t size(uint64_t arenaSize) { return arenaSize / kBlock * (1 + kNibbleBytes); }

    /// `storage` is zero when a machine starts: all pages can be read and written then. Null: there is no map.
    void initialise(uint8_t* storage, uint64_t arenaStart, uint64_t arenaSize);

    /// Whole pages of the arena. `protection`: 1 read, 2 write, 4 execute.
    void set(uint64_t start, uint64_t end, uint32_t protection);
    uint32_t at(uint64_t address) const;
    /// The end of the pages from `start` on that have one protection, at most `end`.
    uint64_t runEnd(uint64_t start, uint64_t end) const;

  private:
    static constexpr uint64_t kPage = 4096, kBlock = 0x200000, kNibbleBytes = kBlock / kPage / 2;
    /// Instead of a block's protection: its pages have their own.
    static constexpr uint8_t kMixed = 0xff;
    /// Stored values are exclusive-ored with it, so that zero stands for what a machine starts with.
    static constexpr uint8_t kAtStart = 3;

    uint8_t* pagesOf(uint64_t block) const { return blocks_ + blockCount_ + block * kNibbleBytes; }
    uint8_t stored(uint64_t offset) const;
    void mix(uint64_t block);

    uint8_t* blocks_ = nullptr; ///< a byte each; behind them the pages, half a byte each, lower half first
    uint64_t blockCount_ = 0, arena_ = 0;
};

} // namespace dyad::native
