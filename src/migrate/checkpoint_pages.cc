// Pages of a chain of checkpoints.
#include "migrate/checkpoint_pages.h"

#include <algorithm>

namespace dyad {

void CheckpointPages::overlay(const CheckpointIndex& index, std::uint32_t file) {
    std::vector<Page> merged;
    merged.reserve(pages_.size() + index.checksums().size());
    auto old = pages_.begin();
    auto checksum = index.checksums().begin();
    std::uint32_t number = 0;
    for (const CheckpointIndex::Run& run : index.runs()) {
        for (; old != pages_.end() && old->address < run.address; ++old)
            merged.push_back(*old);
        while (old != pages_.end() && old->address - run.address < run.size)
            ++old;
        for (std::uint64_t page = 0; !run.zero() && page < run.pages(); ++page)
            merged.push_back({run.address + page * DYAD_PAGE_SIZE, *checksum++, file, number});
        ++number;
    }
    merged.insert(merged.end(), old, pages_.end());
    pages_ = std::move(merged);
}

std::size_t CheckpointPages::find(std::uint64_t address) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(pages_, address, {}, &Page::address) - pages_.begin());
}

} // namespace dyad
