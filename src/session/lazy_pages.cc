// One run of pages a turn, so that what the program wants does not wait for long.
#include "session/lazy_pages.h"

#include "machine/ticks.h"

namespace dyad {

namespace {

/// While the guest's answer is awaited it may not ring.
constexpr std::uint64_t kLookNs = 200'000;

} // namespace

Result<std::unique_ptr<LazyPages>> LazyPages::begin(CheckpointChain chain, Machine& machine, const CommonData& common) {
    auto pages = LatePages::of(machine, common);
    if (!pages) return std::move(pages.error());
    for (const CheckpointPages::Page& page : chain.pages().all())
        if (auto expected = pages->expect(GuestAddress{page.address}, DYAD_PAGE_SIZE); !expected)
            return std::move(expected.error());
    pages->start();
    return std::unique_ptr<LazyPages>(new LazyPages(std::move(chain), *std::move(pages)));
}

Result<void> LazyPages::read(const LatePages::Run& run) {
    return chain_->load(run.address, [this](GuestAddress address, std::span<const std::byte> pages) {
        return pages_.arrived(address, pages);
    });
}

Result<void> LazyPages::serve() {
    if (!chain_) return {};
    if (const auto wanted = pages_.wanted()) return read(*wanted);
    return {};
}

Result<void> LazyPages::step() {
    if (!chain_) return {};
    if (auto served = serve(); !served) return served;
    if (const auto next = pages_.next(DYAD_PAGE_SIZE)) return read(*next);
    allRead_ = true;
    auto over = pages_.finished();
    if (!over) return std::move(over.error());
    if (*over) {
        chain_.reset(); // its files are not held any longer
        if (onFinished) onFinished();
    }
    return {};
}

std::uint64_t LazyPages::nextTurn() const {
    if (!chain_) return UINT64_MAX;
    return monotonicNs() + (allRead_ ? kLookNs : 0);
}

} // namespace dyad
