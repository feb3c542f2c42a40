// Pairs the sections of both halves into units, and checks that the two sections of a unit can be laid out alike.
#include "layout/context.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <elf.h>
#include <map>

namespace dyad::layout {

namespace {

/// A definition that may be common, in one half.
struct Candidate {
    SectionRef place;
    std::uint32_t symbol;
};

class Pairing {
  public:
    explicit Pairing(Context &context) : context_(context) {}

    void run() {
        for (Half &half : context_.halves) {
            collectPortable(half);
            collectReferences(half);
        }
        pairUserSections();
        pairPortable();
        pairNative();
    }

  private:
    Half &half(Isa isa) { return context_.halves[index(isa)]; }

    template <class... Args> void error(const Object &object, fmt::format_string<Args...> format, Args &&...args) {
        context_.error(object.name + ": " + fmt::format(format, std::forward<Args>(args)...));
    }

    static bool isContent(const Section &section) {
        return section.sectionClass == SectionClass::Content && !section.discarded;
    }

    void collectPortable(Half &half) {
        auto &names = portable_[index(half.isa)];
        for (std::uint32_t o = 0; o < half.objects.size(); ++o) {
            const Object &object = half.objects[o];
            if (object.role != ObjectFile::Role::Portable) continue;
            for (std::uint32_t s = 1; s < object.sections.size(); ++s) {
                if (!isContent(object.sections[s])) continue;
                for (std::uint32_t i : object.sections[s].symbols)
                    if (!names.try_emplace(object.symbols[i].name, Candidate{{o, s}, i}).second)
                        error(object, "symbol '{}' is defined twice in the portable module", object.symbols[i].name);
            }
        }
    }

    /// The names that portable code refers to but does not define.
    void collectReferences(Half &half) {
        for (const Object &object : half.objects)
            for (const Symbol &symbol : object.symbols) {
                const bool portable = object.role == ObjectFile::Role::Portable;
                if (portable && symbol.isGlobal() && !symbol.isDefined()) referenced_.insert({symbol.name, true});
                if (symbol.section == kTentative && (portable || context_.everyGlobalCommon))
                    error(object,
                          "symbol '{}' is a tentative definition, which has no place of its own; compile with "
                          "-fno-common",
                          symbol.name);
            }
    }

    bool isReferenced(std::string_view name) const { return context_.everyGlobalCommon || referenced_.contains(name); }

    // -- sections whose names are C identifiers ------------------------------------------------------------------

    using UserSections = std::map<std::string_view, std::vector<SectionRef>>;

    UserSections collectUserSections(Half &half) {
        UserSections found;
        for (std::uint32_t o = 0; o < half.objects.size(); ++o) {
            Object &object = half.objects[o];
            if (object.role == ObjectFile::Role::Private) continue;
            for (std::uint32_t s = 1; s < object.sections.size(); ++s) {
                const Section &section = object.sections[s];
                if (!isContent(section) || !isCIdentifier(section.name) || section.size == 0) continue;
                if (section.kind == Kind::Text || section.kind == Kind::Tdata || section.kind == Kind::Tbss)
                    error(object, "section '{}' holds {}; only data can have a section whose name is a C identifier",
                          section.name, section.kind == Kind::Text ? "code" : "thread-locals");
                else
                    found[section.name].push_back({o, s});
            }
        }
        return found;
    }

    void pairUserSections() {
        UserSections x86 = collectUserSections(half(Isa::x86_64)), arm = collectUserSections(half(Isa::aarch64));
        for (auto &[name, places] : x86) {
            auto match = arm.find(name);
            const std::size_t found = match == arm.end() ? 0 : match->second.size();
            if (found != places.size())
                context_.error(fmt::format("section '{}' comes from {} objects for x86_64 and {} for aarch64", name,
                                           places.size(), found));
            else
                for (std::size_t i = 0; i < places.size(); ++i)
                    if (sameSymbols(places[i], match->second[i])) addUnit(places[i], match->second[i], true);
            if (match != arm.end()) arm.erase(match);
        }
        for (auto &[name, places] : arm)
            context_.error(
                fmt::format("section '{}' comes from 0 objects for x86_64 and {} for aarch64", name, places.size()));
    }

    // -- the portable module -------------------------------------------------------------------------------------

