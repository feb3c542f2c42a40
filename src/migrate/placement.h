// Turns frames into the frame records from which a destination rebuilds its native stack. Specification:
// docs/migration.md, section 2.
#pragma once

#include "machine/guest_memory.h"
#include "migrate/frame_list.h"

namespace dyad {

/// What is needed of a table to place frames on one ISA; made once for many moves.
class FramePlacement {
  public:
    /// Fails if the table has no __dyad_arrived. `table` must outlive the placement.
    static Result<FramePlacement> make(const SiteTable& table, Isa destination);

    /// Bytes of native stack that the rebuilt frames take, rounded up to whole pages: an upper estimate, without what
    /// the innermost frame calls after that.
    std::uint64_t stackNeeded(const FrameList& frames) const;
    /// Bytes of the frame records: what the migration area must hold behind the list of points.
    static std::uint64_t recordsSize(const FrameList& frames);

    /// Writes the records into the migration area of a waiting destination, behind its list of points, and sets
    /// frames_address, frames_size and entry. Fails if there is no room; `destination` may not resume then.
    Result<void> place(const FrameList& frames, GuestMemory& destination) const;

  private:
    FramePlacement(const SiteTable& table, Isa isa) : table_(table), isa_(isa) {}
    SiteTable table_;
    Isa isa_;
    std::uint32_t arrived_ = 0;          ///< address of __dyad_arrived
    std::vector<std::uint32_t> stackOf_; ///< by site: bytes of native stack that a frame stopped there takes
};

} // namespace dyad
