// What the files on a link's command line are: portable bitcode, native objects of one ISA, archives of both, or none
// of these, which is an error that says what was found and how to get the right thing.
#pragma once

#include "driver/cc/native_object.h"
#include "support/temporary_folder.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <string>
#include <vector>

namespace dyad {

struct LinkInputs {
    std::vector<std::string> resolve;  ///< the resolution arguments, native AArch64 objects taken out
    NativeObjects natives;             ///< users' native objects that are part of the program
    NativeObjects members;             ///< native members of archives, in search order: part of it when they are needed
    std::vector<std::string> portable; ///< portable objects and archives
    /// Copies of archives (first) that symbol resolution reads in place of users' own (second): lld cannot read members
    /// of another ISA beside those of x86-64, so they are left out.
    std::vector<std::pair<std::string, std::string>> copies;
    std::optional<TemporaryFolder> folder; ///< of the copies
};

/// Sorts the inputs among `arguments`. Prints every file that cannot be part of a pair and why, and returns nothing
/// then.
std::optional<LinkInputs> sortInputs(llvm::ArrayRef<std::string> arguments);

} // namespace dyad
