// Where a resume function keeps the values that its sites record: cells in its native frame, in the form of a frame
// record, so that a table says where the words of a record belong, and a stop inside the resume function finds them
// there again without a single instruction of code (docs/migration.md, sections 1 and 2).
#pragma once

#include "passes/migration/sites.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/IR/IRBuilder.h"

namespace dyad {

class RecordCells {
  public:
    /// Gives a cell to each piece of each value that one of `sites` records.
    RecordCells(llvm::Function& resume, const std::vector<Site>& sites);

    /// What a site's bundle is while its values lie in their cells: its number, the address of the cells, and for each
    /// piece the constant `offset + size / 4`.
    llvm::OperandBundleDef bundleOf(const Site& site) const;

    /// Calls the routine that takes the record at `__dyad_resume_cursor`: it advances the cursor and fills the cells.
    /// Returns the record's address.
    llvm::Value* takeRecord(llvm::IRBuilderBase& builder, const std::vector<Site>& sites) const;

    /// `slot` was where the code finds `value`, of the original function, in a form of its own. From here on the cells
    /// are.
    void replaceSlot(const llvm::Value* value, llvm::AllocaInst& slot) const;

  private:
    struct Piece {
        llvm::Type* type;
        std::uint32_t offset;
    };
    llvm::Constant* makeTable(const std::vector<Site>& sites) const;

    llvm::Function& resume_;
    llvm::MapVector<llvm::Value*, llvm::SmallVector<Piece, 2>> places_;
    llvm::AllocaInst* cells_ = nullptr; ///< null if no site records anything
};

} // namespace dyad
