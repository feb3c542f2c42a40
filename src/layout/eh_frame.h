// What the unwind tables of an object say about liveness: a live function needs its exception table and personality.
// Format: Linux Standard Base 5.0, "Exception Frames".
#pragma once

#include "layout/object.h"

namespace dyad::layout {

/// `function` (a symbol of the object) needs `needed` (symbols of the object).
struct UnwindEdge {
    std::uint32_t function;
    std::vector<std::uint32_t> needed;
};

/// Reads one .eh_frame section of the object.
Result<std::vector<UnwindEdge>> readUnwindEdges(const Object &object, const Section &section);

} // namespace dyad::layout
