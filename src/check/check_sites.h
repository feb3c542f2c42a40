// The part of the check that looks at the site table: what it says must be true of both halves' code.
#pragma once

#include "check/check.h"
#include "image/elf_tables.h"

namespace dyad {

/// Adds counts and differences to the report. What SiteTable::open() validates is known to hold.
void checkSites(const PairImage& image, const std::array<ElfTables, 2>& tables, CheckReport& report);

} // namespace dyad
