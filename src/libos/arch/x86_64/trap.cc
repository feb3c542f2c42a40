// x86-64: descriptor tables, and faults as crash records. Specification: Intel SDM volume 3, 6 and 8; docs/abi.md, 4.
#include "trap.h"
#include "migration.h"
#include "native.h"
#include "pages.h"

extern "C" char trapVectors[];

namespace dyad::native {
namespace {

constexpr uint16_t kCodeSelector = 8, kTssSelector = 16;

// Faults, interrupts, and what may strike in the middle of either.
enum Stack { kFaultStack = 1, kInterruptStack = 2, kLastResortStack = 3 };
// Handlers may fault themselves, where memory is closed for the moment: the CPU finds another part of the stack then.
constexpr uint64_t kFaultPart = 16384;
constexpr unsigned kFaultDepth = 3;
alignas(16) char faultStack[kFaultDepth * kFaultPart], interruptStack[8192], lastResortStack[4096];

struct [[gnu::packed]] {
    uint32_t reserved0;
    uint64_t rsp[3], reserved1, ist[7], reserved2;
    uint16_t reserved3, ioMap;
} tss;

struct Gate {
    uint16_t offset0, selector;
    uint8_t stack, type;
    uint16_t offset1;
    uint32_t offset2, reserved;
} idt[kVectors];

alignas(8) uint64_t gdt[4] = {0, 0x00209a0000000000};

struct [[gnu::packed]] Pointer {
    uint16_t limit;
    const void* base;
};

enum Vector { kDivide = 0, kDebug = 1, kNmi = 2, kBreakpoint = 3, kUndefined = 6, kDoubleFault = 8, kPageFault = 14,
              kX87 = 16, kAlignment = 17, kMachineCheck = 18, kSimd = 19 };

uint32_t signalOf(uint64_t vector) {
    switch (vector) {
    case kDivide:
    case kX87:
    case kSimd:
        return 8; // SIGFPE
    case kDebug:
    case kBreakpoint:
        return 5; // SIGTRAP
    case kUndefined:
        return 4; // SIGILL
    case kAlignment:
    case kMachineCheck:
        return 7; // SIGBUS
    default:
        return 11; // SIGSEGV
    }
}

uint8_t stackOf(unsigned vector) {
    if (vector == kNmi || vector == kDoubleFault || vector == kMachineCheck) return kLastResortStack;
    return vector < 32 ? kFaultStack : kInterruptStack;
}

/// Where the next fault's frame goes, while `depth` are being handled. The CPU reads it at every fault.
void setFaultStack(unsigned depth) {
    auto end = reinterpret_cast<uint64_t>(faultStack + sizeof faultStack);
    // With all parts in use, the one that is least likely to be needed again.
    unsigned part = depth < kFaultDepth ? depth : kFaultDepth - 1;
    *const_cast<volatile uint64_t*>(&tss.ist[kFaultStack - 1]) = end - part * kFaultPart;
}

} // namespace

void loadDescriptors() {
    setFaultStack(0);
    tss.ist[kInterruptStack - 1] = reinterpret_cast<uint64_t>(interruptStack + sizeof interruptStack);
    tss.ist[kLastResortStack - 1] = reinterpret_cast<uint64_t>(lastResortStack + sizeof lastResortStack);
    tss.ioMap = sizeof tss;
    uint64_t base = reinterpret_cast<uint64_t>(&tss);
    gdt[2] = (sizeof tss - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
    gdt[3] = base >> 32;
    for (unsigned i = 0; i < kVectors; ++i) {
        uint64_t target = reinterpret_cast<uint64_t>(trapVectors + 16 * i);
        idt[i] = {static_cast<uint16_t>(target), kCodeSelector, stackOf(i), 0x8e, static_cast<uint16_t>(target >> 16),
                  static_cast<uint32_t>(target >> 32), 0};
    }
    Pointer gdtPointer{sizeof gdt - 1, gdt}, idtPointer{sizeof idt - 1, idt};
    asm volatile("lgdt %0; lidt %1; ltr %2" ::"m"(gdtPointer), "m"(idtPointer), "r"(kTssSelector) : "memory");
}

void adjustRecord(dyad_crash&) {}

void setCall(dyad_crash& record, uintptr_t target, uint64_t first, uint64_t second, uint64_t third) {
    enum { kRdx = 3, kRsi = 4, kRdi = 5 }; // in dyad_crash.registers
    uint64_t sp = (record.sp & ~15ull) - 8;
    *reinterpret_cast<uint64_t*>(sp) = record.pc; // as if the faulting instruction had called: backtraces go on
    constexpr uint64_t kDirectionTrapAlign = 0x400 | 0x100 | 0x40000;
    record.flags &= ~kDirectionTrapAlign; // as functions expect them
    record.sp = sp;
    record.pc = target;
    record.registers[kRdi] = first;
    record.registers[kRsi] = second;
    record.registers[kRdx] = third;
}

namespace {

void handleFaultFrame(TrapFrame* frame, uint64_t address) {
    constexpr uint64_t kInterruptFlag = 0x200;
    if (frame->vector == kBreakpoint && reachPoint(frame->rip)) return;
    if (frame->vector == kPageFault && resolveFault(address, frame->rflags & kInterruptFlag)) return;
    dyad_crash& record = control().crash;
    record.cause = frame->vector == kDivide ? DYAD_CRASH_DIVIDE : DYAD_CRASH_FAULT;
    record.signal = signalOf(frame->vector);
    record.code = frame->vector;
    record.address = frame->vector == kPageFault ? address : 0;
    record.pc = frame->rip;
    record.sp = frame->rsp;
    record.flags = frame->rflags;
    const uint64_t* registers = &frame->rax;
    for (unsigned i = 0; i < 15; ++i)
        record.registers[i] = registers[i];
    handleFault(record);
    frame->rip = record.pc;
    frame->rsp = record.sp;
    frame->rflags = record.flags;
    frame->rdi = record.registers[5];
    frame->rsi = record.registers[4];
    frame->rdx = record.registers[3];
}

} // namespace

extern "C" void handleTrap(TrapFrame* frame) {
    if (frame->vector >= 32) return handleInterrupt(frame->vector, frame->rip);
    uint64_t address;
    asm volatile("mov %%cr2, %0" : "=r"(address));
    static volatile unsigned depth;
    if (depth == kFaultDepth) panic("faults of fault handlers are too deep");
    depth = depth + 1;
    setFaultStack(depth);
    handleFaultFrame(frame, address);
    depth = depth - 1;
    setFaultStack(depth);
}

} // namespace dyad::native
