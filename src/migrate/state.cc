// The thread's state, the rings, and memory: read from a stopped guest, checked, written to a waiting one.
#include "migrate/state.h"

#include "support/rounding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace dyad {

namespace {

constexpr std::uint64_t kPage = DYAD_PAGE_SIZE;
constexpr std::uint64_t kMostInRun = 1 << 20;

dyad_control& controlOf(GuestMemory& memory) {
    return *reinterpret_cast<dyad_control*>(memory.control().data());
}

std::uint64_t offsetOf(const CommonData& common) {
    return static_cast<std::uint64_t>(common.address) - DYAD_IMAGE_BASE;
}

/// Gives pages back to the host; they read as zero.
Result<void> clear(GuestMemory& memory, std::uint64_t offset, std::uint64_t size) {
    if (size && fallocate(memory.fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                          static_cast<off_t>(size)) != 0)
        return Error{fmt::format("cannot clear the destination's memory: {}", std::strerror(errno))};
    return {};
}

Result<RingState> readRing(const dyad_ring& ring, std::span<const std::byte> storage, const char* name) {
    RingState state;
    state.head = __atomic_load_n(&ring.head, __ATOMIC_ACQUIRE);
    state.tail = __atomic_load_n(&ring.tail, __ATOMIC_ACQUIRE);
    state.producerWaiting = ring.producer_waiting != 0;
    state.consumerWaiting = ring.consumer_waiting != 0;
    const std::uint64_t used = state.head - state.tail;
    if (used > storage.size() || used % 8 || state.tail % 8)
        return Error{fmt::format("the counters of the ring {} are wrong: {} produced, {} consumed, in {} bytes", name,
                                 state.head, state.tail, storage.size())};
    state.bytes.resize(used);
    const std::size_t start = state.tail & (storage.size() - 1), first = std::min(used, storage.size() - start);
    const auto rest = std::ranges::copy(storage.subspan(start, first), state.bytes.begin()).out;
    std::ranges::copy(storage.first(used - first), rest);
    return state;
}

Result<void> writeRing(const RingState& state, dyad_ring& ring, std::span<std::byte> storage, const char* name) {
    const std::size_t used = state.bytes.size();
    if (used > storage.size() || used % 8 || state.tail % 8 || state.head - state.tail != used)
        return Error{fmt::format("the ring {} cannot be restored: {} produced, {} consumed, {} bytes, into {} bytes",
                                 name, state.head, state.tail, used, storage.size())};
    const std::size_t start = state.tail & (storage.size() - 1), first = std::min(used, storage.size() - start);
    std::ranges::copy(std::span(state.bytes).first(first), storage.begin() + static_cast<std::ptrdiff_t>(start));
    std::ranges::copy(std::span(state.bytes).subspan(first), storage.begin());
    ring.producer_waiting = state.producerWaiting;
    ring.consumer_waiting = state.consumerWaiting;
    __atomic_store_n(&ring.tail, state.tail, __ATOMIC_RELEASE);
    __atomic_store_n(&ring.head, state.head, __ATOMIC_RELEASE);
    return {};
}

} // namespace

bool isZero(std::span<const std::byte> bytes) {
    std::uint64_t first;
    std::memcpy(&first, bytes.data(), sizeof first);
    return first == 0 && std::memcmp(bytes.data(), bytes.data() + sizeof first, bytes.size() - sizeof first) == 0;
}

bool isTransferred(const CommonData& common, std::uint64_t arenaSize, std::uint64_t address, std::uint64_t size) {
    const auto within = [&](std::uint64_t start, std::uint64_t length) {
        const std::uint64_t offset = address - start; // wraps below the start, and is too large then
        return offset <= length && size <= length - offset;
    };
    return within(static_cast<std::uint64_t>(common.address), common.size) || within(DYAD_ARENA_BASE, arenaSize);
}

