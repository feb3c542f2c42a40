// One bit a page: common data first, then the arena.
#include "migrate/page_set.h"

#include "support/rounding.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace dyad {

namespace {

constexpr std::uint64_t kPage = DYAD_PAGE_SIZE, kBits = 64;
constexpr std::uint64_t kTouchedUnit = 2 << 20;

} // namespace

PageSet::PageSet(const CommonData& common, std::uint64_t arenaSize)
    : commonAddress_(static_cast<std::uint64_t>(common.address)), commonPages_(common.size / kPage),
      end_(commonPages_ + arenaSize / kPage), bits_((end_ + kBits - 1) / kBits) {}

std::optional<std::uint64_t> PageSet::indexOf(GuestAddress address, std::uint64_t size) const {
    const auto value = static_cast<std::uint64_t>(address);
    const auto within = [&](std::uint64_t start, std::uint64_t pages) {
        const std::uint64_t offset = value - start; // wraps below the start, and is too large then
        return offset < pages * kPage && size <= pages * kPage - offset;
    };
    if (value % kPage || size % kPage || size == 0) return std::nullopt;
    if (within(commonAddress_, commonPages_)) return (value - commonAddress_) / kPage;
    if (within(DYAD_ARENA_BASE, end_ - commonPages_)) return commonPages_ + (value - DYAD_ARENA_BASE) / kPage;
    return std::nullopt;
}

GuestAddress PageSet::addressOf(std::uint64_t index) const {
    return GuestAddress{index < commonPages_ ? commonAddress_ + index * kPage
                                             : DYAD_ARENA_BASE + (index - commonPages_) * kPage};
}

bool PageSet::change(const PageRun& run, bool in) {
    const auto first = indexOf(run.address, run.size);
    if (!first) return false;
    for (std::uint64_t at = *first, end = at + run.size / kPage; at < end;) {
        const std::uint64_t next = std::min(end, (at / kBits + 1) * kBits);
        const std::uint64_t mask = ~std::uint64_t{0} >> (kBits - (next - at)) << at % kBits;
        std::uint64_t& word = bits_[at / kBits];
        const std::uint64_t old = word;
        word = in ? old | mask : old & ~mask;
        const auto changed = static_cast<std::uint64_t>(std::popcount(word ^ old));
        pages_ = in ? pages_ + changed : pages_ - changed;
        at = next;
    }
    return true;
}

bool PageSet::contains(GuestAddress address) const {
    const auto index = indexOf(address, kPage);
    return index && (bits_[*index / kBits] >> *index % kBits & 1);
}

bool PageSet::containsAll(const PageRun& run) const {
    const auto index = indexOf(run.address, run.size);
    return index && find(*index, false) >= *index + run.size / kPage;
}

std::uint64_t PageSet::find(std::uint64_t index, bool in) const {
    while (index < end_) {
        std::uint64_t word = bits_[index / kBits];
        if (!in) word = ~word;
        word = word >> index % kBits << index % kBits;
        if (word) return std::min(end_, index / kBits * kBits + static_cast<std::uint64_t>(std::countr_zero(word)));
        index = (index / kBits + 1) * kBits;
    }
    return end_;
}

/// Common data does not go on in the arena.
std::uint64_t PageSet::endOfRun(std::uint64_t index) const {
    const std::uint64_t end = find(index, false);
    return index < commonPages_ ? std::min(end, commonPages_) : end;
}

std::optional<PageRun> PageSet::next(GuestAddress from, std::uint64_t most) const {
    std::uint64_t first = find(indexOf(from, kPage).value_or(0), true);
    if (first == end_) first = find(0, true);
    if (first == end_) return std::nullopt;
    return PageRun{addressOf(first), std::min((endOfRun(first) - first) * kPage, most)};
}

std::vector<PageRun> PageSet::runs() const {
    std::vector<PageRun> runs;
    for (std::uint64_t at = find(0, true); at < end_;) {
        const std::uint64_t end = endOfRun(at);
        runs.push_back({addressOf(at), (end - at) * kPage});
        at = find(end, true);
    }
    return runs;
}

namespace {

/// Where data, or with SEEK_HOLE its end, is found in the memory file from an offset on; nothing if there is none.
Result<std::optional<std::uint64_t>> seek(const GuestMemory& memory, std::uint64_t from, int whence) {
    const off_t found = lseek(memory.fd(), static_cast<off_t>(from), whence);
    if (found >= 0) return std::optional(static_cast<std::uint64_t>(found));
    if (errno == ENXIO) return std::optional<std::uint64_t>();
    return Error{fmt::format("cannot list the pages of the guest's memory: {}", std::strerror(errno))};
}

/// Calls `look` with address, offset in the memory file and size of what a set is about.
template <class Look> Result<void> forEachRegion(GuestMemory& memory, const CommonData& common, Look look) {
    const MemoryPlan& plan = memory.plan();
    const auto address = static_cast<std::uint64_t>(common.address);
    if (auto done = look(address, address - DYAD_IMAGE_BASE, common.size); !done) return done;
    return look(DYAD_ARENA_BASE, plan.arenaOffset, plan.arenaSize);
}

} // namespace

Result<PageSet> presentPages(GuestMemory& memory, const CommonData& common) {
    PageSet set(common, memory.plan().arenaSize);
    auto done = forEachRegion(memory, common,
                              [&](std::uint64_t address, std::uint64_t offset, std::uint64_t size) -> Result<void> {
                                  for (std::uint64_t at = 0; at < size;) {
                                      auto data = seek(memory, offset + at, SEEK_DATA);
                                      if (!data) return std::move(data.error());
                                      if (!*data || **data - offset >= size) break;
                                      auto hole = seek(memory, **data, SEEK_HOLE);
                                      if (!hole) return std::move(hole.error());
                                      const std::uint64_t first = roundDown(**data - offset, kPage);
                                      at = std::min(roundUp(hole->value_or(offset + size) - offset, kPage), size);
                                      set.add({GuestAddress{address + first}, at - first});
                                  }
                                  return {};
                              });
    if (!done) return std::move(done.error());
    return set;
}

Result<void> addTouchedPages(GuestMemory& memory, const CommonData& common, PageSet& set) {
    const std::vector<PageRun> known = set.runs();
    auto run = known.begin();
    return forEachRegion(
        memory, common, [&](std::uint64_t address, std::uint64_t offset, std::uint64_t size) -> Result<void> {
            for (std::uint64_t at = 0; at < size;) {
                while (run != known.end() && static_cast<std::uint64_t>(run->address) + run->size <= address + at)
                    ++run;
                if (run != known.end() && static_cast<std::uint64_t>(run->address) <= address + at) {
                    at = static_cast<std::uint64_t>(run->address) + run->size - address;
                    continue;
                }
                // To ask for data is quick wherever it is; to ask for the end of data looks at each page of it.
                auto data = seek(memory, offset + at, SEEK_DATA);
                if (!data) return std::move(data.error());
                if (!*data || **data - offset >= size) break;
                const std::uint64_t first = roundDown(**data - offset, kTouchedUnit);
                at = std::min(first + kTouchedUnit, size);
                set.add({GuestAddress{address + first}, at - first});
            }
            return {};
        });
}

} // namespace dyad
