// Symbol resolution within one half, as lld does it (gABI, "Symbol Table" and "Section Groups"): the first section
// group of a signature wins, a strong definition beats a weak one, the first weak one beats the others.
#include "layout/context.h"

#include <elf.h>
#include <unordered_set>

namespace dyad::layout {

namespace {

void discardLaterGroups(Half &half) {
    std::unordered_set<std::string_view> seen;
    for (Object &object : half.objects)
        for (const Group &group : object.groups)
            if (!seen.insert(group.signature).second)
                for (std::uint32_t member : group.members) {
                    object.sections[member].discarded = true;
                    object.sections[member].live = false;
                }
}

void collectGlobals(Half &half) {
    for (std::uint32_t o = 0; o < half.objects.size(); ++o) {
        const Object &object = half.objects[o];
        for (std::uint32_t i = 0; i < object.symbols.size(); ++i) {
            const Symbol &symbol = object.symbols[i];
            if (!symbol.isGlobal() || symbol.section >= object.sections.size() || !symbol.isDefined()) continue;
            if (object.sections[symbol.section].discarded) continue;
            const Definition definition{{o, symbol.section}, i};
            auto [position, isNew] = half.globals.try_emplace(symbol.name, definition);
            // Two strong definitions: the linker reports them, with both places.
            if (!isNew && half.symbol(position->second).binding == STB_WEAK && symbol.binding != STB_WEAK)
                position->second = definition;
        }
    }
}

} // namespace

void resolveSymbols(Context &context) {
    for (Half &half : context.halves) {
        discardLaterGroups(half);
        collectGlobals(half);
    }
}

bool findDefinition(const Half &half, std::uint32_t objectIndex, std::uint32_t symbolIndex, Definition &found) {
    const Object &object = half.objects[objectIndex];
    const Symbol &symbol = object.symbols[symbolIndex];
    if (symbol.isGlobal()) {
        auto position = half.globals.find(symbol.name);
        if (position == half.globals.end()) return false;
        found = position->second;
        return true;
    }
    if (!symbol.isDefined() || symbol.section >= object.sections.size()) return false;
    found = {{objectIndex, symbol.section}, symbolIndex};
    return true;
}

} // namespace dyad::layout
