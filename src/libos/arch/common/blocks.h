// Common data and arena, numbered in blocks: the same numbers in both halves of a pair. Format: docs/abi.md, section 9.
#pragma once

#include "protection_map.h"

namespace dyad::native {

class Blocks {
  public:
    struct Piece {
        uint64_t start, end;   ///< addresses
        uint64_t first, after; ///< blocks; the last one may be short
    };
    Piece pieces[2] = {}; ///< common data, arena

    /// Finds the map of the program's protection, if the monitor made room for it.
    void prepare();
    /// Reads what the monitor says about blocks; false if it makes no sense.
    bool configure();

    uint64_t size() const { return size_; }
    uint64_t count() const { return pieces[1].after; }
    const Piece* pieceOf(uint64_t address) const;
    uint64_t blockOf(const Piece& piece, uint64_t address) const {
        return piece.first + (address - piece.start) / size_;
    }
    const Piece& pieceOfBlock(uint64_t block) const { return pieces[block >= pieces[1].first]; }
    uint64_t start(uint64_t block) const {
        const Piece& piece = pieceOfBlock(block);
        return piece.start + (block - piece.first) * size_;
    }
    uint64_t end(uint64_t block) const {
        uint64_t after = start(block) + size_, end = pieceOfBlock(block).end;
        return after < end ? after : end;
    }

    /// The program's protection of a page, and where the pages that have the same end, at most at `end`. Of one piece.
    uint32_t protectionAt(uint64_t address) const;
    uint64_t protectionEnd(uint64_t start, uint64_t end) const;
    void setProtection(uint64_t start, uint64_t end, uint32_t protection) { map_.set(start, end, protection); }

    // One bit a block.
    uint64_t* dirty[2] = {};  ///< monitor and guest
    uint64_t* open = nullptr; ///< the guest's own
    // Two bits a block: enum dyad_block_state.
    bool isPresent(uint64_t block) const { return state(block) == 0; }
    uint32_t state(uint64_t block) const {
        return __atomic_load_n(&states_[block / 32], __ATOMIC_ACQUIRE) >> block % 32 * 2 & 3;
    }
    /// Makes a missing block present, if the monitor does not store it already.
    bool claim(uint64_t block);

  private:
    uint64_t size_ = 0;
    uint64_t* states_ = nullptr;
    ProtectionMap map_;
};

} // namespace dyad::native
