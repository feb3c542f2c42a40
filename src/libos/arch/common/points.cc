// Patching of migration points. Specification: docs/abi.md, section 8.
//
// This file and whatever it calls lies before __dyad_machine_text_end: the pages that it opens do not hold its own code.
#include "points.h"
#include "native.h"

extern "C" {
extern const char __dyad_common_rx_start[], __dyad_common_rx_end[];
extern const char __dyad_machine_text_end[], __dyad_private_rx_end[];
}

namespace dyad::native {
namespace {

bool patched;

/// Points in rising order of their addresses.
struct Points {
    const Point *first, *end;
};

Points points() {
    const dyad_control& c = control();
    uint64_t offset = c.migration.points_offset, count = c.migration.point_count;
    if (!count) return {nullptr, nullptr};
    bool inside = offset % sizeof(Point) == 0 && offset >= c.migration_offset &&
                  offset - c.migration_offset <= c.migration_size &&
                  count <= (c.migration_size - (offset - c.migration_offset)) / sizeof(Point);
    if (!inside) panic("the list of migration points lies outside the migration area");
    auto first = reinterpret_cast<const Point*>(DYAD_IMAGE_BASE + offset);
    return {first, first + count};
}

/// The first point that is not below `address`.
const Point* lowerBound(Points range, uintptr_t address) {
    while (range.first != range.end) {
        const Point* middle = range.first + (range.end - range.first) / 2;
        if (middle->nop < address) range.first = middle + 1;
        else range.end = middle;
    }
    return range.first;
}

/// The points of one window of text, and the pages they are in.
struct Piece {
    Points points;
    uintptr_t start;
    uint64_t size;

    Piece(Points all, const char* textStart, const char* textEnd)
        : points{lowerBound(all, reinterpret_cast<uintptr_t>(textStart)),
                 lowerBound(all, reinterpret_cast<uintptr_t>(textEnd))},
          start(0), size(0) {
        if (points.first == points.end) return;
        constexpr uintptr_t kPage = DYAD_PAGE_SIZE;
        start = points.first->nop & -kPage;
        size = ((points.end[-1].nop + sizeof(PointInstruction) + kPage - 1) & -kPage) - start;
    }
    uint64_t count() const { return points.end - points.first; }
    bool openFor(bool writing) const { return !size || machine->openText(start, size, writing) == 0; }
};

void overwrite(const Piece& piece, PointInstruction from, PointInstruction to) {
    uintptr_t above = 0;
    for (const Point* point = piece.points.first; point != piece.points.end; ++point) {
        auto* instruction = reinterpret_cast<volatile PointInstruction*>(static_cast<uintptr_t>(point->nop));
        if (point->nop < above) panic("the migration points are not in rising order");
        above = point->nop + sizeof(PointInstruction);
        if (*instruction != from) panic("a migration point does not hold its instruction");
        *instruction = to;
        cleanInstruction(point->nop);
    }
    finishCleaning();
    for (const Point* point = piece.points.first; point != piece.points.end; ++point)
        forgetInstruction(point->nop);
}

} // namespace

const Point* patchedPoint(uintptr_t address) {
    if (!patched) return nullptr;
    Points all = points();
    const Point* point = lowerBound(all, address);
    return point != all.end && point->nop == address ? point : nullptr;
}

void patchPoints(bool trap) {
    if (trap == patched) return;
    Points all = points();
    Piece common(all, __dyad_common_rx_start, __dyad_common_rx_end);
    Piece resume(all, __dyad_machine_text_end, __dyad_private_rx_end);
    if (common.count() + resume.count() != static_cast<uint64_t>(all.end - all.first))
        panic("a migration point lies outside the text");
    if (!common.openFor(true)) return;
    if (!resume.openFor(true)) {
        if (!common.openFor(false)) panic("cannot make text executable again");
        return;
    }
    overwrite(common, trap ? kPointNop : kPointTrap, trap ? kPointTrap : kPointNop);
    overwrite(resume, trap ? kPointNop : kPointTrap, trap ? kPointTrap : kPointNop);
    if (!common.openFor(false) || !resume.openFor(false)) panic("cannot make text executable again");
    finishForgetting();
    patched = trap;
}

} // namespace dyad::native