    void pairPortable() {
        Half &x86 = half(Isa::x86_64);
        for (std::uint32_t o = 0; o < x86.objects.size(); ++o) {
            if (x86.objects[o].role != ObjectFile::Role::Portable) continue;
            for (std::uint32_t s = 1; s < x86.objects[o].sections.size(); ++s) {
                const Section &section = x86.objects[o].sections[s];
                if (!isContent(section) || section.symbols.empty() || isCIdentifier(section.name)) continue;
                const std::string_view name = x86.objects[o].symbols[section.symbols.front()].name;
                auto match = portable_[index(Isa::aarch64)].find(name);
                if (match == portable_[index(Isa::aarch64)].end()) {
                    error(x86.objects[o], "symbol '{}' is in the x86_64 half only", name);
                    continue;
                }
                if (half(Isa::aarch64).section(match->second.place).common) continue; // reported by sameSymbols
                if (sameSymbols({o, s}, match->second.place) && !section.privateText)
                    addUnit({o, s}, match->second.place, false);
            }
        }
        for (const Object &object : half(Isa::aarch64).objects) {
            if (object.role != ObjectFile::Role::Portable) continue;
            for (const Section &section : object.sections)
                if (isContent(section))
                    for (std::uint32_t i : section.symbols)
                        if (!portable_[index(Isa::x86_64)].contains(object.symbols[i].name))
                            error(object, "symbol '{}' is in the aarch64 half only", object.symbols[i].name);
        }
    }

    // -- native objects ------------------------------------------------------------------------------------------

    /// The section's globals that the linker chooses for their names.
    std::vector<std::uint32_t> winningGlobals(const Half &half, SectionRef place) const {
        const Object &object = half.objects[place.object];
        std::vector<std::uint32_t> winners;
        for (std::uint32_t i : object.sections[place.section].symbols)
            if (object.symbols[i].isGlobal() && half.globals.at(object.symbols[i].name).place == place)
                winners.push_back(i);
        return winners;
    }

    void pairNative() {
        Half &x86 = half(Isa::x86_64);
        for (std::uint32_t o = 0; o < x86.objects.size(); ++o) {
            if (x86.objects[o].role != ObjectFile::Role::Native) continue;
            for (std::uint32_t s = 1; s < x86.objects[o].sections.size(); ++s)
                pairNativeSection({o, s});
        }
        if (!context_.everyGlobalCommon) return;
        for (Isa isa : kIsas)
            for (const auto &[name, definition] : sorted(half(isa).globals))
                if (half(isa).objects[definition.place.object].role == ObjectFile::Role::Native &&
                    !half(other(isa)).globals.contains(name))
                    error(half(isa).objects[definition.place.object], "symbol '{}' is defined for {} only", name,
                          dyad::name(isa));
    }

    static std::map<std::string_view, Definition>
    sorted(const std::unordered_map<std::string_view, Definition> &names) {
        return {names.begin(), names.end()};
    }

    void pairNativeSection(SectionRef place) {
        Half &x86 = half(Isa::x86_64), &arm = half(Isa::aarch64);
        const Object &object = x86.objects[place.object];
        const Section &section = x86.section(place);
        if (!isContent(section) || section.common) return;
        const std::vector<std::uint32_t> globals = winningGlobals(x86, place);
        for (std::uint32_t i : globals) {
            auto match = arm.globals.find(object.symbols[i].name);
            if (match == arm.globals.end()) continue; // checkReferences() looks at who needs it
            const SectionRef opposite = match->second.place;
            const Object &oppositeObject = arm.objects[opposite.object];
            if (oppositeObject.role != ObjectFile::Role::Native || !isContent(arm.section(opposite))) continue;
            // A section of several functions cannot be padded; it stays private if portable code needs none of them.
            const bool wanted =
                std::ranges::any_of(globals, [&](std::uint32_t g) { return isReferenced(object.symbols[g].name); });
            if (!canMove(x86, place, wanted) || !canMove(arm, opposite, wanted)) return;
            if (section.kind != Kind::Text && globals.size() > 1 && !wanted && !agree(place, opposite)) return;
            if (!arm.section(opposite).common && sameSymbols(place, opposite)) addUnit(place, opposite, false);
            return;
        }
    }

    /// Whether a native section holds one function, or data.
    bool canMove(const Half &half, SectionRef place, bool wanted) {
        const Object &object = half.objects[place.object];
        const Section &section = object.sections[place.section];
        if (section.kind != Kind::Text) return true;
        std::vector<std::string_view> names;
        bool single = true;
        for (std::uint32_t i : winningGlobals(half, place)) {
            names.push_back(object.symbols[i].name);
            single &= object.symbols[i].value == 0;
        }
        if (!single && wanted)
            error(object,
                  "section '{}' holds more than the function that it starts with ({}); give each function a "
                  "section of its own (C: -ffunction-sections, assembly: .section .text.NAME,\"ax\")",
                  section.name, fmt::join(names, ", "));
        return single;
    }

