// The state that the passes of layOut() share, and the passes themselves, in the order in which they run.
#pragma once

#include "layout/object.h"

#include <unordered_map>

namespace dyad::layout {

struct SectionRef {
    std::uint32_t object = 0, section = 0;
    bool operator==(const SectionRef &) const = default;
};

struct Definition {
    SectionRef place;
    std::uint32_t symbol = 0; ///< in its object
};

/// All objects of one ISA.
struct Half {
    Isa isa;
    std::vector<Object> objects;
    std::unordered_map<std::string_view, Definition> globals; ///< what the linker will choose for each name

    Section &section(SectionRef ref) { return objects[ref.object].sections[ref.section]; }
    const Symbol &symbol(const Definition &definition) const {
        return objects[definition.place.object].symbols[definition.symbol];
    }
};

/// A pair of sections that must have the same address: one per half.
struct Unit {
    std::array<SectionRef, 2> place; ///< by Isa
    Kind kind = Kind::Text;
    bool userSection = false; ///< keeps its name, which forms __start_NAME
    std::uint64_t size = 0, align = 1;
    std::uint32_t rank = 0;
};

struct Context {
    std::array<Half, 2> halves{Half{Isa::x86_64, {}, {}}, Half{Isa::aarch64, {}, {}}};
    std::vector<std::string> roots;
    bool gcSections = true, everyGlobalCommon = false;
    std::vector<Unit> units;
    std::vector<std::string> errors;

    /// Collects an error; a pass goes on to find more, layOut() stops after it.
    void error(std::string message);
    const Section &section(const Unit &unit, Isa isa) {
        return halves[static_cast<std::size_t>(isa)].section(unit.place[static_cast<std::size_t>(isa)]);
    }
};

inline std::size_t index(Isa isa) {
    return static_cast<std::size_t>(isa);
}
inline Isa other(Isa isa) {
    return isa == Isa::x86_64 ? Isa::aarch64 : Isa::x86_64;
}

/// Follows the linker's rules for section groups and for strong and weak definitions. Afterwards `globals` is complete.
void resolveSymbols(Context &context);
/// Finds the definition that a symbol of an object stands for; false if it is undefined, absolute or tentative.
bool findDefinition(const Half &half, std::uint32_t object, std::uint32_t symbol, Definition &found);

/// Pairs the sections of both halves. Afterwards every common section belongs to one unit.
void pairSections(Context &context);

/// Marks what can be reached in either half. Afterwards both sections of a unit are live or both are dead.
void markLive(Context &context);

/// Checks that references across the common border are sound: no native symbol that one half lacks, no address of a
/// private thing in common data.
void checkReferences(Context &context);

/// Orders the units, gives them sizes, alignments and names. Afterwards the sections hold what is to be written.
void placeUnits(Context &context, LayoutOutput &output);

} // namespace dyad::layout
