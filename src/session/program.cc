// Starting machines for a program, at its beginning or in the middle.
#include "session/program.h"

#include <algorithm>
#include <filesystem>

namespace dyad {

Result<std::unique_ptr<Program>> Program::make(const PairImage& image, ProgramSetup setup) {
    std::unique_ptr<Program> program(new Program(image, std::move(setup)));
    if (!program->movable()) return program;
    auto common = CommonData::of(image.manifest());
    if (!common) return std::move(common.error()).in(image.path());
    program->common_ = *common;
    for (Isa isa : kIsas) {
        auto placement = FramePlacement::make(program->sites(), isa);
        if (!placement) return std::move(placement.error()).in(image.path());
        program->placements_[static_cast<std::size_t>(isa)].emplace(std::move(*placement));
    }
    return program;
}

std::string Program::imagePath() const {
    std::error_code error;
    auto path = std::filesystem::absolute(image_.path(), error);
    return error ? image_.path() : path.string();
}

std::span<const MigrationPoint> Program::points(Isa isa) const {
    return movable() ? sites().points(isa) : std::span<const MigrationPoint>();
}

std::uint64_t Program::migrationSize(std::uint64_t recordsSize) const {
    constexpr std::uint64_t kRecordAlign = 8;
    std::size_t most = 0;
    for (Isa isa : kIsas)
        most = std::max(most, points(isa).size_bytes());
    return most + kRecordAlign + recordsSize;
}

Result<MemoryPlan> Program::planStart(std::uint64_t ramSize) const {
    const Manifest& manifest = image_.manifest();
    return MemoryPlan::make(ramSize, manifest.imageEnd, manifest.stackSize, movable() ? migrationSize(0) : 0);
}

Result<MemoryPlan> Program::planDestination(std::uint64_t arenaSize, std::uint64_t stackSize,
                                            std::uint64_t recordsSize) const {
    return MemoryPlan::makeForArena(arenaSize, image_.manifest().imageEnd, stackSize, migrationSize(recordsSize));
}

Result<std::unique_ptr<Machine>> Program::start(const MemoryPlan& plan, const MachineSetup& machine,
                                                std::uint32_t request, std::uint32_t skip) const {
    ProgramSetup setup = setup_;
    setup.points = points(machine.isa);
    setup.request = request;
    setup.skip = skip;
    return startMachine(image_, plan, setup, machine, installation_);
}

Result<std::unique_ptr<Machine>> Program::startDestination(const MemoryPlan& plan, const MachineSetup& machine) const {
    ProgramSetup setup = setup_;
    setup.points = points(machine.isa);
    // The files were copied in on the first machine.
    setup.flags = (setup.flags & ~std::uint64_t(DYAD_FLAG_FILES_IN)) | DYAD_FLAG_RESUME;
    return startMachine(image_, plan, setup, machine, installation_);
}

} // namespace dyad
