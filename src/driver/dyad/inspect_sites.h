// The part of `dyad inspect` that shows the site table: where a program can be captured, and where each ISA keeps its
// values there (docs/site-table.md).
#pragma once

#include "image/site_table.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace dyad {

/// Numbers of the functions of these names; an error names the first that has no sites.
Result<std::vector<std::uint32_t>> findFunctions(const SiteTable& table, const std::vector<std::string>& names);

/// Counts for the whole table, in one block of text or one object.
void printSiteSummary(const SiteTable& table);
nlohmann::ordered_json siteSummary(const SiteTable& table);

/// One line or object for each function of the table.
void printSiteFunctions(const SiteTable& table);
nlohmann::ordered_json siteFunctions(const SiteTable& table);

/// All that the table says of one function.
void printFunctionSites(const SiteTable& table, std::uint32_t function);
nlohmann::ordered_json functionSites(const SiteTable& table, std::uint32_t function);

} // namespace dyad
