// Requests, bitmaps and states of blocks (page_tracking.h). The guest is not trusted: whatever it stores, only blocks
// that exist are named, and only their memory is touched.
#include "machine/page_tracking.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace dyad {

namespace {

constexpr std::uint64_t kLargestBlock = 65536;
constexpr std::uint64_t kStatesPerWord = 32;
/// One bit of each state.
constexpr std::uint64_t kLowBits = 0x5555555555555555;

constexpr unsigned shiftOf(std::uint64_t block) {
    return static_cast<unsigned>(block % kStatesPerWord * 2);
}

/// Changes a block's state if it is `from`.
bool changeState(std::uint64_t* states, std::uint64_t block, dyad_block_state from, dyad_block_state to) {
    std::uint64_t* word = &states[block / kStatesPerWord];
    const std::uint64_t mask = std::uint64_t{3} << shiftOf(block);
    std::uint64_t old = __atomic_load_n(word, __ATOMIC_ACQUIRE);
    while ((old & mask) == std::uint64_t{from} << shiftOf(block))
        if (__atomic_compare_exchange_n(word, &old, (old & ~mask) | std::uint64_t{to} << shiftOf(block), false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
            return true;
    return false;
}

std::string describe(std::int32_t error) {
    if (error == -EBUSY) return "not in this state of the program";
    if (error == -EINVAL) return "the guest's common data or its room for bitmaps is another than expected";
    return std::strerror(-error);
}

} // namespace

PageTracking::PageTracking(Machine& machine, std::uint64_t commonAddress, std::uint64_t commonSize,
                           std::uint64_t blockSize)
    : machine_(&machine), commonAddress_(commonAddress), commonSize_(commonSize), blockSize_(blockSize),
      arenaOffset_(machine.memory.plan().arenaOffset), arenaSize_(machine.memory.plan().arenaSize),
      arenaFirst_((commonSize + blockSize - 1) / blockSize) {}

Result<PageTracking> PageTracking::of(Machine& machine, GuestAddress commonAddress, std::uint64_t commonSize,
                                      std::uint64_t blockSize) {
    const auto address = static_cast<std::uint64_t>(commonAddress);
    const MemoryPlan& plan = machine.memory.plan();
    if (blockSize < DYAD_PAGE_SIZE || blockSize > kLargestBlock || !std::has_single_bit(blockSize))
        return Error{fmt::format("blocks of {} bytes: expected a power of two from {} to {}", blockSize, DYAD_PAGE_SIZE,
                                 kLargestBlock)};
    if (address % DYAD_PAGE_SIZE || commonSize % DYAD_PAGE_SIZE ||
        !machine.memory.translate(commonAddress, commonSize) || address >= DYAD_ARENA_BASE)
        return Error{fmt::format("common data of {} bytes at {:#x}: expected pages of the image", commonSize, address)};
    PageTracking tracking(machine, address, commonSize, blockSize);
    if (tracking.count() > plan.trackedPages())
        return Error{fmt::format("the machine has room to track {} pages, the program has {}", plan.trackedPages(),
                                 tracking.count())};
    tracking.number_ = tracking.pages().request;
    return tracking;
}

// -- Numbering --

std::uint64_t PageTracking::ramOffset(std::uint64_t block) const {
    return block < arenaFirst_ ? commonAddress_ - DYAD_IMAGE_BASE + block * blockSize_
                               : arenaOffset_ + (block - arenaFirst_) * blockSize_;
}

std::span<std::byte> PageTracking::bytes(std::uint64_t block) {
    const std::uint64_t left = block < arenaFirst_ ? commonSize_ - block * blockSize_ : blockSize_;
    return machine_->memory.ram().subspan(ramOffset(block), std::min(left, blockSize_));
}

GuestAddress PageTracking::address(std::uint64_t block) const {
    return GuestAddress{block < arenaFirst_ ? commonAddress_ + block * blockSize_
                                            : DYAD_ARENA_BASE + (block - arenaFirst_) * blockSize_};
}

std::optional<std::uint64_t> PageTracking::blockOf(GuestAddress address) const {
    const std::uint64_t inCommon = static_cast<std::uint64_t>(address) - commonAddress_,
                        inArena = static_cast<std::uint64_t>(address) - DYAD_ARENA_BASE;
    if (inCommon < commonSize_) return inCommon / blockSize_;
    if (inArena < arenaSize_) return arenaFirst_ + inArena / blockSize_;
    return std::nullopt;
}

// -- Requests --

void PageTracking::ask(dyad_pages_mode mode) {
    dyad_pages& p = pages();
    if (mode_ == DYAD_PAGES_OFF) {
        p.common_address = commonAddress_;
        p.common_size = commonSize_;
        p.block_size = static_cast<std::uint32_t>(blockSize_);
        for (unsigned which : {0u, 1u})
            std::fill_n(words(machine_->memory.plan().dirtyOffset(which)), bitmapWords(), 0);
    }
    asked_ = mode;
    p.mode = mode;
    __atomic_store_n(&p.request, ++number_, __ATOMIC_SEQ_CST);
    machine_->interrupt();
}

Result<bool> PageTracking::answered() {
    dyad_pages& p = pages();
    if (__atomic_load_n(&p.answered, __ATOMIC_ACQUIRE) != number_) return false;
    if (const std::int32_t error = p.error)
        return Error{fmt::format("the guest refused to change how it watches its pages: {}", describe(error))};
    mode_ = asked_;
    return true;
}

// -- Write tracking --

std::uint64_t* PageTracking::words(std::uint64_t offset) const {
    return reinterpret_cast<std::uint64_t*>(machine_->memory.ram().data() + offset);
}

std::uint64_t* PageTracking::active() const {
    return words(machine_->memory.plan().dirtyOffset(pages().active & 1));
}
std::uint64_t* PageTracking::idle() const {
    return words(machine_->memory.plan().dirtyOffset(~pages().active & 1));
}

std::uint64_t PageTracking::countBits(const std::uint64_t* bits) const {
    std::uint64_t total = 0;
    for (std::uint64_t i = 0; i < bitmapWords(); ++i)
        total += static_cast<std::uint64_t>(std::popcount(__atomic_load_n(&bits[i], __ATOMIC_RELAXED)));
    return total;
}

/// Runs may go on from one word to the next.
Result<void> PageTracking::takeBits(const TakeBlocks& take,
                                    const std::function<std::uint64_t(std::uint64_t)>& takeWord) {
    std::uint64_t first = 0, end = 0; // the run so far
    const auto add = [&](std::uint64_t from, std::uint64_t to) -> Result<void> {
        from = std::min(from, count());
        to = std::min(to, count());
        if (from == end) {
            end = to;
            return {};
        }
        auto taken = end > first ? take(first, end - first) : Result<void>{};
        first = from;
        end = to;
        return taken;
    };
    for (std::uint64_t i = 0; i < bitmapWords(); ++i) {
        std::uint64_t word = takeWord(i);
        for (unsigned at = 0; word;) {
            at += static_cast<unsigned>(std::countr_zero(word >> at));
            const auto length = static_cast<unsigned>(std::countr_one(word >> at));
            if (auto added = add(i * 64 + at, i * 64 + at + length); !added) return added;
            at += length;
            word = at < 64 ? word >> at << at : 0;
        }
    }
    return end > first ? take(first, end - first) : Result<void>{};
}

Result<void> PageTracking::takeDirty(const TakeBlocks& take) {
    std::uint64_t* bits = idle();
    return takeBits(take, [bits](std::uint64_t i) { return bits[i] ? std::exchange(bits[i], 0) : 0; });
}

Result<void> PageTracking::takeDirtyOfStopped(const TakeBlocks& take) {
    std::uint64_t *bits = idle(), *more = active();
    return takeBits(take,
                    [bits, more](std::uint64_t i) { return (bits[i] ? std::exchange(bits[i], 0) : 0) | more[i]; });
}

// -- Missing blocks --

void PageTracking::setMissing(std::uint64_t first, std::uint64_t count) {
    std::uint64_t* states = words(machine_->memory.plan().stateOffset());
    const std::uint64_t end = first + count;
    while (first < end) {
        const std::uint64_t next = std::min(end, (first / kStatesPerWord + 1) * kStatesPerWord);
        std::uint64_t mask = kLowBits << shiftOf(first);
        if (next % kStatesPerWord) mask &= ~(~std::uint64_t{0} << shiftOf(next));
        states[first / kStatesPerWord] |= mask;
        first = next;
    }
}

bool PageTracking::isMissing(std::uint64_t block) const {
    const std::uint64_t* states = words(machine_->memory.plan().stateOffset());
    return (__atomic_load_n(&states[block / kStatesPerWord], __ATOMIC_ACQUIRE) >> shiftOf(block) & 3) !=
           DYAD_BLOCK_PRESENT;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> PageTracking::nextMissing(std::uint64_t from,
                                                                                 std::uint64_t most) const {
    const std::uint64_t* states = words(machine_->memory.plan().stateOffset());
    while (from < count()) {
        const std::uint64_t word = __atomic_load_n(&states[from / kStatesPerWord], __ATOMIC_RELAXED) & kLowBits;
        const std::uint64_t left = word >> shiftOf(from);
        if (left) {
            from += static_cast<std::uint64_t>(std::countr_zero(left)) / 2;
            break;
        }
        from = (from / kStatesPerWord + 1) * kStatesPerWord;
    }
    // The guest's word for a block that does not exist counts for nothing.
    std::uint64_t end = from;
    while (end < count() && end - from < most && isMissing(end))
        ++end;
    if (end == from) return std::nullopt;
    return std::pair(from, end - from);
}

std::uint64_t PageTracking::missingCount() const {
    const std::uint64_t* states = words(machine_->memory.plan().stateOffset());
    std::uint64_t total = 0;
    for (std::uint64_t i = 0; i < (count() + kStatesPerWord - 1) / kStatesPerWord; ++i)
        total += static_cast<std::uint64_t>(std::popcount(__atomic_load_n(&states[i], __ATOMIC_RELAXED) & kLowBits));
    return total;
}

std::optional<std::uint64_t> PageTracking::wanted() const {
    const std::uint64_t wanted = __atomic_load_n(&pages().wanted, __ATOMIC_SEQ_CST);
    if (wanted == 0 || wanted > count()) return std::nullopt;
    if (isMissing(wanted - 1)) return wanted - 1;
    machine_->ring(); // it came before the guest could be seen to wait for it
    return std::nullopt;
}

/// Blocks that are ARRIVING.
Result<void> PageTracking::storeArriving(std::uint64_t first, std::uint64_t count, std::span<const std::byte> content) {
    // By the file, not by our mapping of it: no page fault of ours.
    for (std::uint64_t done = 0; done < content.size();) {
        const ssize_t n = pwrite(machine_->memory.fd(), &content[done], content.size() - done,
                                 static_cast<off_t>(ramOffset(first) + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return Error{fmt::format("cannot write to the machine's memory: {}", std::strerror(errno))};
        done += static_cast<std::uint64_t>(n);
    }
    std::uint64_t* states = words(machine_->memory.plan().stateOffset());
    for (std::uint64_t block = first; block < first + count; ++block)
        changeState(states, block, DYAD_BLOCK_ARRIVING, DYAD_BLOCK_PRESENT);
    if (__atomic_load_n(&pages().wanted, __ATOMIC_SEQ_CST) - 1 - first < count) machine_->ring();
    return {};
}

Result<std::uint64_t> PageTracking::arrived(std::uint64_t first, std::uint64_t count,
                                            std::span<const std::byte> content) {
    const std::uint64_t start = ramOffset(first), end = first + count;
    const std::uint64_t size = ramOffset(end - 1) + bytes(end - 1).size() - start;
    if ((first < arenaFirst_ && end > arenaFirst_) || (!content.empty() && content.size() != size))
        return Error{fmt::format("{} bytes arrived for {} blocks of {}", content.size(), count, size)};
    std::uint64_t* states = words(machine_->memory.plan().stateOffset());
    std::uint64_t stored = 0;
    for (std::uint64_t block = first; block < end;) {
        std::uint64_t next = block;
        while (next < end && changeState(states, next, DYAD_BLOCK_MISSING, DYAD_BLOCK_ARRIVING))
            ++next;
        if (const std::uint64_t arriving = next - block) {
            const std::uint64_t from = ramOffset(block) - start,
                                to = ramOffset(next - 1) + bytes(next - 1).size() - start;
            const auto part = content.empty() ? content : content.subspan(from, to - from);
            if (auto put = storeArriving(block, arriving, part); !put) return std::move(put.error());
            stored += arriving;
        }
        block = next + 1; // the one at `next` is not missing
    }
    return stored;
}

PageTracking::Counters PageTracking::counters() const {
    const dyad_pages& p = pages();
    return {p.write_faults, p.missing_faults, p.waits, p.coarse};
}

} // namespace dyad
