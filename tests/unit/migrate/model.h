// A model of compiled programs with sites: random functions, where each ISA keeps their values, and native stacks as
// those functions would have left them. Written from docs/site-table.md and the psABIs, not from the code under test.
#pragma once

#include "image/site_table.h"
#include "machine/control_area.h"
#include "machine/guest_memory.h"
#include "migrate/frame_list.h"

#include <array>
#include <optional>
#include <random>

namespace dyad::test {

/// What the walk gets to see.
enum class Sense {
    sensible,
    wild, ///< shapes and locations that no compiler would make; every table is still valid
};

class Model {
  public:
    explicit Model(std::uint64_t seed, Sense sense = Sense::sensible, unsigned functions = 12);

    const SiteTable& table() const { return *table_; }

    /// A stack of `depth` frames, at least 2, the innermost at a call or at a point; values random.
    FrameList randomFrames(std::size_t depth, bool atCall);
    /// `frames` and one of __dyad_arrived inside.
    FrameList arrive(const FrameList& frames);

    /// Lays the frames out on the native stack of a guest that is stopped there; `resumed`: in resume functions. What
    /// frames do not say is random. Returns the addresses of their stops.
    std::vector<std::uint64_t> layOut(Isa isa, const FrameList& frames, GuestMemory& memory, bool resumed = false);

    std::mt19937_64& random() { return random_; }
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool coin() { return below(2); }

  private:
    struct Value {
        std::uint8_t size;
        std::uint8_t bytes;                    ///< the rest of the value is zero
        std::optional<std::uint64_t> constant; ///< what it always is
    };
    struct Site {
        std::vector<Value> values;
        std::array<std::vector<std::size_t>, 2> stops; ///< by ISA: positions in stops_
    };
    /// A stop as code generation made it, and what it did not tell.
    struct Stop {
        SiteRecords::Stop record;
        std::uint64_t address;
        std::uint64_t frameSize; ///< CFA - stack pointer
        bool resume;             ///< in the resume function
        bool call;               ///< it makes a call there; points do in resume functions, when the program arrives
    };

    void addFunction(const std::string& name, bool outermost, std::vector<SiteKind> kinds);
    Stop makeStop(Isa isa, bool point, const Site& site);
    Stop makeWildStop(Isa isa, const Site& site);
    SiteLocation constantOf(std::uint64_t constant, SiteRecords::Stop& stop);
    void appendFrame(FrameList& frames, std::uint32_t site);

    std::mt19937_64 random_;
    const Sense sense_;
    SitePlan plan_;
    std::vector<Site> sites_;
    std::array<std::vector<Stop>, 2> stops_;
    std::vector<std::uint32_t> calls_, points_; ///< sites in the middle of a stack, and innermost ones
    std::vector<std::uint64_t> bytes_;          ///< of the table, aligned
    std::optional<SiteTable> table_;
};

/// Memory with a control area and, at the start of private RAM, a migration area.
GuestMemory makeMemory(std::uint64_t stackSize = 256 << 10, std::uint64_t migrationSize = 256 << 10);
dyad_control& controlOf(GuestMemory& memory);

/// Both have the same sites and values.
bool same(const FrameList& one, const FrameList& other);

} // namespace dyad::test
