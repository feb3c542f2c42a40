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

  private:
    std::vector<std::byte> unpacked_;
};

} // namespace dyad
