// Pages that a thread of its own puts where they belong. Getting new pages of a memory file from the host is most of
// what a destination has to do (docs/performance.md, "Transfer"); meanwhile the next ones are received and checked.
#pragma once

#include "support/result.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace dyad {

class WriteQueue {
  public:
    /// Puts pages at a place, whatever that is a number of; called on the thread, in the order of add().
    using Write = std::function<Result<void>(std::uint64_t place, std::span<const std::byte> pages)>;

    static Result<std::unique_ptr<WriteQueue>> begin(Write write);
    /// What still waits is dropped.
    ~WriteQueue();

    /// Takes `pages`, which lie in `buffer`; that is exchanged for another one. Waits while too much is under way.
    /// Fails if earlier ones could not be written.
    Result<void> add(std::uint64_t place, std::span<const std::byte> pages, std::vector<std::byte>& buffer);
    /// The same without waiting: false, and nothing is taken, if more than `most` bytes would be under way.
    Result<bool> tryAdd(std::uint64_t place, std::span<const std::byte> pages, std::vector<std::byte>& buffer,
                        std::uint64_t most);
    /// Whether all is written.
    Result<bool> empty();
    /// Waits for that.
    Result<void> finish();

  private:
    struct Piece {
        std::uint64_t place;
        std::span<const std::byte> pages;
        std::vector<std::byte> buffer;
    };
    explicit WriteQueue(Write write) : write_(std::move(write)) {}
    void work();
    void put(std::unique_lock<std::mutex>& lock, Piece piece, std::vector<std::byte>& buffer);

    const Write write_;
    std::mutex mutex_;
    std::condition_variable changed_;
    // Of both threads.
    std::deque<Piece> waiting_;                 ///< the first is being written
    std::vector<std::vector<std::byte>> spare_; ///< buffers
    std::uint64_t bytes_ = 0;                   ///< that wait
    std::optional<Error> error_;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace dyad
