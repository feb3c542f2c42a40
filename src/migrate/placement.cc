// Frame records: how large they are, how much stack rebuilding them takes, and writing them.
#include "migrate/placement.h"
#include "image/isa_registers.h"
#include "support/rounding.h"

#include <fmt/format.h>

#include <cstring>

namespace dyad {

namespace {

/// The start of a frame record; its values follow.
struct RecordHeader {
    std::uint64_t next; ///< address that this frame calls
    std::uint32_t site; ///< index in its function
    std::uint32_t size; ///< of the record
};
static_assert(sizeof(RecordHeader) == 16);

/// An entry of the list of points: address of the NOP, and of the code that stops there.
constexpr std::uint64_t kPointSize = sizeof(MigrationPoint);

/// How far the values of a stop lie above the stack pointer.
std::uint32_t reachAboveStackPointer(const SiteTable::Stop& stop, std::uint16_t stackPointer) {
    std::int64_t reach = 0;
    for (const SiteLocation& location : stop.locations)
        if (location.kind == LocationKind::Memory && location.reg == stackPointer)
            reach = std::max<std::int64_t>(reach, std::int64_t{location.number} + location.size);
    return static_cast<std::uint32_t>(reach);
}

/// How far the registers that a stop's function saved lie below its frame's end.
std::uint32_t savedArea(const SiteTable::Stop& stop) {
    std::int64_t area = 0;
    for (const SavedRegister& saved : stop.saved)
        area = std::max(area, -std::int64_t{saved.offset});
    return static_cast<std::uint32_t>(area);
}

/// Where records may go in the destination.
struct RecordSpace {
    std::uint64_t offset, size; ///< in RAM
};

Result<RecordSpace> findSpace(GuestMemory& memory) {
    const auto& control = *reinterpret_cast<const dyad_control*>(memory.control().data());
    // The guest can write to the control area: its words are read once, and lead nowhere but into its own private RAM.
    const std::uint64_t start = control.migration_offset, size = control.migration_size;
    const std::uint64_t points = control.migration.points_offset, count = control.migration.point_count;
    const MemoryPlan& plan = memory.plan();
    if (start < plan.privateOffset || start - plan.privateOffset > plan.privateSize ||
        size > plan.privateSize - (start - plan.privateOffset))
        return Error{
            fmt::format("the migration area, {} bytes at RAM offset {:#x}, lies outside private RAM", size, start)};
    std::uint64_t after = start;
    if (count) {
        const std::uint64_t bytes = count * kPointSize;
        if (points < start || points - start > size || bytes > size - (points - start))
            return Error{fmt::format("the list of {} migration points at RAM offset {:#x} lies outside the migration "
                                     "area",
                                     count, points)};
        after = points + bytes;
    }
    after = roundUp(after, 8);
    return RecordSpace{after, start + size > after ? start + size - after : 0};
}

} // namespace

Result<FramePlacement> FramePlacement::make(const SiteTable& table, Isa destination) {
    FramePlacement placement(table, destination);
    std::vector<std::uint32_t> reach(table.functionCount()); // of all stops of a function
    const auto stackPointer = static_cast<std::uint16_t>(stackPointerRegister(destination));
    for (std::uint32_t i = 0; i < table.stopCount(destination); ++i) {
        const SiteTable::Stop stop = table.stop(destination, i);
        std::uint32_t& most = reach[table.site(stop.site).function];
        most = std::max(most, reachAboveStackPointer(stop, stackPointer));
    }
    placement.stackOf_.resize(table.siteCount());
    for (std::uint32_t i = 0; i < table.stopCount(destination); ++i) {
        const SiteTable::Stop stop = table.stop(destination, i);
        // With a frame pointer the frame's size is recorded nowhere: from the highest spill slot known, saved registers
        // and what aligning may lose.
        constexpr std::uint32_t kRealigned = 128;
        const std::uint32_t size = stop.cfaRegister == stackPointer
                                       ? static_cast<std::uint32_t>(std::max(stop.cfaOffset, 0))
                                       : reach[table.site(stop.site).function] + savedArea(stop) + kRealigned;
        placement.stackOf_[stop.site] = std::max(placement.stackOf_[stop.site], size);
    }
    for (std::uint32_t i = 0; i < table.functionCount(); ++i)
        if (table.function(i).name == kArrivedFunction) placement.arrived_ = table.functionAddress(destination, i);
    if (!placement.arrived_)
        return Error{fmt::format("the {} half cannot take frames: its site table has no '{}'", name(destination),
                                 kArrivedFunction)};
    return placement;
}

std::uint64_t FramePlacement::stackNeeded(const FrameList& frames) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < frames.size(); ++i)
        sum += stackOf_[frames.site(i)];
    return roundUp(sum, DYAD_PAGE_SIZE);
}

std::uint64_t FramePlacement::recordsSize(const FrameList& frames) {
    return frames.size() * sizeof(RecordHeader) + frames.valueBytes();
}

Result<void> FramePlacement::place(const FrameList& frames, GuestMemory& destination) const {
    if (frames.empty()) return Error{"there are no frames to resume from"};
    const auto space = findSpace(destination);
    if (!space) return space.error();
    const std::uint64_t size = recordsSize(frames);
    if (size > space->size)
        return Error{fmt::format("{} frames need {} bytes of records: the destination has room for {}", frames.size(),
                                 size, space->size)};
    std::byte* to = destination.ram().data() + space->offset;
    std::uint32_t entry = 0, function = table_.site(frames.site(0)).function;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const std::uint32_t resume = table_.resumeAddress(isa_, function);
        if (!resume)
            return Error{
                fmt::format("'{}' has no resume function in the {} half", table_.function(function).name, name(isa_))};
        if (i == 0) entry = resume;
        const std::uint32_t index = table_.site(frames.site(i)).index;
        std::uint32_t next = arrived_;
        if (i + 1 < frames.size()) {
            function = table_.site(frames.site(i + 1)).function;
            next = table_.resumeAddress(isa_, function);
        }
        const auto values = frames.values(i);
        const RecordHeader header{next, index, static_cast<std::uint32_t>(sizeof(RecordHeader) + values.size())};
        std::memcpy(to, &header, sizeof header);
        std::ranges::copy(values, to + sizeof header);
        to += header.size;
    }
    auto& migration = reinterpret_cast<dyad_control*>(destination.control().data())->migration;
    migration.frames_address = DYAD_IMAGE_BASE + space->offset;
    migration.frames_size = size;
    migration.entry = entry;
    return {};
}

} // namespace dyad
