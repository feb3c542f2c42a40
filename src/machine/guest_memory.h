// A machine's RAM as the monitor sees it: a shared memory file, mapped whole. Addresses that a guest supplies are of a
// type of their own, which becomes bytes only through a checked translation. Specification: docs/abi.md, "memory".
#pragma once

#include "machine/unique_fd.h"
#include "support/result.h"

#include <dyad/abi.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace dyad {

/// A virtual address of the guest. Nothing can be done with it but translate it.
enum class GuestAddress : std::uint64_t {};

/// Where things lie in RAM. Offsets and sizes in bytes, page aligned.
struct MemoryPlan {
    std::uint64_t ramSize = 0;
    std::uint64_t privateOffset = 0, privateSize = 0; ///< migration area, area of pages, page tables and native stack
    std::uint64_t migrationSize = 0;                  ///< of the migration area, at the start of private RAM
    std::uint64_t pagesSize = 0;                      ///< of the area of pages (docs/abi.md, section 9), behind it
    std::uint64_t stackSize = 0;                      ///< of the first native stack, inside private RAM
    std::uint64_t arenaOffset = 0, arenaSize = 0;

    /// Parts of the area of pages: RAM offsets. They have room for blocks of one page in all of RAM.
    std::uint64_t pagesOffset() const { return privateOffset + migrationSize; }
    std::uint64_t trackedPages() const { return ramSize / DYAD_PAGE_SIZE; }
    std::uint64_t dirtyOffset(unsigned which) const { return pagesOffset() + which * trackedPages() / 8; }
    std::uint64_t openOffset() const { return dirtyOffset(2); }
    std::uint64_t stateOffset() const { return dirtyOffset(3); }
    std::uint64_t protectionOffset() const { return dirtyOffset(5); }

    /// Lays out `ramSize` bytes for an image that ends at virtual address `imageEnd`. `stackSize` 0: 8 MiB, or an
    /// eighth of RAM if that is less. Fails, naming the least size that works, if the program would have no room.
    static Result<MemoryPlan> make(std::uint64_t ramSize, std::uint64_t imageEnd, std::uint64_t stackSize,
                                   std::uint64_t migrationSize = 0);
    /// The plan of a machine that takes over a program with an arena of `arenaSize` bytes: RAM is as large as it must be.
    static Result<MemoryPlan> makeForArena(std::uint64_t arenaSize, std::uint64_t imageEnd, std::uint64_t stackSize,
                                           std::uint64_t migrationSize);
};

class GuestMemory {
  public:
    /// Makes the memory file; its pages cost nothing until someone touches them.
    static Result<GuestMemory> create(const MemoryPlan &plan);
    /// Takes over a memory file that another process made by the same plan, for reading only.
    static Result<GuestMemory> attach(UniqueFd file, const MemoryPlan &plan);
    GuestMemory(GuestMemory &&other) noexcept;
    GuestMemory &operator=(GuestMemory &&) = delete;
    ~GuestMemory();

    int fd() const { return file_.get(); }
    const MemoryPlan &plan() const { return plan_; }
    std::span<std::byte> ram() { return {base_, plan_.ramSize}; }
    std::span<std::byte> control() { return ram().subspan(DYAD_CONTROL_ADDRESS - DYAD_IMAGE_BASE, DYAD_CONTROL_SIZE); }

    /// The bytes [address, address + size) if all of them are RAM, in one of the two windows of the address map.
    std::optional<std::span<std::byte>> translate(GuestAddress address, std::uint64_t size);

  private:
    GuestMemory(UniqueFd file, std::byte *base, const MemoryPlan &plan);
    UniqueFd file_;
    std::byte *base_;
    MemoryPlan plan_;
};

} // namespace dyad
