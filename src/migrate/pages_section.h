// The sections that carry pages of memory: pages, zero, packed. Specification: docs/checkpoint.md, docs/transfer.md.
#pragma once

#include "migrate/page_set.h"
#include "migrate/sections.h"

namespace dyad {

class PagesReader {
  public:
    static bool reads(SectionType type) {
        return type == SectionType::Pages || type == SectionType::Zero || type == SectionType::Packed;
    }
    /// Whole pages; the caller checks where they lie. Valid until the next call or until the section's bytes are gone.
    /// `stream`: for messages.
    Result<PagePiece> read(const std::string& stream, const Section& section);
    /// Holds the pages that were read last, from that section; whoever wants to keep them exchanges it for another
    /// buffer.
    std::vector<std::byte>& buffer(const Section& section) {
        return section.type == SectionType::Packed ? unpacked_ : *section.buffer;
    }

  private:
    std::vector<std::byte> unpacked_;
};

} // namespace dyad
