// Migration points of this half: their list in the migration area, and the instructions that stand there.
#pragma once

#include "point.h"

namespace dyad::native {

/// Overwrites every point by a trap, or by the NOP that it was; nothing if they are so already. Text is writable or
/// executable, never both. Changes nothing if the machine cannot open the text.
void patchPoints(bool trap);

/// An entry of the list in the migration area.
struct Point {
    uint32_t nop;    ///< address of the NOP
    uint32_t target; ///< where a program that is to stop there goes on: code that calls __dyad_point and comes back
};
/// The point whose trap instruction lies at `address`, or null.
const Point* patchedPoint(uintptr_t address);

} // namespace dyad::native
