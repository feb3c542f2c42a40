// Crash records: what the monitor prints when a program dies. Specification: docs/abi.md, section 4.
#include "native.h"

namespace dyad::native {
namespace {

constexpr uint32_t kAbort = 6; // SIGABRT

// A fault while another is looked at is a fault of the libOS itself; asking it again could loop.
bool handlingFault;

/// Below the native or the portable stack.
bool inStackGuard(uint64_t address) {
    const dyad_control& c = control();
    uint64_t native = DYAD_IMAGE_BASE + c.private_offset + c.private_size - c.stack_size;
    uint64_t portable = reinterpret_cast<uint64_t>(__dyad_stack_limit);
    return (address < native && address >= native - DYAD_PAGE_SIZE) ||
           (address < portable && address >= portable - DYAD_STACK_GUARD);
}

void copyMessage(char (&to)[256], const char* from) {
    size_t i = 0;
    if (from)
        for (; i + 1 < sizeof to && from[i]; ++i)
            to[i] = from[i];
    to[i] = 0;
}

/// Ends the machine with a complete record. `place`: enum dyad_crash_place.
[[noreturn]] void finish(dyad_crash& record, uint32_t place, uint32_t cause, uint32_t signal, const char* message) {
    dyad_crash& out = control().crash;
    if (&record != &out) __builtin_memcpy(&out, &record, sizeof out);
    out.cause = cause;
    out.signal = signal;
    copyMessage(out.message, message);
    __atomic_store_n(&out.valid, place, __ATOMIC_RELEASE);
    __dyad_notify();
    __dyad_halt();
}

} // namespace

void crash(dyad_crash& record, uint32_t cause, uint32_t signal, const char* message) {
    finish(record, DYAD_CRASH_AT_FAULT, cause, signal, message);
}

void panic(const char* message) {
    dyad_crash& record = control().crash;
    finish(record, DYAD_CRASH_AT_CALL, DYAD_CRASH_PANIC, kAbort, message);
}

void handleFault(dyad_crash& record) {
    adjustRecord(record);
    // There is no stack left to call a handler on.
    if (inStackGuard(record.address)) crash(record, DYAD_CRASH_STACK_OVERFLOW, record.signal, "");
    if (handlingFault) crash(record, record.cause, record.signal, "fault while handling a fault");
    handlingFault = true;
    uintptr_t target = __dyad_fault(record.signal, record.code, record.address);
    if (!target) crash(record, record.cause, record.signal, "");
    handlingFault = false;
    setCall(record, target, record.signal, record.code, record.address);
}

void checkControl(uint32_t expectedMachine) {
    const dyad_control& c = control();
    if (c.magic != DYAD_CONTROL_MAGIC) panic("control area: wrong magic");
    if (c.version != DYAD_ABI_VERSION) panic("control area: ABI version of the monitor differs from the guest's");
    if (c.machine != expectedMachine) panic("control area: machine kind does not match the entry");
    constexpr uint64_t kLarge = 0x200000, kRamInWindow = DYAD_IMAGE_LIMIT - DYAD_IMAGE_BASE;
    bool aligned = c.private_offset % DYAD_PAGE_SIZE == 0 && c.private_size % DYAD_PAGE_SIZE == 0 &&
                   c.stack_size % DYAD_PAGE_SIZE == 0 && c.arena_offset % kLarge == 0 && c.arena_size % kLarge == 0;
    bool inside = c.private_offset <= kRamInWindow && c.private_size <= kRamInWindow - c.private_offset &&
                  c.stack_size < c.private_size && c.arena_offset >= c.private_offset + c.private_size &&
                  c.arena_offset <= c.ram_size && c.arena_size <= c.ram_size - c.arena_offset &&
                  c.arena_size <= DYAD_ARENA_LIMIT - DYAD_ARENA_BASE;
    aligned &= c.migration_size % DYAD_PAGE_SIZE == 0;
    inside &= !c.migration_size || (c.migration_offset == c.private_offset && c.stack_size < c.private_size &&
                                    c.migration_size < c.private_size - c.stack_size);
    uint64_t behind = c.migration_offset + c.migration_size, left = c.private_size - c.stack_size - c.migration_size;
    aligned &= c.pages.area_size % DYAD_PAGE_SIZE == 0;
    inside &= !c.pages.area_size || (c.pages.area_offset == behind && c.pages.area_size < left);
    if (!aligned || !inside) panic("control area: division of RAM is not valid");
}

/// From __dyad_crash (entry.S), which stored pc, sp, flags and registers of its caller in the control area's record.
extern "C" [[noreturn]] void __dyad_crash_stored(uint32_t cause, uint32_t signal, const char* message) {
    dyad_crash& record = control().crash;
    record.code = 0;
    record.address = 0;
    finish(record, DYAD_CRASH_AT_CALL, cause, signal, message);
}

} // namespace dyad::native