Result<void> checkThreadState(const ThreadState& thread, std::uint64_t arenaSize) {
    constexpr std::uint32_t kAllFlags =
        DYAD_FP_INVALID | DYAD_FP_DIVIDE | DYAD_FP_OVERFLOW | DYAD_FP_UNDERFLOW | DYAD_FP_INEXACT;
    if (thread.rounding > DYAD_ROUND_ZERO) return Error{fmt::format("unknown rounding mode {}", thread.rounding)};
    if (thread.fpFlags & ~kAllFlags) return Error{fmt::format("unknown floating-point flags {:#x}", thread.fpFlags)};
    const std::uint64_t align = thread.blockAlign, offset = thread.blockAddress - DYAD_ARENA_BASE;
    if (align == 0 || (align & (align - 1)) || thread.blockAddress % align)
        return Error{
            fmt::format("the block of thread-locals at {:#x} is not aligned to {}", thread.blockAddress, align)};
    if (thread.blockAddress < DYAD_ARENA_BASE || offset > arenaSize || thread.blockSize > arenaSize - offset)
        return Error{fmt::format("the block of thread-locals, {} bytes at {:#x}, lies outside the arena",
                                 thread.blockSize, thread.blockAddress)};
    return {};
}

Result<ThreadState> readThreadState(GuestMemory& memory) {
    const dyad_migration& migration = controlOf(memory).migration;
    const ThreadState thread{
        .atCall = migration.at_call != 0,
        .rounding = migration.rounding,
        .fpFlags = migration.fp_flags,
        .clockNs = migration.clock_ns,
        .cpuTimeNs = migration.cpu_time_ns,
        .blockAddress = migration.thread_block,
        .blockSize = migration.thread_block_size,
        .blockAlign = migration.thread_block_align,
    };
    if (auto checked = checkThreadState(thread, memory.plan().arenaSize); !checked)
        return std::move(checked.error()).in("the guest's state is wrong");
    return thread;
}

void writeThreadState(const ThreadState& thread, GuestMemory& memory) {
    dyad_migration& migration = controlOf(memory).migration;
    migration.at_call = thread.atCall;
    migration.rounding = thread.rounding;
    migration.fp_flags = thread.fpFlags;
    migration.clock_ns = thread.clockNs;
    migration.cpu_time_ns = thread.cpuTimeNs;
    migration.thread_block = thread.blockAddress;
    migration.thread_block_size = thread.blockSize;
    migration.thread_block_align = thread.blockAlign;
}

Result<RingStates> readRings(const ControlArea& area) {
    auto tx = readRing(area.control->tx, area.tx, "to the monitor");
    if (!tx) return tx.error();
    auto rx = readRing(area.control->rx, area.rx, "to the guest");
    if (!rx) return rx.error();
    return RingStates{*std::move(tx), *std::move(rx)};
}

Result<void> writeRings(const RingStates& rings, const ControlArea& area) {
    if (auto written = writeRing(rings[0], area.control->tx, area.tx, "to the monitor"); !written) return written;
    return writeRing(rings[1], area.control->rx, area.rx, "to the guest");
}

Result<CommonData> CommonData::of(const Manifest& manifest) {
    std::array<CommonData, 2> found;
    for (Isa isa : kIsas) {
        CommonData& common = found[static_cast<std::size_t>(isa)];
        for (const Region& region : manifest.regions[static_cast<std::size_t>(isa)]) {
            if (!region.common || region.protection != "rw") continue;
            if (common.size) return Error{"the image has more than one region of common data"};
            common = {GuestAddress{region.address}, (region.size + kPage - 1) / kPage * kPage};
        }
    }
    const auto address = static_cast<std::uint64_t>(found[0].address);
    if (found[0].address != found[1].address || found[0].size != found[1].size)
        return Error{"the common data of the image's halves lies at different addresses"};
    if (found[0].size && (address % kPage || address < DYAD_COMMON_BASE || address > manifest.commonEnd ||
                          found[0].size > manifest.commonEnd - address))
        return Error{fmt::format("the image's common data, {} bytes at {:#x}, lies outside the common window",
                                 found[0].size, address)};
    return found[0];
}

RunCursor::RunCursor(GuestMemory& memory, const CommonData& common)
    : memory_(memory), regions_{{{static_cast<std::uint64_t>(common.address), offsetOf(common), common.size},
                                 {DYAD_ARENA_BASE, memory.plan().arenaOffset, memory.plan().arenaSize}}},
      at_(regions_[0].offset), dataEnd_(at_) {}