    // -- what a unit must satisfy --------------------------------------------------------------------------------

    /// The symbols of a section that must exist in the other half too, as (name, offset, size).
    struct Named {
        std::string_view name;
        std::uint64_t offset, size;
        bool operator==(const Named &) const = default;
    };

    std::vector<Named> namedSymbols(const Half &half, SectionRef place) const {
        const Object &object = half.objects[place.object];
        std::vector<Named> named;
        for (std::uint32_t i : object.sections[place.section].symbols) {
            const Symbol &symbol = object.symbols[i];
            if (object.role == ObjectFile::Role::Native && !symbol.isGlobal()) continue; // a file's own affair
            named.push_back({symbol.name, symbol.value, symbol.size});
        }
        std::ranges::sort(named, {}, [](const Named &n) { return std::pair(n.offset, n.name); });
        return named;
    }

    bool agree(SectionRef x86, SectionRef arm) {
        return half(Isa::x86_64).section(x86).size == half(Isa::aarch64).section(arm).size &&
               namedSymbols(half(Isa::x86_64), x86) == namedSymbols(half(Isa::aarch64), arm);
    }

    bool sameSymbols(SectionRef x86Place, SectionRef armPlace) {
        Half &x86 = half(Isa::x86_64), &arm = half(Isa::aarch64);
        const Section &left = x86.section(x86Place), &right = arm.section(armPlace);
        const Object &object = x86.objects[x86Place.object];
        const std::vector<Named> named = namedSymbols(x86, x86Place), opposite = namedSymbols(arm, armPlace);
        const std::string_view first = named.empty() ? left.name : named.front().name;
        if (left.kind != right.kind) {
            error(object, "symbol '{}' is {} for x86_64 and {} for aarch64", first, name(left.kind), name(right.kind));
            return false;
        }
        for (std::size_t i = 0; i < std::max(named.size(), opposite.size()); ++i) {
            const bool both = i < named.size() && i < opposite.size();
            if (!both || named[i].name != opposite[i].name) {
                error(object, "section '{}' for x86_64 holds {}, section '{}' for aarch64 holds {}", left.name,
                      list(named), right.name, list(opposite));
                return false;
            }
            if (left.kind == Kind::Text) {
                if (named[i].offset == 0 && opposite[i].offset == 0) continue;
                error(object,
                      "section '{}' holds more than the function '{}' that it starts with; each function needs a "
                      "section of its own",
                      left.name, first);
                return false;
            }
            if (named[i] == opposite[i]) continue;
            if (named[i].size != opposite[i].size)
                error(object, "object '{}' has {} bytes for x86_64 and {} bytes for aarch64", named[i].name,
                      named[i].size, opposite[i].size);
            else
                error(object, "object '{}' lies at offset {} of its section '{}' for x86_64 and at {} for aarch64",
                      named[i].name, named[i].offset, left.name, opposite[i].offset);
            return false;
        }
        if (left.kind != Kind::Text && left.size != right.size) {
            error(object, "section '{}' of object '{}' has {} bytes for x86_64 and {} bytes for aarch64", left.name,
                  first, left.size, right.size);
            return false;
        }
        return true;
    }

    static std::string list(const std::vector<Named> &named) {
        std::vector<std::string> quoted;
        for (std::size_t i = 0; i < named.size() && i < 8; ++i)
            quoted.push_back(fmt::format("'{}'", named[i].name));
        if (named.size() > 8) quoted.push_back(fmt::format("and {} more", named.size() - 8));
        return quoted.empty() ? "nothing" : fmt::format("{}", fmt::join(quoted, ", "));
    }

    void addUnit(SectionRef x86, SectionRef arm, bool userSection) {
        Unit unit;
        unit.place = {x86, arm};
        unit.userSection = userSection;
        for (Isa isa : kIsas) {
            Section &section = half(isa).section(unit.place[index(isa)]);
            section.common = true;
            section.unit = static_cast<std::uint32_t>(context_.units.size());
            unit.kind = section.kind;
            unit.size = std::max(unit.size, section.size);
            unit.align = std::max(unit.align, section.align);
        }
        context_.units.push_back(unit);
    }

    Context &context_;
    std::array<std::unordered_map<std::string_view, Candidate>, 2> portable_;
    std::unordered_map<std::string_view, bool> referenced_;
};

} // namespace

void pairSections(Context &context) {
    Pairing(context).run();
}

} // namespace dyad::layout
