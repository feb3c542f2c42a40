// The memory of a checkpoint and of those that it builds on, page by page: where each page's content lies last.
#pragma once

#include "migrate/checkpoint_index.h"

namespace dyad {

class CheckpointPages {
  public:
    struct Page {
        std::uint64_t address, checksum;
        std::uint32_t file, run; ///< of that file's index
    };

    /// Puts the runs of a file over what was there before: its base.
    void overlay(const CheckpointIndex& index, std::uint32_t file);
    /// All that are not zero, in rising order.
    const std::vector<Page>& all() const { return pages_; }
    /// The first page at or after an address, as a position in all().
    std::size_t find(std::uint64_t address) const;

  private:
    std::vector<Page> pages_;
};

} // namespace dyad
