// The files named on a link line, told apart by content.
#pragma once

#include "support/isa.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringSet.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace dyad {

/// A native object and its global symbols.
struct NativeObject {
    std::string path;
    std::vector<std::string> defined, undefined;
};

struct LinkInputs {
    std::vector<std::string> resolve;                    ///< the resolution arguments, native AArch64 objects taken out
    std::array<std::vector<NativeObject>, 2> natives;    ///< users' native objects, by Isa
    std::vector<std::string> portable;                   ///< portable objects and archives named directly
};

/// Sorts the inputs among `arguments`. Prints every file that cannot be part of a pair and why, and returns nothing then.
std::optional<LinkInputs> sortInputs(llvm::ArrayRef<std::string> arguments);

/// Reads the symbols of a native object of `isa`; prints and returns nothing if the file is not one.
std::optional<NativeObject> readNative(const std::string& path, Isa isa);

} // namespace dyad
