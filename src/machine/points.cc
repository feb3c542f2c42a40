// The list of migration points that a guest patches (docs/migration.md, section 3), from the pair's site table.
#include "machine/machine.h"

#include <algorithm>

namespace dyad {

namespace {

/// Bytes of the NOP at a point: a stop's address is the first byte after it.
constexpr std::uint32_t kNopSize[] = {1, 4}; // by Isa

} // namespace

std::vector<std::uint32_t> migrationPoints(const PairImage &image, Isa isa) {
    std::vector<std::uint32_t> points;
    if (!image.sites()) return points;
    const SiteTable &table = *image.sites();
    for (std::uint32_t i = 0; i < table.stopCount(isa); ++i) {
        SiteTable::Stop stop = table.stop(isa, i);
        if (table.site(stop.site).kind == SiteKind::Point)
            points.push_back(stop.address - kNopSize[static_cast<int>(isa)]);
    }
    points.erase(std::unique(points.begin(), points.end()), points.end());
    return points;
}

} // namespace dyad
