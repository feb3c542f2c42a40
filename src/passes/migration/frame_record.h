// The frame record as code sees it: docs/migration.md, section 2.
#pragma once

#include "llvm/IR/IRBuilder.h"

#include <cstdint>

namespace dyad {

inline constexpr std::uint64_t kRecordNext = 0, kRecordIndex = 8, kRecordSize = 12, kRecordValues = 16;

inline llvm::Value* recordField(llvm::IRBuilderBase& builder, llvm::Value* record, llvm::Type* type,
                                std::uint64_t offset) {
    return builder.CreateLoad(type, builder.CreatePtrAdd(record, builder.getInt64(offset)));
}

} // namespace dyad