/// Goes on to what the memory file holds of the present region; false if that is nothing more.
Result<bool> RunCursor::findData() {
    const Region& region = regions_[region_];
    const std::uint64_t end = region.offset + region.size;
    if (at_ >= end) return false;
    const off_t data = lseek(memory_.fd(), static_cast<off_t>(at_), SEEK_DATA);
    if (data < 0 && errno == ENXIO) return false; // a hole up to the file's end
    const off_t hole = data < 0 ? data : lseek(memory_.fd(), data, SEEK_HOLE);
    if (hole < 0) return Error{fmt::format("cannot list the pages of the guest's memory: {}", std::strerror(errno))};
    at_ = roundDown(static_cast<std::uint64_t>(data), kPage);
    if (at_ >= end) return false;
    dataEnd_ = std::min(roundUp(static_cast<std::uint64_t>(hole), kPage), end);
    return true;
}

Result<std::optional<RunCursor::Run>> RunCursor::next() {
    for (;;) {
        const auto ram = memory_.ram();
        while (at_ < dataEnd_ && isZero(ram.subspan(at_, kPage)))
            at_ += kPage;
        if (at_ < dataEnd_) {
            const std::uint64_t start = at_;
            while (at_ < dataEnd_ && at_ - start < kMostInRun && !isZero(ram.subspan(at_, kPage)))
                at_ += kPage;
            const Region& region = regions_[region_];
            return std::optional(
                Run{GuestAddress{region.address + (start - region.offset)}, ram.subspan(start, at_ - start)});
        }
        auto more = findData();
        if (!more) return std::move(more.error());
        if (*more) continue;
        if (++region_ == regions_.size()) {
            --region_; // stays at the end
            at_ = dataEnd_ = regions_[region_].offset + regions_[region_].size;
            return std::optional<Run>();
        }
        at_ = dataEnd_ = regions_[region_].offset;
    }
}

Result<void> forEachRun(GuestMemory& memory, const CommonData& common, const TakePages& take) {
    RunCursor cursor(memory, common);
    for (;;) {
        auto run = cursor.next();
        if (!run) return std::move(run.error());
        if (!*run) return {};
        if (auto taken = take((*run)->address, (*run)->pages); !taken) return taken;
    }
}

Result<void> clearMemory(GuestMemory& memory, const CommonData& common) {
    if (auto cleared = clear(memory, offsetOf(common), common.size); !cleared) return cleared;
    return clear(memory, memory.plan().arenaOffset, memory.plan().arenaSize);
}

Result<std::uint64_t> offsetOfPages(const MemoryPlan& plan, const CommonData& common, GuestAddress address,
                                    std::uint64_t size) {
    const auto value = static_cast<std::uint64_t>(address);
    const std::uint64_t inCommon = value - static_cast<std::uint64_t>(common.address),
                        inArena = value - DYAD_ARENA_BASE;
    const auto fits = [&](std::uint64_t offset, std::uint64_t room) { return offset <= room && size <= room - offset; };
    if (fits(inCommon, common.size)) return offsetOf(common) + inCommon;
    if (fits(inArena, plan.arenaSize)) return plan.arenaOffset + inArena;
    return Error{fmt::format("{} bytes of pages at {:#x} lie neither in common data nor in the arena", size, value)};
}

Result<void> writeMemoryFile(int file, std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t n = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return Error{fmt::format("cannot write to the destination's memory: {}", std::strerror(errno))};
        bytes = bytes.subspan(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return {};
}

Result<void> writePages(GuestMemory& memory, const CommonData& common, GuestAddress address,
                        std::span<const std::byte> pages) {
    auto offset = offsetOfPages(memory.plan(), common, address, pages.size());
    if (!offset) return std::move(offset.error());
    return writeMemoryFile(memory.fd(), *offset, pages);
}

Result<void> clearPages(GuestMemory& memory, const CommonData& common, GuestAddress address, std::uint64_t size) {
    auto offset = offsetOfPages(memory.plan(), common, address, size);
    if (!offset) return std::move(offset.error());
    return clear(memory, *offset, size);
}

Result<CopiedMemory> copyMemory(GuestMemory& source, GuestMemory& destination, const CommonData& common) {
    if (source.plan().arenaSize != destination.plan().arenaSize)
        return Error{fmt::format("the arena of the destination has {} bytes: expected {}, as the source's",
                                 destination.plan().arenaSize, source.plan().arenaSize)};
    if (auto cleared = clearMemory(destination, common); !cleared) return cleared.error();
    CopiedMemory copied;
    auto done = forEachRun(source, common, [&](GuestAddress address, std::span<const std::byte> pages) {
        copied.pages += pages.size() / kPage;
        copied.bytes += pages.size();
        return writePages(destination, common, address, pages);
    });
    if (!done) return done.error();
    return copied;
}

} // namespace dyad
