// x86-64: thread pointer and signal context. Specification: the kernel's asm/sigcontext.h and asm/hwcap2.h; Intel SDM volume 1,
// 13.4 (XSAVE area).
#include "isa.h"

#include "libos/arch/x86_64/cpu.h"
#include "libos/arch/x86_64/float_control.h"

namespace dyad::tender {
namespace {

struct Context { // ucontext_t, the part that is used
    uint64_t flags;
    Context* link;
    SignalStack stack;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss;
    uint64_t error, vector, oldMask, faultAddress;
    const struct FloatState* floats;
};

struct FloatState { // FXSAVE's area; behind it, if `magic` says so, the rest of XSAVE's, not compacted
    uint16_t control, status, tag, opcode;
    uint64_t instruction, data;
    uint32_t mxcsr, mxcsrMask;
    uint8_t st[8][16], xmm[16][16], reserved[48];
    uint32_t magic, extendedSize; // the bytes that software may use
    uint64_t features;
    uint32_t size, reserved2[7];
    uint64_t inUse; // XSAVE's header: components that are not all zero
};
constexpr uint32_t kExtendedMagic = 0x46505853;
static_assert(offsetof(FloatState, magic) == 464 && offsetof(FloatState, inUse) == 512);

/// `count` pieces of `size` bytes of a component go to offset `at` of the vector registers from `first` on.
struct Component {
    unsigned number, first, count, size, at;
};
// The upper halves of ymm, the upper halves of zmm, and all of zmm16 to zmm31.
constexpr Component kComponents[] = {{2, 0, 16, 16, 16}, {6, 0, 16, 32, 32}, {7, 16, 16, 64, 0}};

void readVectors(const FloatState& state, dyad_registers& registers) {
    __builtin_memset(registers.vector, 0, sizeof registers.vector);
    for (unsigned i = 0; i < 16; ++i)
        __builtin_memcpy(registers.vector[i], state.xmm[i], sizeof state.xmm[i]);
    if (state.magic != kExtendedMagic) return;
    for (const Component& component : kComponents) {
        if (!(state.features & state.inUse & 1u << component.number)) continue;
        uint32_t offset = native::cpuId(0xd, component.number).b;
        auto from = reinterpret_cast<const uint8_t*>(&state) + offset;
        for (unsigned i = 0; i < component.count; ++i, from += component.size)
            __builtin_memcpy(registers.vector[component.first + i] + component.at, from, component.size);
    }
}

} // namespace

void setThreadPointer(uint64_t value, uint64_t hwcap2) {
    constexpr uint64_t kFsGsBase = 2;
    constexpr long kArchSetFs = 0x1002;
    if (hwcap2 & kFsGsBase) asm volatile("wrfsbase %0" ::"r"(value));
    else systemCall(kArchPrctl, kArchSetFs, value);
}

void readContext(const void* context, dyad_crash& record) {
    const auto& c = *static_cast<const Context*>(context);
    const uint64_t registers[] = {c.rax, c.rbx, c.rcx, c.rdx, c.rsi, c.rdi, c.rbp, c.r8,
                                  c.r9,  c.r10, c.r11, c.r12, c.r13, c.r14, c.r15};
    for (unsigned i = 0; i < 15; ++i)
        record.registers[i] = registers[i];
    record.pc = c.rip;
    record.sp = c.rsp;
    record.flags = c.rflags;
}

void writeContext(void* context, const dyad_crash& record) {
    auto& c = *static_cast<Context*>(context);
    constexpr uint64_t kDirectionTrapAlign = 0x400 | 0x100 | 0x40000;
    c.rip = record.pc;
    c.rsp = record.sp;
    c.rflags &= ~kDirectionTrapAlign;
    c.rdx = record.registers[3];
    c.rsi = record.registers[4];
    c.rdi = record.registers[5];
}

void readAllRegisters(const void* context, dyad_migration& to) {
    const auto& c = *static_cast<const Context*>(context);
    const uint64_t general[] = {c.rax, c.rdx, c.rcx, c.rbx, c.rsi, c.rdi, c.rbp, c.rsp,
                                c.r8,  c.r9,  c.r10, c.r11, c.r12, c.r13, c.r14, c.r15};
    for (unsigned i = 0; i < 16; ++i)
        to.registers.general[i] = general[i];
    readVectors(*c.floats, to.registers);
    FloatEnvironment environment = environmentOf(c.floats->mxcsr);
    to.rounding = environment.rounding;
    to.fp_flags = environment.exceptions;
}

uint64_t programCounter(const void* context) { return static_cast<const Context*>(context)->rip; }

} // namespace dyad::tender
