// AArch64: thread pointer and signal context. Specification: the kernel's asm/sigcontext.h and asm/ucontext.h.
#include "isa.h"

namespace dyad::tender {
namespace {

struct Context { // ucontext_t, the part that is used
    uint64_t flags;
    Context* link;
    SignalStack stack;
    uint8_t mask[128];
    alignas(16) uint64_t faultAddress;
    uint64_t x[31], sp, pc, pstate;
};

} // namespace

void setThreadPointer(uint64_t value, uint64_t) { asm volatile("msr tpidr_el0, %0" ::"r"(value)); }

void readContext(const void* context, dyad_crash& record) {
    const auto& c = *static_cast<const Context*>(context);
    for (unsigned i = 0; i < 31; ++i)
        record.registers[i] = c.x[i];
    record.pc = c.pc;
    record.sp = c.sp;
    record.flags = c.pstate;
}

void writeContext(void* context, const dyad_crash& record) {
    auto& c = *static_cast<Context*>(context);
    c.pc = record.pc;
    c.sp = record.sp;
    c.pstate = record.flags;
    for (unsigned i = 0; i < 3; ++i)
        c.x[i] = record.registers[i];
}

uint64_t programCounter(const void* context) { return static_cast<const Context*>(context)->pc; }

} // namespace dyad::tender
