// A queue of pages, and the thread that empties it.
#include "migrate/page_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <system_error>

namespace dyad {

namespace {

/// So many bytes are taken before the thread has stored them. Then it is waited for until it has stored half of them:
/// on a busy host each wait takes long.
constexpr std::uint64_t kMostWaiting = 16 << 20;

} // namespace

Result<std::unique_ptr<PageStore>> PageStore::of(const GuestMemory& memory, const CommonData& common) {
    // A descriptor of its own: the thread may still write when the machine is ended.
    UniqueFd file(fcntl(memory.fd(), F_DUPFD_CLOEXEC, 0));
    if (!file) return Error{fmt::format("cannot store pages: {}", std::strerror(errno))};
    std::unique_ptr<PageStore> store(new PageStore(std::move(file), memory.plan(), common));
    // Signals are the other threads' business.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        store->thread_ = std::thread([&store = *store] { store.work(); });
    } catch (const std::system_error& error) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return Error{fmt::format("cannot store pages: {}", error.what())};
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return store;
}

PageStore::~PageStore() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void PageStore::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return ending_ || (!waiting_.empty() && !error_); });
        if (ending_) return;
        Piece& piece = waiting_.front(); // stays where it is while others are put behind it
        lock.unlock();
        auto written = writeMemoryFile(file_.get(), piece.offset, piece.pages);
        lock.lock();
        if (!written) error_ = std::move(written.error());
        bytes_ -= piece.pages.size();
        spare_.push_back(std::move(piece.buffer));
        waiting_.pop_front();
        if (error_ || waiting_.empty() || bytes_ <= kMostWaiting / 2) changed_.notify_all();
    }
}

Result<void> PageStore::store(GuestAddress address, std::span<const std::byte> pages, std::vector<std::byte>& buffer) {
    auto offset = offsetOfPages(plan_, common_, address, pages.size());
    if (!offset) return std::move(offset.error());
    std::unique_lock lock(mutex_);
    if (bytes_ + pages.size() > kMostWaiting) changed_.wait(lock, [&] { return error_ || bytes_ <= kMostWaiting / 2; });
    if (error_) return *error_;
    bytes_ += pages.size();
    waiting_.push_back({*offset, pages, std::move(buffer)});
    buffer.clear();
    if (!spare_.empty()) {
        buffer = std::move(spare_.back());
        spare_.pop_back();
    }
    const bool first = waiting_.size() == 1;
    lock.unlock();
    if (first) changed_.notify_all();
    return {};
}

Result<void> PageStore::finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_ || waiting_.empty(); });
    if (error_) return *error_;
    return {};
}

} // namespace dyad
