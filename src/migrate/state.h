// Moves what a stopped program has in memory, apart from its native stack, from one machine to another: common data,
// the arena's pages in use, both rings. Specification: docs/migration.md, section 4.
#pragma once

#include "image/pair_image.h"
#include "machine/control_area.h"
#include "machine/guest_memory.h"
#include "support/result.h"

#include <array>
#include <functional>
#include <optional>
#include <vector>

namespace dyad {

/// What a stopped thread has besides memory and frames. Checked: everything is in range.
struct ThreadState {
    bool atCall = false;
    std::uint32_t rounding = 0, fpFlags = 0;                       ///< enum dyad_rounding, enum dyad_fp_flag
    std::uint64_t clockNs = 0;                                     ///< __dyad_clock when it stopped
    std::uint64_t cpuTimeNs = 0;                                   ///< UINT64_MAX if unknown
    std::uint64_t blockAddress = 0, blockSize = 0, blockAlign = 0; ///< of thread-locals
    bool operator==(const ThreadState&) const = default;
};

/// Fails if the guest's part of it makes no sense with an arena of that size.
Result<void> checkThreadState(const ThreadState& thread, std::uint64_t arenaSize);
/// Reads it from a stopped guest, and checks it.
Result<ThreadState> readThreadState(GuestMemory& memory);
/// Writes it to a waiting guest. The caller has set clockNs to the time at which the program goes on.
void writeThreadState(const ThreadState& thread, GuestMemory& memory);

/// One ring: what was produced and not consumed yet, and its counters.
struct RingState {
    std::uint64_t head = 0, tail = 0;
    bool producerWaiting = false, consumerWaiting = false;
    std::vector<std::byte> bytes; ///< head - tail of them
    bool operator==(const RingState&) const = default;
};
/// Both rings: guest to monitor, monitor to guest.
using RingStates = std::array<RingState, 2>;

/// Fails if a counter is wrong.
Result<RingStates> readRings(const ControlArea& area);
/// Fails if they do not fit.
Result<void> writeRings(const RingStates& rings, const ControlArea& area);

/// The read-write data of the common window, in whole pages.
struct CommonData {
    GuestAddress address{};
    std::uint64_t size = 0;
    static Result<CommonData> of(const Manifest& manifest);
};

/// Whether these bytes lie in common data or in an arena of that size.
bool isTransferred(const CommonData& common, std::uint64_t arenaSize, std::uint64_t address, std::uint64_t size);

/// Whether all bytes, at least 8, are zero.
bool isZero(std::span<const std::byte> bytes);

/// Calls `take` for each run of pages that are not zero throughout, in rising order of address: common data, then the
/// arena. Runs have at most 1 MiB and do not cross a gap. Pages that were never touched are not even looked at.
using TakePages = std::function<Result<void>(GuestAddress address, std::span<const std::byte> pages)>;
Result<void> forEachRun(GuestMemory& memory, const CommonData& common, const TakePages& take);

/// The same runs one after the other, for whoever cannot take all at once.
class RunCursor {
  public:
    struct Run {
        GuestAddress address;
        std::span<const std::byte> pages;
    };
    RunCursor(GuestMemory& memory, const CommonData& common);
    /// The next run, or nothing at the end.
    Result<std::optional<Run>> next();

  private:
    struct Region {
        std::uint64_t address, offset, size;
    };
    Result<bool> findData();
    GuestMemory& memory_;
    std::array<Region, 2> regions_;
    std::size_t region_ = 0;
    std::uint64_t at_, dataEnd_; ///< offsets in the memory file; what lies between them exists
};

/// Where in the memory file whole pages lie; fails if that is neither in common data nor in the arena.
Result<std::uint64_t> offsetOfPages(const MemoryPlan& plan, const CommonData& common, GuestAddress address,
                                    std::uint64_t size);
/// Writes to a machine's memory by the file, not by a mapping of it: no page fault for each page (measured: 1.3 us a
/// page instead of 2.3).
Result<void> writeMemoryFile(int file, std::uint64_t offset, std::span<const std::byte> bytes);

/// Makes common data and arena zero throughout.
Result<void> clearMemory(GuestMemory& memory, const CommonData& common);
/// Writes whole pages; fails if they do not lie in common data or in the arena.
Result<void> writePages(GuestMemory& memory, const CommonData& common, GuestAddress address,
                        std::span<const std::byte> pages);

/// Makes whole pages zero; fails as writePages().
Result<void> clearPages(GuestMemory& memory, const CommonData& common, GuestAddress address, std::uint64_t size);

struct CopiedMemory {
    std::uint64_t pages = 0, bytes = 0;
};

/// Copies common data and arena. Arenas must be of one size. Everything else in the destination's arena and common
/// data becomes zero.
Result<CopiedMemory> copyMemory(GuestMemory& source, GuestMemory& destination, const CommonData& common);

} // namespace dyad
