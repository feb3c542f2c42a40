// Checks what common code and data refer to. Common data must hold the same bytes in both halves, so it can hold the
// addresses of common things only; common code must leave alone what stays behind when the program moves.
#include "layout/context.h"

#include <fmt/format.h>

#include <elf.h>
#include <set>

namespace dyad::layout {

namespace {

std::string describe(const Half &half, std::uint32_t objectIndex, std::uint32_t symbolIndex,
                     const Definition &definition) {
    const Symbol &named = half.objects[objectIndex].symbols[symbolIndex];
    if (!named.name.empty()) return fmt::format("'{}'", named.name);
    const Object &object = half.objects[definition.place.object];
    const Section &section = object.sections[definition.place.section];
    if (!section.symbols.empty()) return fmt::format("'{}'", object.symbols[section.symbols.front()].name);
    return fmt::format("section '{}'", section.name);
}

void checkDataSection(Context &context, Half &half, std::uint32_t o, const Section &section) {
    const Object &object = half.objects[o];
    for (const Relocation &relocation : section.relocations) {
        Definition definition;
        if (!findDefinition(half, o, relocation.symbol, definition)) continue; // the linker's, or an error it reports
        const Section &target = half.section(definition.place);
        if (target.common || !(target.flags & SHF_ALLOC) || target.sectionClass == SectionClass::InitArray) continue;
        const std::string holder =
            section.sectionClass == SectionClass::InitArray ? fmt::format("table '{}'", section.name)
            : section.symbols.empty()                       ? fmt::format("section '{}'", section.name)
                                      : fmt::format("object '{}'", object.symbols[section.symbols.front()].name);
        context.error(fmt::format("{}: {} holds the address of {} ({}), which {}", object.name, holder,
                                  describe(half, o, relocation.symbol, definition),
                                  half.objects[definition.place.object].name,
                                  target.privateText ? std::string("is private to each half")
                                                     : fmt::format("exists for {} only", name(half.isa))));
    }
}

// Resume functions are no program's business, and native data of the libOS has another address and value in each half.
void checkCodeSection(Context &context, Half &half, std::uint32_t o, const Section &section) {
    const Object &object = half.objects[o];
    std::set<std::uint32_t> reported; // an address takes several relocations
    for (const Relocation &relocation : section.relocations) {
        Definition definition;
        if (!findDefinition(half, o, relocation.symbol, definition)) continue;
        const Section &target = half.section(definition.place);
        const Object &holder = half.objects[definition.place.object];
        const bool nativeData = holder.role == ObjectFile::Role::Private && target.flags & SHF_ALLOC &&
                                target.kind != Kind::Text && !object.symbols[relocation.symbol].name.empty();
        if ((!target.privateText && !nativeData) || !reported.insert(relocation.symbol).second) continue;
        context.error(fmt::format("{}: function '{}' refers to {} ({}), which is private to each half", object.name,
                                  section.symbols.empty() ? section.name : object.symbols[section.symbols.front()].name,
                                  describe(half, o, relocation.symbol, definition), holder.name));
    }
}

// A name that the portable module refers to must be defined in both halves or in neither. Code generation for one ISA
// may call a routine that the other ISA has an instruction for; then the other half does not refer to the name.
void checkNativeNames(Context &context, Half &half, std::uint32_t o, std::set<std::string_view> &reported) {
    const Object &object = half.objects[o];
    const Half &opposite = context.halves[index(other(half.isa))];
    for (const Section &section : object.sections) {
        if (!section.live || !(section.flags & SHF_ALLOC)) continue;
        for (const Relocation &relocation : section.relocations) {
            const Symbol &symbol = object.symbols[relocation.symbol];
            if (!symbol.isGlobal() || half.globals.contains(symbol.name)) continue;
            const auto found = opposite.globals.find(symbol.name);
            if (found == opposite.globals.end() || !reported.insert(symbol.name).second) continue;
            context.error(fmt::format(
                "{}: symbol '{}' is defined for {} only (in {}); portable code needs it for {} too", object.name,
                symbol.name, name(opposite.isa), opposite.objects[found->second.place.object].name, name(half.isa)));
        }
    }
}

} // namespace

void checkReferences(Context &context) {
    if (context.everyGlobalCommon) return; // addresses are promised, not contents
    std::set<std::string_view> reported;
    for (Half &half : context.halves)
        for (std::uint32_t o = 0; o < half.objects.size(); ++o) {
            Object &object = half.objects[o];
            if (object.role == ObjectFile::Role::Private) continue;
            if (object.role == ObjectFile::Role::Portable) checkNativeNames(context, half, o, reported);
            for (const Section &section : object.sections) {
                const bool table = section.sectionClass == SectionClass::InitArray && !section.discarded;
                const bool data = section.common && section.kind != Kind::Text;
                if (section.live && (table || data)) checkDataSection(context, half, o, section);
                const bool code = section.common && section.kind == Kind::Text;
                if (section.live && code && object.role == ObjectFile::Role::Portable)
                    checkCodeSection(context, half, o, section);
            }
        }
}

} // namespace dyad::layout
