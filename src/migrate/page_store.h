// Stores pages in a machine's memory on a thread of its own. Getting new pages of a memory file from the host is most
// of what a destination has to do (docs/performance.md, "Transfer"); meanwhile the next ones are received and checked.
#pragma once

#include "migrate/state.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace dyad {

class PageStore {
  public:
    /// `memory` may go before it does.
    static Result<std::unique_ptr<PageStore>> of(const GuestMemory& memory, const CommonData& common);
    /// What still waits is dropped.
    ~PageStore();

    /// Stores `pages`, which lie in `buffer`; that is exchanged for another one. Waits while too much is under way.
    /// Fails if they do not lie in common data or in the arena, or if earlier ones could not be stored.
    Result<void> store(GuestAddress address, std::span<const std::byte> pages, std::vector<std::byte>& buffer);
    /// Waits until all is stored.
    Result<void> finish();

  private:
    struct Piece {
        std::uint64_t offset; ///< in the memory file
        std::span<const std::byte> pages;
        std::vector<std::byte> buffer;
    };
    PageStore(UniqueFd file, const MemoryPlan& plan, const CommonData& common)
        : file_(std::move(file)), plan_(plan), common_(common) {}
    void work();

    const UniqueFd file_;
    const MemoryPlan plan_;
    const CommonData common_;
    std::mutex mutex_;
    std::condition_variable changed_;
    // Of both threads.
    std::deque<Piece> waiting_;                 ///< the first is being stored
    std::vector<std::vector<std::byte>> spare_; ///< buffers
    std::uint64_t bytes_ = 0;                   ///< that wait
    std::optional<Error> error_;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace dyad
