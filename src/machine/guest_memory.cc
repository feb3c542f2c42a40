// The memory file, the plan of what lies where in it, and checked access.
#include "machine/guest_memory.h"

#include "support/rounding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace dyad {

namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kArenaAlign = 2 * kMiB;
/// What a program needs besides its image and stack: thread-locals, the libOS's own heap, a first portable stack.
constexpr std::uint64_t kLeastArena = 2 * kMiB;
constexpr std::uint64_t kLeastStack = 16 * 1024;
/// Image addresses end here, and private RAM is mapped at image addresses.
constexpr std::uint64_t kPrivateLimit = DYAD_IMAGE_LIMIT - DYAD_IMAGE_BASE;
constexpr std::uint64_t kMostArena = DYAD_ARENA_LIMIT - DYAD_ARENA_BASE;

/// Page tables and the guard page below the native stack (docs/abi.md, section 2).
constexpr std::uint64_t tableSpace(std::uint64_t ramSize) {
    return DYAD_PAGE_SIZE *
           (17 + roundUp(ramSize, 2 * kMiB) / (2 * kMiB) + roundUp(ramSize, 1024 * kMiB) / (1024 * kMiB));
}

/// Five bits a page (two bitmaps, which blocks are open, two bits of state), and the protection that the program wants.
constexpr std::uint64_t pagesSpace(std::uint64_t ramSize) {
    return roundUp(5 * (ramSize / DYAD_PAGE_SIZE / 8) + ramSize / (2 * kMiB) * 257, DYAD_PAGE_SIZE);
}

MemoryPlan layOut(std::uint64_t ramSize, std::uint64_t imageEnd, std::uint64_t stackSize,
                  std::uint64_t migrationSize) {
    MemoryPlan plan;
    plan.ramSize = ramSize;
    plan.migrationSize = roundUp(migrationSize, DYAD_PAGE_SIZE);
    if (!stackSize) stackSize = std::min(8 * kMiB, ramSize / 8);
    plan.stackSize = std::max<std::uint64_t>(roundUp(stackSize, DYAD_PAGE_SIZE), kLeastStack);
    plan.privateOffset = roundUp(imageEnd - DYAD_IMAGE_BASE, DYAD_PAGE_SIZE);
    plan.pagesSize = pagesSpace(ramSize);
    plan.arenaOffset = roundUp(plan.privateOffset + plan.migrationSize + plan.pagesSize + plan.stackSize +
                                   tableSpace(ramSize),
                               kArenaAlign);
    plan.privateSize = plan.arenaOffset - plan.privateOffset; // what rounding left over is private RAM's
    plan.arenaSize = ramSize > plan.arenaOffset ? ramSize - plan.arenaOffset : 0;
    return plan;
}

Result<void> checkAddresses(std::uint64_t imageEnd, std::uint64_t stackSize, std::uint64_t migrationSize) {
    if (imageEnd >= DYAD_COMMON_BASE && imageEnd <= DYAD_IMAGE_LIMIT && stackSize <= kMostArena &&
        migrationSize <= kMostArena)
        return {};
    return Error{fmt::format("image ends at {:#x} with a stack of {:#x} and a migration area of {:#x} bytes: outside the "
                             "address map",
                             imageEnd, stackSize, migrationSize)};
}

Result<void> checkPrivate(const MemoryPlan &plan) {
    if (plan.arenaOffset <= kPrivateLimit) return {};
    return Error{fmt::format("image and native stack end at {:#x}: at most {:#x} of RAM can hold them",
                             plan.arenaOffset, kPrivateLimit)};
}

} // namespace

Result<MemoryPlan> MemoryPlan::make(std::uint64_t ramSize, std::uint64_t imageEnd, std::uint64_t stackSize,
                                    std::uint64_t migrationSize) {
    if (ramSize > kMostArena)
        return Error{fmt::format("{} MiB of memory: at most {} MiB work", ramSize / kMiB, kMostArena / kMiB)};
    if (auto checked = checkAddresses(imageEnd, stackSize, migrationSize); !checked) return std::move(checked.error());
    const std::uint64_t asked = ramSize;
    ramSize = roundUp(ramSize, kArenaAlign);
    MemoryPlan plan = layOut(ramSize, imageEnd, stackSize, migrationSize);
    if (auto checked = checkPrivate(plan); !checked) return std::move(checked.error());
    if (plan.arenaSize >= kLeastArena) return plan;
    std::uint64_t least = ramSize + kArenaAlign;
    while (layOut(least, imageEnd, stackSize, migrationSize).arenaSize < kLeastArena)
        least += kArenaAlign;
    return Error{fmt::format("{} of memory is too small for this image: it needs at least {}M",
                             asked % kMiB ? fmt::format("{} bytes", asked) : fmt::format("{}M", asked / kMiB),
                             least / kMiB)};
}

