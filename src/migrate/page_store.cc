// Where pages belong is checked before they are queued.
#include "migrate/page_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace dyad {

Result<std::unique_ptr<PageStore>> PageStore::of(const GuestMemory& memory, const CommonData& common) {
    // A descriptor of its own: the thread may still write when the machine is ended.
    UniqueFd file(fcntl(memory.fd(), F_DUPFD_CLOEXEC, 0));
    if (!file) return Error{fmt::format("cannot store pages: {}", std::strerror(errno))};
    std::unique_ptr<PageStore> store(new PageStore(std::move(file), memory.plan(), common));
    auto queue = WriteQueue::begin([file = store->file_.get()](std::uint64_t offset, std::span<const std::byte> pages) {
        return writeMemoryFile(file, offset, pages);
    });
    if (!queue) return std::move(queue.error());
    store->queue_ = std::move(*queue);
    return store;
}

Result<void> PageStore::store(GuestAddress address, std::span<const std::byte> pages, std::vector<std::byte>& buffer) {
    auto offset = offsetOfPages(plan_, common_, address, pages.size());
    if (!offset) return std::move(offset.error());
    return queue_->add(*offset, pages, buffer);
}

} // namespace dyad
