// Splits .eh_frame into its records and tells which symbols each function's record refers to.
#include "layout/eh_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace dyad::layout {

namespace {

std::uint32_t word(std::span<const std::byte> bytes, std::uint64_t offset) {
    std::uint32_t value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

} // namespace

Result<std::vector<UnwindEdge>> readUnwindEdges(const Object &object, const Section &section) {
    auto bad = [&](std::uint64_t offset, std::string_view what) {
        return Error{
            fmt::format("{}: corrupt unwind table '{}' at offset {}: {}", object.name, section.name, offset, what)};
    };
    std::vector<Relocation> relocations = section.relocations;
    std::ranges::stable_sort(relocations, {}, &Relocation::offset);
    auto next = relocations.begin();

    std::vector<UnwindEdge> edges;
    std::map<std::uint64_t, std::vector<std::uint32_t>> personalities; // by offset of the CIE
    const std::uint64_t end = section.bytes.size();
    for (std::uint64_t start = 0; start < end;) {
        if (end - start < 4) return bad(start, "record header is cut off");
        const std::uint32_t length = word(section.bytes, start);
        if (length == 0) { // a terminator; crtend.o has one
            start += 4;
            continue;
        }
        if (length == 0xffffffff) return bad(start, "64-bit records are not supported");
        if (length < 4 || length > end - start - 4) return bad(start, "record reaches past the end of the section");
        const std::uint64_t idOffset = start + 4, recordEnd = idOffset + length;
        const std::uint32_t id = word(section.bytes, idOffset);

        std::vector<std::uint32_t> symbols;
        for (; next != relocations.end() && next->offset < recordEnd; ++next)
            symbols.push_back(next->symbol);
        if (id == 0) {
            personalities[start] = std::move(symbols);
        } else if (!symbols.empty()) {
            if (id > idOffset) return bad(start, "record refers to a common entry before the section");
            const auto cie = personalities.find(idOffset - id);
            if (cie == personalities.end()) return bad(start, "record refers to a common entry that does not exist");
            UnwindEdge edge{symbols.front(), {symbols.begin() + 1, symbols.end()}};
            edge.needed.insert(edge.needed.end(), cie->second.begin(), cie->second.end());
            if (!edge.needed.empty()) edges.push_back(std::move(edge));
        }
        start = recordEnd;
    }
    return edges;
}

} // namespace dyad::layout
