// Stores pages in a machine's memory on a thread of its own.
#pragma once

#include "migrate/state.h"
#include "migrate/write_queue.h"

namespace dyad {

class PageStore {
  public:
    /// `memory` may go before it does.
    static Result<std::unique_ptr<PageStore>> of(const GuestMemory& memory, const CommonData& common);

    /// As WriteQueue::add(). Fails as well if the pages do not lie in common data or in the arena.
    Result<void> store(GuestAddress address, std::span<const std::byte> pages, std::vector<std::byte>& buffer);
    /// Waits until all is stored.
    Result<void> finish() { return queue_->finish(); }

  private:
    PageStore(UniqueFd file, const MemoryPlan& plan, const CommonData& common)
        : file_(std::move(file)), plan_(plan), common_(common) {}

    const UniqueFd file_;
    const MemoryPlan plan_;
    const CommonData common_;
    std::unique_ptr<WriteQueue> queue_;
};

} // namespace dyad
