// Native objects: ELF objects of one ISA that dyad-cc made with --isa=, named on the command line or members of
// archives.
#pragma once

#include "layout/layout.h"
#include "support/isa.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace dyad {

/// A native object and its global symbols.
struct NativeObject {
    ObjectFile file;                             ///< its name is FILE or ARCHIVE(MEMBER)
    std::vector<std::string> defined, undefined; ///< weak references are in neither
};

using NativeObjects = std::array<std::vector<NativeObject>, 2>; ///< by Isa

/// Reads an object of a user. The error says what the object is and how to get the right one.
llvm::Expected<std::pair<Isa, NativeObject>> readUserNative(const std::string& name, llvm::MemoryBufferRef buffer);

/// Reads an object of the toolchain; prints and returns nothing if the file is not one for `isa`.
std::optional<NativeObject> readToolchainNative(const std::string& path, Isa isa, ObjectFile::Role role);

/// What the objects define.
llvm::StringSet<> definedBy(llvm::ArrayRef<NativeObject> objects);

/// Moves to `taken` each of the `members` that defines a symbol in `undefined`, and those that the moved ones need in
/// turn, as a linker does with the members of archives: the first that defines a symbol gives it.
/// `undefined` becomes what is still undefined; what `known` holds is defined elsewhere.
void takeMembers(std::vector<NativeObject>& members, std::vector<NativeObject>& taken, llvm::StringSet<>& undefined,
                 const llvm::StringSet<>& known);

} // namespace dyad
