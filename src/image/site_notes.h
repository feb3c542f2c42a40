// What people want to know of the sites of a pair image and machines do not: which functions have none, and why, and
// what is computed again at a site. Specification: docs/site-table.md, "Notes".
#pragma once

#include "support/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dyad {

inline constexpr const char* kNotesSection = ".dyad.notes";

/// Why no thread is ever captured in a function.
enum class NoSites : std::uint8_t {
    Short,          ///< no loop or recursion that takes long, no call in which a thread can be stopped
    SystemCall,     ///< part of system calls that do not wait
    CalledByNative, ///< native code calls it where the program's frames are not in order
    Native,         ///< native code
    StringFunction, ///< does nothing but walk through strings
};
inline constexpr std::size_t kNoSitesReasons = 5;

struct SiteNotes {
    /// Names, by reason, sorted.
    std::array<std::vector<std::string>, kNoSitesReasons> without;
    /// For each site by its number: the operations that compute live values from recorded ones, as "zext 1, add 2".
    std::vector<std::string> recomputed;
};

/// A sentence for people, without its subject.
const char* describe(NoSites reason);

std::string writeSiteNotes(const SiteNotes& notes);
/// Checks all of it; `siteCount`: what the site table has.
Result<SiteNotes> readSiteNotes(std::string_view text, std::size_t siteCount);

} // namespace dyad
