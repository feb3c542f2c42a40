// A program that was restored lazily: it runs, and its pages are read from the checkpoint when it wants them, the
// others behind. A part of the monitor's loop. Specification: docs/checkpoint.md, "Reading".
#pragma once

#include "machine/loop_part.h"
#include "migrate/checkpoint_chain.h"
#include "session/late_pages.h"

#include <functional>
#include <memory>

namespace dyad {

class LazyPages final : public LoopPart {
  public:
    /// For a machine that waits to resume, with its memory cleared; it must outlive this. All pages are late from now
    /// on.
    static Result<std::unique_ptr<LazyPages>> begin(CheckpointChain chain, Machine& machine, const CommonData& common);

    /// Reads what the program waits for, and nothing else: as long as it has not arrived.
    Result<void> serve();
    /// An error means that the program can never have a page: it must not run on.
    Result<void> step() override;
    void addEntries(std::vector<pollfd>&) const override {}
    std::uint64_t nextTurn() const override;

    /// All is read, and the guest needs nothing more: it may be stopped again.
    bool finished() const { return !chain_; }
    /// Called once when it is.
    std::function<void()> onFinished;

  private:
    LazyPages(CheckpointChain chain, LatePages pages) : chain_(std::move(chain)), pages_(std::move(pages)) {}
    Result<void> read(const LatePages::Run& run);

    std::optional<CheckpointChain> chain_; ///< until all is read
    LatePages pages_;
    bool allRead_ = false;
};

} // namespace dyad
