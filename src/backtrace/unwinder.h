// Unwinds a crashed guest's stack by the call frame information of its image (DWARF 5, section 6.4; .eh_frame as in the
// Linux Standard Base). Every address comes from the guest and is checked before it is read.
#pragma once

#include "machine/guest_memory.h"
#include "support/isa.h"

#include <llvm/DebugInfo/DWARF/DWARFDebugFrame.h>

#include <array>
#include <map>
#include <optional>
#include <vector>

namespace dyad {

/// Registers by DWARF number. x86-64: 16 is the return address; AArch64: 31 is sp.
struct FrameRegisters {
    std::array<std::uint64_t, 33> value{};
    std::uint64_t pc = 0;
};

struct StackFrame {
    std::uint64_t pc = 0;
    bool isReturnAddress = false; ///< the call is the instruction before pc
};

/// The registers of a crash record in DWARF's numbering.
FrameRegisters registersOf(const dyad_crash &crash, Isa isa);

class Unwinder {
  public:
    Unwinder(Isa isa, GuestMemory &memory, const llvm::DWARFDebugFrame &frames);

    /// The frames of a stack, innermost first, at most `limit`. `atCall`: pc is the return address of a call, not the
    /// instruction that faulted. Ends where no frame information is, or where the stack
    /// pointer does not grow, or where memory cannot be read.
    std::vector<StackFrame> unwind(FrameRegisters registers, bool atCall, std::size_t limit);

  private:
    bool step(FrameRegisters &registers, bool isReturnAddress);
    bool stepWithoutInformation(FrameRegisters &registers, bool isReturnAddress);
    std::optional<llvm::dwarf::UnwindRow> rowFor(std::uint64_t pc);
    std::optional<std::uint64_t> evaluate(const llvm::dwarf::UnwindLocation &location, const FrameRegisters &registers,
                                          std::uint64_t cfa, unsigned number);
    std::optional<std::uint64_t> load(std::uint64_t address);

    Isa isa_;
    GuestMemory &memory_;
    std::map<std::uint64_t, const llvm::dwarf::FDE *> entries_; ///< by first address
    std::map<const llvm::dwarf::FDE *, llvm::dwarf::UnwindTable> tables_;
};

} // namespace dyad
