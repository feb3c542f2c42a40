// Call frame information, evaluated on the memory that the guest left.
#include "unwinder.h"

#include <llvm/Support/Casting.h>

#include <cstring>

using namespace llvm;
using namespace llvm::dwarf;

namespace dyad {

namespace {

/// What differs between the ISAs: the DWARF numbers of the registers in the order of struct dyad_crash, and of the
/// stack pointer and the return address (System V ABI for x86-64, figure 3.36; DWARF for the Arm 64-bit Architecture,
/// section 4.1).
struct DwarfNumbers {
    unsigned crashOrder[31];
    unsigned crashCount, stackPointer, returnAddress;
};

constexpr DwarfNumbers kNumbers[] = {
    {{0, 3, 2, 1, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15}, 15, 7, 16},
    {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30},
     31,
     31,
     30},
};

/// Whether the location is the memory at its address rather than the address itself. LLVM keeps this to itself but for
/// comparison.
bool isMemory(const UnwindLocation &location) {
    switch (location.getLocation()) {
    case UnwindLocation::CFAPlusOffset:
        return location == UnwindLocation::createAtCFAPlusOffset(location.getOffset());
    case UnwindLocation::RegPlusOffset:
        return location == UnwindLocation::createAtRegisterPlusOffset(location.getRegister(), location.getOffset());
    default:
        return false;
    }
}

const DwarfNumbers &numbers(Isa isa) {
    return kNumbers[static_cast<int>(isa)];
}

} // namespace

FrameRegisters registersOf(const dyad_crash &crash, Isa isa) {
    const DwarfNumbers &dwarf = numbers(isa);
    FrameRegisters registers;
    for (unsigned i = 0; i < dwarf.crashCount; ++i)
        registers.value[dwarf.crashOrder[i]] = crash.registers[i];
    registers.value[dwarf.stackPointer] = crash.sp;
    registers.pc = crash.pc;
    return registers;
}

Unwinder::Unwinder(Isa isa, GuestMemory &memory, const DWARFDebugFrame &frames) : isa_(isa), memory_(memory) {
    for (const FrameEntry &entry : frames)
        if (const auto *fde = llvm::dyn_cast<FDE>(&entry)) entries_[fde->getInitialLocation()] = fde;
}

std::optional<std::uint64_t> Unwinder::load(std::uint64_t address) {
    auto bytes = memory_.translate(GuestAddress(address), sizeof(std::uint64_t));
    if (!bytes) return std::nullopt;
    std::uint64_t value;
    std::memcpy(&value, bytes->data(), sizeof value);
    return value;
}

std::optional<UnwindRow> Unwinder::rowFor(std::uint64_t pc) {
    auto entry = entries_.upper_bound(pc);
    if (entry == entries_.begin()) return std::nullopt;
    const FDE *fde = std::prev(entry)->second;
    if (pc - fde->getInitialLocation() >= fde->getAddressRange()) return std::nullopt;
    auto table = tables_.find(fde);
    if (table == tables_.end()) {
        auto made = UnwindTable::create(fde);
        if (!made) {
            consumeError(made.takeError());
            return std::nullopt;
        }
        table = tables_.emplace(fde, std::move(*made)).first;
    }
    std::optional<UnwindRow> best;
    for (const UnwindRow &row : table->second)
        if (row.getAddress() <= pc) best = row;
    return best;
}

std::optional<std::uint64_t> Unwinder::evaluate(const UnwindLocation &location, const FrameRegisters &registers,
                                                std::uint64_t cfa, unsigned number) {
    std::uint64_t value = 0;
    switch (location.getLocation()) {
    case UnwindLocation::Same:
        return registers.value[number];
    case UnwindLocation::CFAPlusOffset:
        value = cfa + static_cast<std::int64_t>(location.getOffset());
        break;
    case UnwindLocation::RegPlusOffset:
        if (location.getRegister() >= registers.value.size()) return std::nullopt;
        value = registers.value[location.getRegister()] + static_cast<std::int64_t>(location.getOffset());
        break;
    case UnwindLocation::Constant:
        value = static_cast<std::uint64_t>(static_cast<std::int64_t>(location.getConstant()));
        break;
    // Expressions are what hand-written entry code needs; the stack ends there.
    default:
        return std::nullopt;
    }
    return isMemory(location) ? load(value) : std::optional(value);
}

/// Where no call frame information is. Innermost, that is a jump into nowhere: as before a function's first
/// instruction. Further out, AArch64 code keeps frame records that x29 points to (AAPCS64, section 6.4.6); x86-64 code
/// keeps nothing.
bool Unwinder::stepWithoutInformation(FrameRegisters &registers, bool isReturnAddress) {
    const DwarfNumbers &dwarf = numbers(isa_);
    std::uint64_t &sp = registers.value[dwarf.stackPointer];
    if (isa_ == Isa::aarch64 && isReturnAddress) {
        constexpr unsigned kFramePointer = 29;
        std::uint64_t record = registers.value[kFramePointer];
        auto callerRecord = load(record), caller = load(record + sizeof(std::uint64_t));
        if (record < sp || !callerRecord || !caller) return false;
        registers.value[kFramePointer] = *callerRecord;
        sp = record + 2 * sizeof(std::uint64_t);
        registers.pc = *caller;
    } else if (isa_ == Isa::aarch64) {
        registers.pc = registers.value[dwarf.returnAddress];
    } else {
        auto caller = load(sp);
        if (isReturnAddress || !caller) return false;
        registers.pc = *caller;
        sp += sizeof(std::uint64_t);
    }
    return registers.pc != 0;
}

bool Unwinder::step(FrameRegisters &registers, bool isReturnAddress) {
    const DwarfNumbers &dwarf = numbers(isa_);
    // A call at the end of a function returns to where the next one begins.
    auto row = rowFor(isReturnAddress ? registers.pc - 1 : registers.pc);
    if (!row) return stepWithoutInformation(registers, isReturnAddress);
    auto cfa = evaluate(row->getCFAValue(), registers, 0, dwarf.stackPointer);
    // Frames lie one above the other; only a leaf may have none of its own.
    std::uint64_t sp = registers.value[dwarf.stackPointer];
    if (!cfa || *cfa < sp || (isReturnAddress && *cfa == sp)) return false;
    FrameRegisters caller = registers;
    const RegisterLocations &locations = row->getRegisterLocations();
    for (unsigned number = 0; number < caller.value.size(); ++number) {
        auto location = locations.getRegisterLocation(number);
        if (!location) continue;
        if (location->getLocation() == UnwindLocation::Undefined) {
            if (number == dwarf.returnAddress) return false; // the outermost frame says so
            continue;
        }
        auto value = evaluate(*location, registers, *cfa, number);
        if (!value) return false;
        caller.value[number] = *value;
    }
    caller.value[dwarf.stackPointer] = *cfa;
    caller.pc = caller.value[dwarf.returnAddress];
    registers = caller;
    return registers.pc != 0;
}

std::vector<StackFrame> Unwinder::unwind(FrameRegisters registers, bool atCall, std::size_t limit) {
    std::vector<StackFrame> frames{{registers.pc, atCall}};
    bool isReturnAddress = atCall;
    while (frames.size() < limit && step(registers, isReturnAddress)) {
        isReturnAddress = true;
        frames.push_back({registers.pc, true});
    }
    return frames;
}

} // namespace dyad
