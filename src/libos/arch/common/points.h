// Migration points of this half: their list in the migration area, and the instructions that stand there.
#pragma once

#include "point.h"

namespace dyad::native {

/// Overwrites every point by a trap, or by the NOP that it was; nothing if they are so already. Text is writable or
/// executable, never both. Changes nothing if the machine cannot open the text.
void patchPoints(bool trap);
/// Whether a trap instruction at `address` stands for a migration point.
bool isPatchedPoint(uintptr_t address);

} // namespace dyad::native
