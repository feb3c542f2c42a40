// Random programs with sites, and the native stacks they leave.
#include "model.h"

#include "image/isa_registers.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>

namespace dyad::test {

namespace {

constexpr std::uint64_t kFunctionSize = 0x2000;

/// What a symbol's name stands for: "f7", "f7.resume".
std::optional<std::uint64_t> addressOf(void* context, Isa isa, std::string_view name) {
    const auto& plan = *static_cast<const SitePlan*>(context);
    for (std::size_t i = 0; i < plan.functions.size(); ++i) {
        if (plan.functions[i].name == name) return 0x40400000 + i * kFunctionSize;
        if (plan.functions[i].resume == name) return (isa == Isa::x86_64 ? 0x48000000 : 0x49000000) + i * kFunctionSize;
    }
    return std::nullopt;
}

/// General registers that calls preserve, without the stack pointer; the last one is the frame pointer.
std::vector<std::uint16_t> preservedRegisters(Isa isa) {
    if (isa == Isa::x86_64) return {3, 12, 13, 14, 15, 6};
    return {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29};
}

/// Vector registers whose low halves calls preserve.
std::vector<std::uint16_t> preservedVectors(Isa isa) {
    if (isa == Isa::x86_64) return {};
    return {72, 73, 74, 75, 76, 77, 78, 79};
}

std::vector<std::uint16_t> allVectors(Isa isa) {
    std::vector<std::uint16_t> all;
    for (std::uint16_t reg = 0; reg < 128; ++reg)
        if (vectorRegister(isa, reg)) all.push_back(reg);
    return all;
}

bool contains(const auto& list, const auto& value) {
    return std::ranges::find(list, value) != list.end();
}

} // namespace

Model::Model(std::uint64_t seed, Sense sense, unsigned functions) : random_(seed), sense_(sense) {
    addFunction("__dyad_start", true, {SiteKind::Call});
    addFunction("__dyad_arrived", false, {SiteKind::Call});
    for (unsigned i = 0; i < functions; ++i) {
        std::vector<SiteKind> kinds{i % 2 ? SiteKind::Call : SiteKind::Point};
        for (std::uint64_t more = below(4); more > 0; --more)
            kinds.push_back(coin() ? SiteKind::Call : SiteKind::Point);
        addFunction("f" + std::to_string(i), false, kinds);
    }
    std::array<SiteRecords, 2> records;
    for (Isa isa : kIsas) {
        const auto half = static_cast<std::size_t>(isa);
        std::uint32_t number = 0;
        for (const SitePlan::Function& function : plan_.functions) {
            std::uint32_t offsets[2] = {}; // in the function and its resume function
            for (const SitePlan::Site& planned : function.sites) {
                Site& site = sites_[number];
                // Where the site is in the function, in its resume function, and where code generation copied it; and
                // at points the call with which the program arrives there.
                const bool point = planned.kind == SiteKind::Point;
                std::vector<std::pair<bool, bool>> places{{false, !point}, {true, !point}, {coin(), !point}};
                if (point) places.emplace_back(true, true);
                for (const auto& [resume, call] : places) {
                    Stop stop = sense == Sense::sensible ? makeStop(isa, !call, site) : makeWildStop(isa, site);
                    stop.resume = resume;
                    stop.call = call;
                    stop.record.function = resume ? function.resume : function.name;
                    stop.record.site = number;
                    stop.record.offset = offsets[resume] += 4 + 4 * static_cast<std::uint32_t>(below(20));
                    stop.address = *addressOf(&plan_, isa, stop.record.function) + stop.record.offset;
                    site.stops[half].push_back(stops_[half].size());
                    records[half].stops.push_back(stop.record);
                    stops_[half].push_back(std::move(stop));
                }
                ++number;
            }
        }
    }
    auto bytes = makeSiteTable(plan_, records, addressOf, &plan_);
    if (!bytes) throw std::runtime_error(bytes.error().message);
    bytes_.resize(bytes->size() / 8);
    std::memcpy(bytes_.data(), bytes->data(), bytes->size());
    auto table = SiteTable::open(std::as_bytes(std::span(bytes_)));
    if (!table) throw std::runtime_error(table.error().message);
    table_ = *table;
}

void Model::addFunction(const std::string& name, bool outermost, std::vector<SiteKind> kinds) {
    SitePlan::Function function{name, name + ".resume", outermost, {}};
    for (SiteKind kind : kinds) {
        Site site;
        SitePlan::Site planned{kind, {}};
        for (std::uint64_t count = below(8); count > 0; --count) {
            constexpr std::uint8_t kSizes[] = {4, 8, 8, 8, 16, 32, 64};
            Value value{kSizes[below(std::size(kSizes))], 0, {}};
            value.bytes = value.size == 8 && below(4) == 0 ? 4 : value.size;
            if (value.bytes <= 8 && below(4) == 0) {
                value.constant = random_() >> below(64);
                if (value.bytes == 4) value.constant = *value.constant & 0xffffffff;
            }
            site.values.push_back(value);
            planned.valueSizes.push_back(value.size);
        }
        if (!outermost && plan_.functions.size() >= 2)
            (kind == SiteKind::Call ? calls_ : points_).push_back(static_cast<std::uint32_t>(sites_.size()));
        sites_.push_back(std::move(site));
        function.sites.push_back(std::move(planned));
    }
    plan_.functions.push_back(std::move(function));
}

SiteLocation Model::constantOf(std::uint64_t constant, SiteRecords::Stop& stop) {
    const auto narrow = static_cast<std::int32_t>(constant);
    if (static_cast<std::uint64_t>(std::int64_t{narrow}) == constant) return {LocationKind::Constant, 0, 0, narrow};
    stop.constants.push_back(constant);
    return {LocationKind::LargeConstant, 0, 0, static_cast<std::int32_t>(stop.constants.size() - 1)};
}

Model::Stop Model::makeStop(Isa isa, bool point, const Site& site) {
    Stop stop{};
    const bool x86 = isa == Isa::x86_64;
    const auto framePointer = preservedRegisters(isa).back();
    const bool usesFramePointer = coin();

    // Saved registers: from the frame's end down. The return address comes first, then the frame pointer.
    std::vector<std::uint16_t> saved;
    for (const auto& list : {preservedRegisters(isa), preservedVectors(isa)})
        for (std::uint16_t reg : list)
            if (reg != framePointer && coin()) saved.push_back(reg);
    std::ranges::shuffle(saved, random_);
    std::vector<std::uint16_t> stored{static_cast<std::uint16_t>(returnAddressRegister(isa))};
    if (usesFramePointer) stored.push_back(framePointer);
    stored.insert(stored.end(), saved.begin(), saved.end());
    for (std::size_t i = 0; i < stored.size(); ++i)
        stop.record.saved.push_back({stored[i], 0, -8 * static_cast<std::int32_t>(i + 1)});

    // Registers that may hold values.
    std::vector<std::uint16_t> general, vector, wide;
    for (std::uint16_t reg : saved)
        (reg < generalRegisterCount(isa) ? general : vector).push_back(reg);
    if (point) {
        for (std::uint16_t reg = 0; reg < generalRegisterCount(isa); ++reg)
            if (reg != stackPointerRegister(isa) && reg != returnAddressRegister(isa) &&
                !contains(preservedRegisters(isa), reg))
                general.push_back(reg);
        for (std::uint16_t reg : allVectors(isa))
            if (!contains(preservedVectors(isa), reg)) wide.push_back(reg);
    }
    for (auto* list : {&general, &vector, &wide})
        std::ranges::shuffle(*list, random_);

    std::uint64_t spilled = 0;
    std::vector<std::size_t> inMemory;
    for (const Value& value : site.values) {
        SiteLocation location{LocationKind::Register, value.bytes, 0, 0};
        const std::uint64_t most = x86 ? 64 : 16;
        const auto take = [&](std::vector<std::uint16_t>& list) {
            location.reg = list.back();
            list.pop_back();
        };
        if (value.constant && coin()) {
            location = constantOf(*value.constant, stop.record);
        } else if (value.size <= 8 && !general.empty() && coin()) {
            take(general);
        } else if (value.size <= 8 && !vector.empty() && coin()) {
            take(vector);
        } else if (value.size <= most && !wide.empty() && coin()) {
            take(wide);
        } else {
            inMemory.push_back(stop.record.locations.size());
            location.kind = LocationKind::Memory;
            location.number = static_cast<std::int32_t>(spilled);
            spilled += 8 * below(3) + std::max<std::uint64_t>(value.size, 8);
        }
        stop.record.locations.push_back(location);
    }

    stop.frameSize = (spilled + 8 * stored.size() + 15) / 16 * 16 + 16 * below(4);
    for (std::size_t i : inMemory) {
        SiteLocation& location = stop.record.locations[i];
        const bool byFramePointer = usesFramePointer && coin();
        location.reg = byFramePointer ? framePointer : static_cast<std::uint16_t>(stackPointerRegister(isa));
        if (byFramePointer) location.number -= static_cast<std::int32_t>(stop.frameSize) - 16;
    }
    stop.record.cfaRegister = usesFramePointer ? framePointer : static_cast<std::uint16_t>(stackPointerRegister(isa));
    stop.record.cfaOffset = usesFramePointer ? 16 : static_cast<std::int32_t>(stop.frameSize);
    return stop;
}

Model::Stop Model::makeWildStop(Isa isa, const Site& site) {
    Stop stop{};
    const auto offset = [&] {
        return coin() ? static_cast<std::int32_t>(below(64)) * 8 - 64 : static_cast<std::int32_t>(random_());
    };
    const auto reg = [&](bool values) {
        const auto vectors = allVectors(isa);
        if (values && coin()) return vectors[below(vectors.size())];
        return static_cast<std::uint16_t>(below(generalRegisterCount(isa)));
    };
    for (const Value& value : site.values) {
        SiteLocation location{coin() ? LocationKind::Register : LocationKind::Memory, value.bytes, 0, 0};
        location.reg = reg(location.kind == LocationKind::Register);
        if (location.kind == LocationKind::Memory)
            location.number = offset();
        else if (location.reg < generalRegisterCount(isa))
            location.size = std::min<std::uint8_t>(location.size, 8);
        if (value.size <= 8 && below(3) == 0) location = constantOf(random_(), stop.record);
        stop.record.locations.push_back(location);
    }
    for (std::uint64_t count = below(6); count > 0; --count)
        stop.record.saved.push_back({reg(true), 0, offset()});
    if (below(8)) stop.record.saved.push_back({static_cast<std::uint16_t>(returnAddressRegister(isa)), 0, -8});
    stop.record.cfaRegister = coin() ? static_cast<std::uint16_t>(stackPointerRegister(isa)) : reg(false);
    stop.record.cfaOffset = offset();
    stop.frameSize = 16 * below(16);
    return stop;
}

void Model::appendFrame(FrameList& frames, std::uint32_t number) {
    const Site& site = sites_[number];
    const std::size_t size =
        std::accumulate(site.values.begin(), site.values.end(), std::size_t{0},
                        [](std::size_t sum, const Value& value) { return sum + std::max<std::size_t>(value.size, 8); });
    std::byte* to = frames.append(number, size).data();
    for (const Value& value : site.values) {
        for (std::size_t i = 0; i < value.bytes; ++i)
            to[i] = static_cast<std::byte>(random_());
        if (value.constant) std::memcpy(to, &*value.constant, value.bytes);
        to += std::max<std::size_t>(value.size, 8);
    }
}

FrameList Model::randomFrames(std::size_t depth, bool atCall) {
    FrameList frames;
    appendFrame(frames, 0);
    while (frames.size() + 1 < depth)
        appendFrame(frames, calls_[below(calls_.size())]);
    const auto& last = atCall ? calls_ : points_;
    appendFrame(frames, last[below(last.size())]);
    return frames;
}

FrameList Model::arrive(const FrameList& frames) {
    FrameList more; // one that was captured cannot be appended to
    for (std::size_t i = 0; i < frames.size(); ++i)
        std::ranges::copy(frames.values(i), more.append(frames.site(i), frames.values(i).size()).begin());
    appendFrame(more, 1);
    return more;
}

std::vector<std::uint64_t> Model::layOut(Isa isa, const FrameList& frames, GuestMemory& memory, bool resumed) {
    const auto half = static_cast<std::size_t>(isa);
    const auto stackPointer = stackPointerRegister(isa), link = returnAddressRegister(isa);
    dyad_registers registers;
    const auto scramble = [&](void* bytes, std::size_t size) {
        for (std::size_t at = 0; at < size; at += 8) {
            const std::uint64_t word = random_();
            std::memcpy(static_cast<std::byte*>(bytes) + at, &word, std::min<std::size_t>(8, size - at));
        }
    };
    const MemoryPlan& plan = memory.plan();
    const std::uint64_t end = DYAD_IMAGE_BASE + plan.privateOffset + plan.privateSize;
    std::array<std::byte, 512> nowhere;
    const auto at = [&](std::uint64_t address, std::uint64_t size) {
        const std::uint64_t below = end - address;
        if (below >= size && below <= plan.stackSize) return memory.translate(GuestAddress{address}, size)->data();
        if (sense_ == Sense::sensible || size > nowhere.size())
            throw std::runtime_error("the stack is too small for the model");
        return nowhere.data();
    };
    scramble(&registers, sizeof registers);
    std::uint64_t& sp = registers.general[stackPointer];
    sp = end - 16 * below(8);
    std::uint64_t returnAddress = random_();
    std::vector<std::uint64_t> addresses;
    for (std::size_t frame = 0; frame < frames.size(); ++frame) {
        const Site& site = sites_[frames.site(frame)];
        const bool calls = frame + 1 < frames.size() || table_->site(frames.site(frame)).kind == SiteKind::Call;
        std::vector<const Stop*> stops;
        for (std::size_t position : site.stops[half])
            if (const Stop& stop = stops_[half][position]; stop.resume == resumed && stop.call == calls)
                stops.push_back(&stop);
        const Stop& stop = *stops[below(stops.size())];

        // The call, and the prologue.
        const std::uint64_t cfa = sp;
        if (isa == Isa::aarch64) registers.general[link] = returnAddress;
        sp = cfa - stop.frameSize;
        scramble(at(sp, stop.frameSize), stop.frameSize);
        std::vector<std::uint16_t> kept = preservedRegisters(isa); // what the function may not have changed
        for (std::uint16_t reg : preservedVectors(isa))
            kept.push_back(reg);
        kept.push_back(static_cast<std::uint16_t>(stackPointer));
        kept.push_back(static_cast<std::uint16_t>(link));
        for (const SavedRegister& saved : stop.record.saved) {
            std::byte* to = at(cfa + static_cast<std::int64_t>(saved.offset), 8);
            if (saved.reg == link)
                std::memcpy(to, &returnAddress, 8);
            else if (saved.reg < generalRegisterCount(isa))
                std::memcpy(to, &registers.general[saved.reg], 8);
            else
                std::memcpy(to, registers.vector[*vectorRegister(isa, saved.reg)], 8);
            std::erase(kept, saved.reg);
        }

        // The body, and the values where the stop says.
        for (std::uint16_t reg = 0; reg < generalRegisterCount(isa); ++reg)
            if (!contains(kept, reg)) scramble(&registers.general[reg], 8);
        for (std::uint16_t reg : allVectors(isa)) {
            std::uint8_t* vector = registers.vector[*vectorRegister(isa, reg)];
            const std::size_t keeps = contains(kept, reg) ? 8 : 0;
            scramble(vector + keeps, 64 - keeps);
        }
        if (stop.record.cfaRegister != stackPointer)
            registers.general[stop.record.cfaRegister] = cfa - stop.record.cfaOffset;
        const std::byte* from = frames.values(frame).data();
        for (std::size_t i = 0; i < site.values.size(); ++i) {
            const SiteLocation& location = stop.record.locations[i];
            if (location.kind == LocationKind::Memory)
                std::memcpy(
                    at(registers.general[location.reg] + static_cast<std::int64_t>(location.number), location.size),
                    from, location.size);
            else if (location.kind == LocationKind::Register && location.reg < generalRegisterCount(isa))
                std::memcpy(&registers.general[location.reg], from, location.size);
            else if (location.kind == LocationKind::Register)
                std::memcpy(registers.vector[*vectorRegister(isa, location.reg)], from, location.size);
            from += std::max<std::size_t>(site.values[i].size, 8);
        }
        returnAddress = stop.address;
        addresses.push_back(stop.address);
    }
    registers.pc = returnAddress;
    const std::uint32_t last = frames.site(frames.size() - 1);
    dyad_migration& migration = controlOf(memory).migration;
    migration.registers = registers;
    migration.at_call = table_->site(last).kind == SiteKind::Call;
    migration.state = DYAD_MIGRATION_STOPPED;
    return addresses;
}

GuestMemory makeMemory(std::uint64_t stackSize, std::uint64_t migrationSize) {
    constexpr std::uint64_t kUnit = 2 << 20, kTables = 1 << 20;
    MemoryPlan plan;
    plan.privateOffset = 0x500000;
    plan.stackSize = stackSize;
    plan.arenaOffset = (plan.privateOffset + migrationSize + kTables + stackSize + kUnit - 1) / kUnit * kUnit;
    plan.privateSize = plan.arenaOffset - plan.privateOffset;
    plan.arenaSize = 2 * kUnit;
    plan.ramSize = plan.arenaOffset + plan.arenaSize;
    auto memory = GuestMemory::create(plan);
    if (!memory) throw std::runtime_error(memory.error().message);
    if (auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, {}); !area)
        throw std::runtime_error(area.error().message);
    controlOf(*memory).migration_offset = plan.privateOffset;
    controlOf(*memory).migration_size = migrationSize;
    return *std::move(memory);
}

dyad_control& controlOf(GuestMemory& memory) {
    return *reinterpret_cast<dyad_control*>(memory.control().data());
}

bool same(const FrameList& one, const FrameList& other) {
    if (one.size() != other.size()) return false;
    for (std::size_t i = 0; i < one.size(); ++i)
        if (one.site(i) != other.site(i) || !std::ranges::equal(one.values(i), other.values(i))) return false;
    return true;
}

} // namespace dyad::test
