// Proves from a finished pair image that both halves agree in everything that must have the same address.
#pragma once

#include "image/pair_image.h"

namespace dyad {

/// What was compared and found equal or not. A symbol that differs is counted too.
struct CheckCounts {
    std::size_t functions = 0, objects = 0, threadLocals = 0;
    std::size_t locals = 0; ///< string literals and other objects that are local to their module
    std::size_t labels = 0; ///< symbols without a type: boundaries from the linker script
    std::size_t regions = 0;
    std::uint64_t dataBytes = 0; ///< of common data, compared byte by byte
};

/// What the site table describes.
struct SiteCounts {
    std::size_t functions = 0, sites = 0;
    std::array<std::size_t, 2> stops{}, points{}; ///< by Isa
};

struct CheckReport {
    CheckCounts counts;
    std::optional<SiteCounts> sites; ///< nothing: the program was linked without migration
    bool symbolsChecked = true; ///< false: the image is stripped
    std::vector<std::string> differences;
};

/// Fails only if the image cannot be read; what differs is in the report.
Result<CheckReport> checkImage(const PairImage &image);

} // namespace dyad
