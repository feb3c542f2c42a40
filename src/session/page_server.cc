// Holes of the memory file are skipped by asking for data, which is quick; pages are read by the file, which makes no
// page of ours out of a hole, unless it is known that there is none.
#include "session/page_server.h"

#include "machine/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace dyad {

namespace {

constexpr std::uint64_t kPage = DYAD_PAGE_SIZE;
/// What is sent behind a page that was asked for before all else may go.
constexpr std::uint64_t kNeighbours = 64 << 10;
/// Zeros cost nothing to send; a destination marks so many at once.
constexpr std::uint64_t kMostZeros = 2 << 20;

} // namespace

PageServer::PageServer(GuestMemory& memory, PageSet left, std::optional<PageSet> present)
    : memory_(memory), left_(std::move(left)), present_(std::move(present)) {}

void PageServer::want(GuestAddress page) {
    ++wanted_;
    wants_.push_back(page);
    window_.urgent(monotonicNs());
}

void PageServer::got(std::uint64_t bytes) {
    window_.got(bytes, monotonicNs());
}

Result<std::optional<PagePiece>> PageServer::next(std::uint64_t written, bool background) {
    window_.wrote(written, monotonicNs());
    std::optional<PageRun> run;
    while (!run && !wants_.empty()) {
        const GuestAddress page = wants_.front();
        wants_.pop_front();
        behind_ = page;
        neighbours_ = kNeighbours;
        if (left_.contains(page)) run = PageRun{page, kPage}; // else it is on its way
    }
    if (!run && (background || neighbours_) && window_.room() >= window_.piece()) {
        run = left_.next(behind_, window_.piece() / kPage * kPage);
        if (run && !background) neighbours_ -= std::min(neighbours_, run->size);
    }
    if (!run) return std::optional<PagePiece>();
    auto piece = read(*run);
    if (!piece) return std::move(piece.error());
    left_.remove({piece->address, piece->size});
    behind_ = GuestAddress{static_cast<std::uint64_t>(piece->address) + piece->size};
    return std::optional(*piece);
}

/// As much of the beginning of `run` as is alike: zero or not.
Result<PagePiece> PageServer::read(const PageRun& run) {
    const auto failed = [&] {
        return Error{fmt::format("cannot read the program's memory: {}", std::strerror(errno))};
    };
    const auto ram = memory_.translate(run.address, run.size);
    if (!ram) return Error{fmt::format("{} bytes of pages are no memory of the program", run.size)};
    const auto offset = static_cast<off_t>(ram->data() - memory_.ram().data());
    const off_t data = lseek(memory_.fd(), offset, SEEK_DATA);
    if (data < 0 && errno != ENXIO) return failed();
    const std::uint64_t hole = data < 0 ? kMostZeros : static_cast<std::uint64_t>(data - offset) / kPage * kPage;
    if (hole) {
        const auto zeros = left_.next(run.address, std::min(hole, kMostZeros));
        return PagePiece{run.address, zeros->size, {}};
    }
    const bool lasting = present_ && present_->containsAll(run);
    if (!lasting) buffer_.resize(run.size);
    for (std::uint64_t done = 0; !lasting && done < run.size;) {
        const ssize_t n = pread(memory_.fd(), &buffer_[done], run.size - done, offset + static_cast<off_t>(done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed();
        done += static_cast<std::uint64_t>(n);
    }
    const std::span<const std::byte> bytes = lasting ? std::span<const std::byte>(*ram) : buffer_;
    const auto zeroAt = [&](std::uint64_t at) { return isZero(bytes.subspan(at, kPage)); };
    const bool zero = zeroAt(0);
    std::uint64_t size = kPage;
    while (size < run.size && zeroAt(size) == zero)
        size += kPage;
    return PagePiece{run.address, size, zero ? std::span<const std::byte>() : bytes.first(size), lasting};
}

} // namespace dyad
