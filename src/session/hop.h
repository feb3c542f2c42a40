// `dyad run --hop`: moves the program again and again, for testing. Every move is self-tested.
#pragma once

#include "session/mover.h"

#include <random>
#include <string>
#include <vector>

namespace dyad {

struct HopPlan {
    std::uint64_t everyNs = 0;        ///< time between an arrival and the next request; 0: by points
    bool random = false;              ///< any time up to twice everyNs
    std::uint32_t points = 0;         ///< a move at every so many migration points that the program reaches; 0: by time
    std::uint64_t count = UINT64_MAX; ///< most moves
    std::uint64_t least = 0;          ///< fewer than these are a failure
    bool sameIsa = false;             ///< stay on one ISA

    /// "every=20ms,count=100", "points=1000,isa=same,min=5".
    static Result<HopPlan> parse(const std::string& text);
};

class Hopper : public LoopPart {
  public:
    Hopper(HopPlan plan, Mover& mover, Monitor& monitor);

    /// What dyad_migration.request and skip must be when the first machine starts.
    static std::uint32_t firstRequest(const HopPlan& plan);
    static std::uint32_t firstSkip(const HopPlan& plan);

    /// The program comes from a checkpoint and is stopped: points are counted from there.
    void restored();

    Result<void> step() override;
    void addEntries(std::vector<pollfd>&) const override {}
    std::uint64_t nextTurn() const override;
    /// Fails if there were fewer moves than the plan demands.
    Result<void> checkCount() const;

  private:
    void ask(bool atStart);
    void askIfPossible();
    std::uint64_t nextTime();
    void onFailure(const MoveFailure& failure);

    HopPlan plan_;
    Mover& mover_;
    Monitor& monitor_;
    std::uint64_t done_ = 0, nextNs_ = UINT64_MAX;
    bool begun_ = false;
    bool waits_ = false; ///< for memory that is still arriving
    std::optional<Error> failure_;
    std::minstd_rand random_{std::random_device()()};
};

} // namespace dyad
