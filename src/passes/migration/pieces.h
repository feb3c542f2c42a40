// How an SSA value is recorded at a site: as one or more pieces, each a scalar or a 128-bit vector, because statepoints cut
// aggregates and take narrow and wide integers badly (docs/migration.md).
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/IRBuilder.h"

#include <cstdint>

namespace dyad {

using Pieces = llvm::SmallVector<llvm::Value*, 4>;

/// Types of the pieces: pointer, i32, i64, float, double, or a vector of 128 bits.
llvm::SmallVector<llvm::Type*, 4> pieceTypes(llvm::Type* type);

/// Bytes of a piece's type: 4, 8 or 16 (docs/site-table.md, "value size").
std::uint8_t pieceSize(llvm::Type* type);

/// Takes a value apart, at the builder's place.
Pieces splitValue(llvm::IRBuilderBase& builder, llvm::Value* value);

/// Puts a value of `type` together again; takes its pieces from the front of `pieces`.
llvm::Value* joinValue(llvm::IRBuilderBase& builder, llvm::Type* type, llvm::ArrayRef<llvm::Value*>& pieces);

} // namespace dyad
