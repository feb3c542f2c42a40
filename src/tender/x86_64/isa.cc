// x86-64: thread pointer and signal context. Specification: the kernel's asm/sigcontext.h and asm/hwcap2.h.
#include "isa.h"

namespace dyad::tender {
namespace {

struct Context { // ucontext_t, the part that is used
    uint64_t flags;
    Context* link;
    SignalStack stack;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
};

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
    c.rip = record.pc;
    c.rsp = record.sp;
    c.rflags = record.flags;
    c.rdx = record.registers[3];
    c.rsi = record.registers[4];
    c.rdi = record.registers[5];
}

uint64_t programCounter(const void* context) { return static_cast<const Context*>(context)->rip; }

} // namespace dyad::tender
