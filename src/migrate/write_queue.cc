// A queue of pages, and the thread that empties it.
#include "migrate/write_queue.h"

#include "support/quiet_thread.h"

namespace dyad {

namespace {

/// So many bytes are taken before the thread has written them. Then it is waited for until it has written half of them:
/// on a busy host each wait takes long.
constexpr std::uint64_t kMostWaiting = 16 << 20;

} // namespace

Result<std::unique_ptr<WriteQueue>> WriteQueue::begin(Write write) {
    std::unique_ptr<WriteQueue> queue(new WriteQueue(std::move(write)));
    auto thread = startQuietThread([&queue = *queue] { queue.work(); });
    if (!thread) return std::move(thread.error()).in("cannot store pages");
    queue->thread_ = std::move(*thread);
    return queue;
}

WriteQueue::~WriteQueue() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void WriteQueue::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return ending_ || (!waiting_.empty() && !error_); });
        if (ending_) return;
        Piece& piece = waiting_.front(); // stays where it is while others are put behind it
        lock.unlock();
        auto written = write_(piece.place, piece.pages);
        lock.lock();
        if (!written) error_ = std::move(written.error());
        bytes_ -= piece.pages.size();
        spare_.push_back(std::move(piece.buffer));
        waiting_.pop_front();
        if (error_ || waiting_.empty() || bytes_ <= kMostWaiting / 2) changed_.notify_all();
    }
}

void WriteQueue::put(std::unique_lock<std::mutex>& lock, Piece piece, std::vector<std::byte>& buffer) {
    bytes_ += piece.pages.size();
    waiting_.push_back(std::move(piece));
    buffer.clear();
    if (!spare_.empty()) {
        buffer = std::move(spare_.back());
        spare_.pop_back();
    }
    const bool first = waiting_.size() == 1;
    lock.unlock();
    if (first) changed_.notify_all();
}

Result<void> WriteQueue::add(std::uint64_t place, std::span<const std::byte> pages, std::vector<std::byte>& buffer) {
    std::unique_lock lock(mutex_);
    if (bytes_ + pages.size() > kMostWaiting) changed_.wait(lock, [&] { return error_ || bytes_ <= kMostWaiting / 2; });
    if (error_) return *error_;
    put(lock, {place, pages, std::move(buffer)}, buffer);
    return {};
}

Result<bool> WriteQueue::tryAdd(std::uint64_t place, std::span<const std::byte> pages, std::vector<std::byte>& buffer,
                                std::uint64_t most) {
    std::unique_lock lock(mutex_);
    if (error_) return *error_;
    if (bytes_ + pages.size() > most) return false;
    put(lock, {place, pages, std::move(buffer)}, buffer);
    return true;
}

Result<bool> WriteQueue::empty() {
    const std::lock_guard lock(mutex_);
    if (error_) return *error_;
    return waiting_.empty();
}

Result<void> WriteQueue::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_ || waiting_.empty(); });
    if (error_) return *error_;
    return {};
}

} // namespace dyad
