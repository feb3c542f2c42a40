// AArch64: thread pointer and signal context. Specification: the kernel's asm/sigcontext.h and asm/ucontext.h.
#include "isa.h"

#include "libos/arch/aarch64/float_control.h"

namespace dyad::tender {
namespace {

struct Context { // ucontext_t, the part that is used
    uint64_t flags;
    Context* link;
    SignalStack stack;
    uint8_t mask[128];
    alignas(16) uint64_t faultAddress;
    uint64_t x[31], sp, pc, pstate;
    alignas(16) uint8_t records[4096]; // until one with magic 0
};

struct FloatRecord {
    uint32_t magic, size;
    uint32_t fpsr, fpcr;
    uint8_t v[32][16];
};
constexpr uint32_t kFloatMagic = 0x46508001;

/// The record of the vector registers; it is always there.
const FloatRecord* floatRecord(const Context& context) {
    for (unsigned at = 0; at + sizeof(FloatRecord) <= sizeof context.records;) {
        auto record = reinterpret_cast<const FloatRecord*>(context.records + at);
        if (record->magic == kFloatMagic) return record;
        if (!record->magic || record->size < 8) break;
        at += record->size;
    }
    return nullptr;
}

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
    for (unsigned i = 0; i < 3; ++i)
        c.x[i] = record.registers[i];
}

void readAllRegisters(const void* context, dyad_migration& to) {
    const auto& c = *static_cast<const Context*>(context);
    for (unsigned i = 0; i < 31; ++i)
        to.registers.general[i] = c.x[i];
    to.registers.general[31] = c.sp;
    const FloatRecord* record = floatRecord(c);
    if (!record) __builtin_trap(); // no Linux leaves it out; a program must not move without its registers
    for (unsigned i = 0; i < 32; ++i)
        __builtin_memcpy(to.registers.vector[i], record->v[i], sizeof record->v[i]);
    FloatEnvironment environment = environmentOf(record->fpcr, record->fpsr);
    to.rounding = environment.rounding;
    to.fp_flags = environment.exceptions;
}

uint64_t programCounter(const void* context) { return static_cast<const Context*>(context)->pc; }

} // namespace dyad::tender
