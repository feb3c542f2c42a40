// The part of `dyad inspect` that shows the site table: where a program can be captured, and where each ISA keeps its
// values there (docs/site-table.md).
#pragma once

#include "image/site_table.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace dyad {

/// The number of the function of this name, if it has sites.
std::optional<std::uint32_t> findFunction(const SiteTable& table, const std::string& name);
/// Why a function has none, as far as the notes tell.
std::optional<NoSites> reasonWithoutSites(const SiteNotes& notes, const std::string& name);

/// Counts for the whole table, in one block of text or one object.
void printSiteSummary(const SiteTable& table);
nlohmann::ordered_json siteSummary(const SiteTable& table);

/// One line or object for each function of the table.
void printSiteFunctions(const SiteTable& table);
nlohmann::ordered_json siteFunctions(const SiteTable& table);

/// All that the table says of one function, and the notes, if there are any.
void printFunctionSites(const SiteTable& table, const SiteNotes* notes, std::uint32_t function);
nlohmann::ordered_json functionSites(const SiteTable& table, const SiteNotes* notes, std::uint32_t function);

} // namespace dyad
