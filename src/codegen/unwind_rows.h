// The unwind table of a relocatable object, by function: how to get from a frame to its caller's at some instruction.
#pragma once

#include "codegen/object_places.h"
#include "support/isa.h"

#include "llvm/DebugInfo/DWARF/DWARFDebugFrame.h"

namespace dyad {

class UnwindRows {
  public:
    /// Reads .eh_frame, if the object has it.
    static llvm::Expected<UnwindRows> read(const ObjectPlaces& object, Isa isa);

    /// The row that holds at `offset` of the function that starts at `function`.
    llvm::Expected<const llvm::dwarf::UnwindRow*> find(ObjectPlaces::Place function, uint64_t offset);

  private:
    struct Entry {
        const llvm::dwarf::FDE* record;
        std::optional<llvm::dwarf::UnwindTable> rows; ///< made when first asked for
    };
    std::unique_ptr<llvm::DWARFDebugFrame> frames_;
    std::map<ObjectPlaces::Place, Entry> entries_;
};

} // namespace dyad
