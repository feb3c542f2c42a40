// Blocks of PageTracking are pages here: addresses and sizes in, addresses and sizes out.
#include "session/late_pages.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

Result<LatePages> LatePages::of(Machine& machine, const CommonData& common) {
    auto tracking = PageTracking::of(machine, common.address, common.size);
    if (!tracking) return std::move(tracking.error());
    return LatePages(std::move(*tracking));
}

/// The block of the first of these pages; the others follow it.
Result<std::uint64_t> LatePages::blockAt(GuestAddress address, std::uint64_t size) const {
    const auto first = tracking_.blockOf(address);
    const std::uint64_t blocks = size / DYAD_PAGE_SIZE;
    if (!first || size == 0 || size % DYAD_PAGE_SIZE || static_cast<std::uint64_t>(address) % DYAD_PAGE_SIZE ||
        blocks > tracking_.count() - *first ||
        tracking_.address(*first + blocks - 1) !=
            GuestAddress{static_cast<std::uint64_t>(address) + size - DYAD_PAGE_SIZE})
        return Error{fmt::format("{} bytes of pages at {:#x} lie neither in common data nor in the arena", size,
                                 static_cast<std::uint64_t>(address))};
    return *first;
}

LatePages::Run LatePages::runOf(std::uint64_t first, std::uint64_t count) const {
    return {tracking_.address(first), count * DYAD_PAGE_SIZE};
}

Result<void> LatePages::expect(GuestAddress address, std::uint64_t size) {
    auto first = blockAt(address, size);
    if (!first) return std::move(first.error());
    tracking_.setMissing(*first, size / DYAD_PAGE_SIZE);
    return {};
}

void LatePages::start() {
    state_ = State::Following;
    tracking_.startMissing();
}

std::optional<LatePages::Run> LatePages::wanted() {
    const auto block = tracking_.wanted();
    if (!block) return std::nullopt;
    cursor_ = *block;
    return runOf(*block, 1);
}

std::optional<LatePages::Run> LatePages::runFrom(std::uint64_t block, std::uint64_t most) const {
    const auto run = tracking_.nextMissing(block, most);
    if (!run) return std::nullopt;
    return runOf(run->first, tracking_.together(run->first, run->second));
}

std::optional<LatePages::Run> LatePages::next(std::uint64_t most) {
    const std::uint64_t blocks = std::max<std::uint64_t>(most / DYAD_PAGE_SIZE, 1);
    auto run = runFrom(cursor_, blocks);
    if (!run) run = runFrom(0, blocks);
    if (run) cursor_ = *tracking_.blockOf(run->address) + run->size / DYAD_PAGE_SIZE;
    return run;
}

std::vector<LatePages::Run> LatePages::missing() const {
    std::vector<Run> runs;
    for (std::uint64_t from = 0; const auto run = runFrom(from, tracking_.count());) {
        runs.push_back(*run);
        from = *tracking_.blockOf(run->address) + run->size / DYAD_PAGE_SIZE;
    }
    return runs;
}

Result<void> LatePages::arrived(GuestAddress address, std::span<const std::byte> pages) {
    auto first = blockAt(address, pages.size());
    if (!first) return std::move(first.error());
    return storeAt(*first, pages);
}

Result<void> LatePages::storeAt(std::uint64_t place, std::span<const std::byte> pages) {
    auto stored = tracking_.arrived(place, pages.size() / DYAD_PAGE_SIZE, pages);
    return stored ? Result<void>() : std::move(stored.error());
}

Result<void> LatePages::arrivedZeros(GuestAddress address, std::uint64_t size) {
    auto first = blockAt(address, size);
    if (!first) return std::move(first.error());
    auto stored = tracking_.arrived(*first, size / DYAD_PAGE_SIZE, {});
    return stored ? Result<void>() : std::move(stored.error());
}

Result<bool> LatePages::finished() {
    if (state_ == State::Following && !tracking_.nextMissing(0, 1)) {
        // The request that made pages missing lies unanswered until the guest resumes.
        auto answered = tracking_.answered();
        if (!answered) return std::move(answered.error());
        if (!*answered) return false;
        tracking_.finishMissing();
        state_ = State::Ending;
    }
    if (state_ == State::Ending) {
        auto answered = tracking_.answered();
        if (!answered) return std::move(answered.error());
        if (*answered) state_ = State::Finished;
    }
    return state_ == State::Finished;
}

} // namespace dyad
