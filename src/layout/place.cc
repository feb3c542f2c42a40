// Orders the units, pads them to the larger of both halves and names their sections so that linker-scripts/sections.ld
// places them in this order.
#include "layout/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace dyad::layout {

namespace {

// AArch64 branches reach 128 MiB (Arm ARM C6.2, B and BL); the linker would put thunks into text that is longer.
constexpr std::uint64_t kBranchRange = 128u << 20;
// AArch64 instructions; every text section has a multiple of it.
constexpr std::uint64_t kInstructionSize = 4;

std::uint64_t alignTo(std::uint64_t value, std::uint64_t align) {
    return (value + align - 1) & ~(align - 1);
}

/// The order that linkers give code by how often it runs, from the prefixes that compilers put into section names.
int temperature(std::string_view section) {
    constexpr std::array<std::string_view, 4> kPrefixes{".text.unlikely.", ".text.exit.", ".text.startup.",
                                                        ".text.hot."};
    for (std::size_t i = 0; i < kPrefixes.size(); ++i)
        if (section.starts_with(kPrefixes[i])) return static_cast<int>(i);
    return static_cast<int>(kPrefixes.size());
}

class Placement {
  public:
    Placement(Context &context, LayoutOutput &output) : context_(context), output_(output) {}

    void run() {
        for (Unit &unit : context_.units) {
            if (!isLive(unit)) continue;
            if (unit.kind == Kind::Text)
                // A function without instructions still needs an address of its own.
                unit.size = alignTo(std::max(unit.size, kInstructionSize), kInstructionSize);
            if (unit.userSection)
                userSections_[context_.section(unit, Isa::x86_64).name].push_back(&unit);
            else
                byKind_[static_cast<std::size_t>(unit.kind)].push_back(&unit);
        }
        for (std::size_t kind = 0; kind < byKind_.size(); ++kind)
            placeKind(static_cast<Kind>(kind), byKind_[kind]);
        for (auto &[name, units] : userSections_)
            placeUserSection(std::string(name), units);
        listPrivateFunctions();
        checkBranchRange();
    }

  private:
    bool isLive(const Unit &unit) { return context_.section(unit, Isa::x86_64).live; }

    void placeKind(Kind kind, std::vector<Unit *> &units) {
        if (kind == Kind::Text)
            std::ranges::stable_sort(units, {},
                                     [&](Unit *u) { return temperature(context_.section(*u, Isa::x86_64).name); });
        else // the largest alignment first leaves no gaps between objects
            std::ranges::stable_sort(units, std::ranges::greater(), &Unit::align);

        Padding padding{fmt::format(".{}", name(kind)), 0, 0, 0};
        for (std::uint32_t rank = 0; rank < units.size(); ++rank) {
            units[rank]->rank = rank;
            apply(*units[rank], fmt::format(".dyad.{}.{:08x}", name(kind), rank), padding);
        }
        if (!units.empty()) output_.padding.push_back(padding);
    }

    void placeUserSection(const std::string &name, const std::vector<Unit *> &units) {
        Padding padding{name, 0, 0, 0};
        bool write = false, zero = true;
        for (Unit *unit : units) {
            write |= unit->kind == Kind::Data || unit->kind == Kind::Bss;
            zero &= unit->kind == Kind::Bss;
            apply(*unit, {}, padding);
        }
        output_.padding.push_back(padding);
        const std::string_view after = zero ? ".bss" : write ? ".data" : ".rodata";
        output_.extraScript += fmt::format(
            "SECTIONS {{\n  {0} {1}: AT(ADDR({0}) - DYAD_LOAD_BIAS) {{ *({0}) }} :{2}\n}} INSERT AFTER {3};\n", name,
            zero ? "(NOLOAD) " : "", write ? "common_rw" : "common_ro", after);
    }

    /// Gives both sections of the unit their final name, size and alignment and appends it to its output section.
    void apply(const Unit &unit, const std::string &newName, Padding &padding) {
        LayoutEntry entry;
        entry.section = padding.section;
        padding.padded = alignTo(padding.padded, unit.align);
        entry.offset = padding.padded;
        entry.padded = unit.size;
        padding.padded += unit.size;
        for (Isa isa : kIsas) {
            Half &half = context_.halves[index(isa)];
            const SectionRef place = unit.place[index(isa)];
            Section &section = half.section(place);
            std::uint64_t &unpadded = isa == Isa::x86_64 ? padding.x86_64 : padding.aarch64;
            unpadded = alignTo(unpadded, section.align) + section.size;
            entry.size[index(isa)] = section.size;
            section.newName = newName;
            section.newSize = unit.size;
            section.newAlign = unit.align;
            if (unit.kind == Kind::Text)
                for (std::uint32_t i : section.symbols) {
                    Symbol &symbol = half.objects[place.object].symbols[i];
                    if (symbol.value == 0) symbol.newSize = unit.size;
                }
        }
        const Half &x86 = context_.halves[index(Isa::x86_64)];
        const Object &object = x86.objects[unit.place[0].object];
        for (std::uint32_t i : object.sections[unit.place[0].section].symbols)
            if (object.role != ObjectFile::Role::Native || object.symbols[i].isGlobal())
                entry.symbols.emplace_back(object.symbols[i].name);
        entry.object = object.name;
        output_.commonSymbols += entry.symbols.size();
        output_.entries.push_back(std::move(entry));
    }

    void listPrivateFunctions() {
        for (const Object &object : context_.halves[index(Isa::x86_64)].objects)
            for (const Section &section : object.sections)
                if (section.live && section.privateText)
                    for (std::uint32_t symbol : section.symbols)
                        output_.privateFunctions.emplace_back(object.symbols[symbol].name);
    }

    void checkBranchRange() {
        std::uint64_t common = 0;
        for (const Padding &padding : output_.padding)
            if (padding.section == ".text") common = padding.padded;
        for (const Half &half : context_.halves) {
            std::uint64_t text = common;
            for (const Object &object : half.objects)
                for (const Section &section : object.sections)
                    if (section.live && !section.common && section.sectionClass == SectionClass::Content &&
                        section.kind == Kind::Text)
                        text = alignTo(text, section.align) + section.size;
            if (text >= kBranchRange)
                context_.error(fmt::format("the program has {} MiB of code for {}; the most that branches of aarch64 "
                                           "reach is {} MiB",
                                           text >> 20, name(half.isa), kBranchRange >> 20));
        }
    }

    Context &context_;
    LayoutOutput &output_;
    std::array<std::vector<Unit *>, kKindNames.size()> byKind_;
    std::map<std::string_view, std::vector<Unit *>> userSections_;
};

} // namespace

void placeUnits(Context &context, LayoutOutput &output) {
    Placement(context, output).run();
}

} // namespace dyad::layout
