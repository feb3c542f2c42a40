// Free pages that keep their memory for a while. What a program gives back it often asks for again at once: to clear a
// page that is there costs a small part of what the host takes to give one back and to find another. Kept pages are
// free and closed like all others; only their content is not zero yet.
#pragma once

#include "base.h"

namespace libos {

class KeptPages {
  public:
    /// Larger pieces are not kept: often only a part of them was ever touched, and clearing would fill the rest.
    static constexpr uint64_t kMostPiece = 1 << 20;

    /// Nothing is kept; at most `most` bytes will be.
    void initialise(uint64_t most);
    /// Keeps [start, end), free and closed, not longer than kMostPiece. The oldest go back to the host if it is too much.
    void add(uint64_t start, uint64_t end);
    /// Makes [start, end), taken and open, zero.
    void clear(uint64_t start, uint64_t end);
    /// The address of `size` kept bytes that are best taken next, or 0.
    uint64_t find(uint64_t size) const;

  private:
    struct Run {
        uint64_t start, end;
    };
    /// Searched from end to end, which takes less time than a change of protection.
    static constexpr uint32_t kMostRuns = 256;

    template <class F> void remove(uint64_t start, uint64_t end, F each);
    void removeRun(uint32_t index);
    void giveOldestBack(uint64_t bytes);

    Run runs_[kMostRuns + 1] = {}; ///< disjoint, the oldest first; one more than stay
    uint32_t count_ = 0;
    uint64_t bytes_ = 0, most_ = 0;
};

extern KeptPages keptPages;

} // namespace libos
