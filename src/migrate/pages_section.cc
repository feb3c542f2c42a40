// Sizes and alignment are checked before anything is unpacked.
#include "migrate/pages_section.h"

#include "migrate/checkpoint_payloads.h"
#include "migrate/packed_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace dyad {

Result<PagePiece> PagesReader::read(const std::string& stream, const Section& section) {
    const bool plain = section.type == SectionType::Pages;
    const auto unusable = [&](std::string_view what) {
        return unusableSection(stream, section.type, section.number, what);
    };
    const auto noPages = [&] { return unusable(fmt::format("{} bytes are no pages", section.payload.size())); };
    const std::size_t headSize = plain ? sizeof(PagesPayload) : sizeof(RangePayload);
    if (section.payload.size() < headSize) return noPages();
    const auto rest = section.payload.subspan(headSize);
    RangePayload head{0, rest.size()};
    std::memcpy(&head, section.payload.data(), headSize);
    if (head.size == 0 || head.size % DYAD_PAGE_SIZE || head.address % DYAD_PAGE_SIZE) return noPages();
    PagePiece piece{GuestAddress{head.address}, head.size, {}};
    if (plain) {
        piece.pages = rest;
    } else if (section.type == SectionType::Zero) {
        if (!rest.empty()) return noPages();
    } else {
        if (head.size > kMostPayload) return noPages();
        unpacked_.resize(std::max<std::size_t>(unpacked_.size(), head.size));
        const auto pages = std::span(unpacked_).first(head.size);
        if (!unpackPages(rest, pages)) return unusable(fmt::format("expected {} bytes in a zstd frame", head.size));
        piece.pages = pages;
    }
    return piece;
}

} // namespace dyad