Result<MemoryPlan> MemoryPlan::makeForArena(std::uint64_t arenaSize, std::uint64_t imageEnd, std::uint64_t stackSize,
                                            std::uint64_t migrationSize) {
    if (auto checked = checkAddresses(imageEnd, stackSize, migrationSize); !checked) return std::move(checked.error());
    if (arenaSize < kLeastArena || arenaSize > kMostArena || arenaSize % kArenaAlign != 0 || stackSize == 0)
        return Error{fmt::format("an arena of {:#x} bytes with a stack of {:#x}: outside the address map", arenaSize,
                                 stackSize)};
    // More RAM needs more page tables, which need more RAM.
    std::uint64_t ramSize = arenaSize;
    MemoryPlan plan;
    while ((plan = layOut(ramSize, imageEnd, stackSize, migrationSize)).arenaSize < arenaSize)
        ramSize += arenaSize - plan.arenaSize;
    if (auto checked = checkPrivate(plan); !checked) return std::move(checked.error());
    return plan;
}

GuestMemory::GuestMemory(UniqueFd file, std::byte *base, const MemoryPlan &plan)
    : file_(std::move(file)), base_(base), plan_(plan) {}

GuestMemory::GuestMemory(GuestMemory &&other) noexcept
    : file_(std::move(other.file_)), base_(std::exchange(other.base_, nullptr)), plan_(other.plan_) {}

GuestMemory::~GuestMemory() {
    if (base_) munmap(base_, plan_.ramSize);
}

Result<GuestMemory> GuestMemory::create(const MemoryPlan &plan) {
    UniqueFd file(memfd_create("dyad-ram", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file) return Error{fmt::format("cannot make the machine's memory: memfd_create: {}", std::strerror(errno))};
    if (ftruncate(file.get(), static_cast<off_t>(plan.ramSize)) != 0)
        return Error{fmt::format("cannot make {} bytes of memory: {}", plan.ramSize, std::strerror(errno))};
    // A machine that could shrink the file could make the monitor die of SIGBUS.
    if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return Error{fmt::format("cannot seal the machine's memory: {}", std::strerror(errno))};
    void *base = mmap(nullptr, plan.ramSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file.get(), 0);
    if (base == MAP_FAILED)
        return Error{fmt::format("cannot map {} bytes of memory: {}", plan.ramSize, std::strerror(errno))};
    return GuestMemory(std::move(file), static_cast<std::byte *>(base), plan);
}

Result<GuestMemory> GuestMemory::attach(UniqueFd file, const MemoryPlan &plan) {
    struct stat status;
    if (fstat(file.get(), &status) != 0 || static_cast<std::uint64_t>(status.st_size) != plan.ramSize)
        return Error{fmt::format("the memory file is not of the announced size, {} bytes", plan.ramSize)};
    void *base = mmap(nullptr, plan.ramSize, PROT_READ, MAP_SHARED | MAP_NORESERVE, file.get(), 0);
    if (base == MAP_FAILED)
        return Error{fmt::format("cannot map {} bytes of memory: {}", plan.ramSize, std::strerror(errno))};
    return GuestMemory(std::move(file), static_cast<std::byte *>(base), plan);
}

std::optional<std::span<std::byte>> GuestMemory::translate(GuestAddress address, std::uint64_t size) {
    auto value = static_cast<std::uint64_t>(address);
    auto window = [&](std::uint64_t base, std::uint64_t length,
                      std::uint64_t offset) -> std::optional<std::span<std::byte>> {
        // Written so that no sum can wrap.
        if (value < base || value - base > length || size > length - (value - base)) return std::nullopt;
        return ram().subspan(offset + (value - base), size);
    };
    std::uint64_t imageWindow = std::min<std::uint64_t>(plan_.arenaOffset, DYAD_IMAGE_LIMIT - DYAD_IMAGE_BASE);
    if (auto bytes = window(DYAD_IMAGE_BASE, imageWindow, 0)) return bytes;
    return window(DYAD_ARENA_BASE, plan_.arenaSize, plan_.arenaOffset);
}

} // namespace dyad
