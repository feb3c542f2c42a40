// What stays the same while a program changes its machines: the image, what the program was started with, and what is
// computed from them once.
#pragma once

#include "machine/machine.h"
#include "migrate/placement.h"
#include "migrate/state.h"

#include <array>

namespace dyad {

class Program {
  public:
    /// `image` must outlive the program. `setup` without points, request and skip: they are each machine's own.
    static Result<std::unique_ptr<Program>> make(const PairImage& image, ProgramSetup setup);

    const PairImage& image() const { return image_; }
    /// Full path of the image's file.
    std::string imagePath() const;
    const ProgramSetup& setup() const { return setup_; }
    const Installation& installation() const { return installation_; }
    /// Linked with sites: it can be captured and moved.
    bool movable() const { return image_.sites().has_value(); }

    // Only if movable().
    const SiteTable& sites() const { return *image_.sites(); }
    const CommonData& common() const { return common_; }
    const FramePlacement& placement(Isa isa) const { return *placements_[static_cast<int>(isa)]; }

    /// Plan of the machine that the program starts on.
    Result<MemoryPlan> planStart(std::uint64_t ramSize) const;
    /// Plan of a machine that takes the program over.
    Result<MemoryPlan> planDestination(std::uint64_t arenaSize, std::uint64_t stackSize,
                                       std::uint64_t recordsSize) const;

    /// Bytes of a migration area with the points of either half and frame records of `recordsSize` bytes.
    std::uint64_t migrationSize(std::uint64_t recordsSize) const;

    /// Starts a machine that runs the program from its beginning; `request` and `skip` as in ProgramSetup.
    Result<std::unique_ptr<Machine>> start(const MemoryPlan& plan, const MachineSetup& machine, std::uint32_t request,
                                           std::uint32_t skip) const;
    /// Starts a machine that waits for the program.
    Result<std::unique_ptr<Machine>> startDestination(const MemoryPlan& plan, const MachineSetup& machine) const;

  private:
    Program(const PairImage& image, ProgramSetup setup) : image_(image), setup_(std::move(setup)) {}
    std::span<const MigrationPoint> points(Isa isa) const;

    const PairImage& image_;
    ProgramSetup setup_;
    Installation installation_ = Installation::find();
    std::array<std::optional<FramePlacement>, kIsas.size()> placements_;
    CommonData common_;
};

} // namespace dyad
