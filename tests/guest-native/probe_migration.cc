// Probes of stopping and resuming: docs/abi.md, section 8. migration.py plays the monitor's part.
#include "probe.h"

#include <stddef.h>

extern "C" {
// point_<isa>.S
void pointWithRegisters(uint64_t* seen);
void strayBreakpoint();

int fegetround();
int __fesetround(int);
int fetestexcept(int);
int feraiseexcept(int);

// What the portable part would have.
volatile uint32_t __dyad_migration_forbidden, __dyad_arena_changing;
uint64_t __dyad_idle_ns;
char* __dyad_stack_limit;
void __dyad_restore();
}

// Offsets that monitor.py spells as numbers.
static_assert(offsetof(dyad_control, migration_offset) == 1008 && offsetof(dyad_control, migration) == 1024);
static_assert(offsetof(dyad_migration, points_offset) == 24 && offsetof(dyad_migration, at_call) == 56);
static_assert(offsetof(dyad_migration, clock_ns) == 72 && offsetof(dyad_migration, interrupted_pc) == 120);
static_assert(offsetof(dyad_migration, registers) == 128 && offsetof(dyad_registers, vector) == 320);

namespace {

volatile dyad_migration& shared() { return reinterpret_cast<dyad_control*>(DYAD_CONTROL_ADDRESS)->migration; }

constexpr uint64_t kGeneral = 0x0101010101010101, kVector = 0x0303030303030303;
constexpr int kUp = 2, kDivide = 2;

bool registersKept(const uint64_t* seen) {
    bool arm = __dyad_isa() == 1;
    unsigned count = arm ? 32 : 16, stackPointer = arm ? 31 : 7, link = arm ? 30 : 7;
    bool good = true;
    for (unsigned i = 0; i < count; ++i)
        good &= i == stackPointer || i == link || seen[i] == kGeneral * (i + 1);
    for (unsigned i = 0; i < count; ++i)
        good &= seen[count + 2 * i] == kVector * (i + 1) && seen[count + 2 * i + 1] == kVector * (i + 1);
    return good;
}

bool restored;

} // namespace

extern "C" {

/// A point in common text, counted; migration.py knows its address.
[[gnu::noinline, gnu::section(".dyad.text.1")]] void commonPoint(volatile uint64_t* count) {
    *count = *count + 1;
    asm goto(".globl pointInCommonText, targetInCommonText\n"
             ".set targetInCommonText, %l0\n"
             "pointInCommonText: nop" ::
                 : "memory"
             : stop);
    return;
stop:
    __dyad_point();
    asm volatile(""); // no tail call
}

void __dyad_restore() { restored = true; }

[[noreturn]] void resumedEntry() {
    auto block = reinterpret_cast<uint64_t*>(DYAD_ARENA_BASE + 0x1000);
    bool good = restored && *reinterpret_cast<const uint64_t*>(__dyad_resume_cursor) == 0x1234567890 &&
                fegetround() == kUp && fetestexcept(31) == kDivide && *block == 77;
    uint64_t now = __dyad_clock(), minute = 60000000000;
    good &= now >= 5000000000000 && now < 5000000000000 + minute && __dyad_idle_ns >= 5000000000000;
    // A deadline of the clock that came from elsewhere.
    uint64_t end = now + 20000000;
    while (__dyad_clock() < end)
        __dyad_wait(end);
    good &= __dyad_clock() < end + minute;
    __dyad_arrive();
    __fesetround(0);
    finish(good);
}

} // extern "C"

/// Stops at points until the monitor has stopped it four times; everything is as it was each time.
void testPoints() {
    uint64_t seen[96];
    volatile uint64_t count = 0;
    bool good = true;
    __fesetround(kUp);
    feraiseexcept(kDivide);
    __dyad_stop_point();
    tell("ready\n");
    while (shared().stopped < 4) {
        pointWithRegisters(seen);
        good &= registersKept(seen);
        commonPoint(&count);
    }
    good &= fegetround() == kUp;
    __fesetround(0);
    finish(good && count > 1);
}

/// Nothing stops it: each request is taken back, or migration is forbidden. Then points are as fast as ever.
void testForbidden() {
    volatile uint64_t count = 0;
    __dyad_migration_forbidden = 1;
    __dyad_stop_point();
    tell("ready\n");
    while (shared().state != DYAD_MIGRATION_FORBIDDEN)
        commonPoint(&count);
    for (int i = 0; i < 1000; ++i)
        commonPoint(&count);
    bool good = shared().stopped == 0;
    __dyad_migration_forbidden = 0;
    __dyad_stop_point();
    finish(good && shared().stopped == 1 && shared().at_call);
}

void testWait() {
    __dyad_stop_point();
    tell("ready\n");
    while (shared().stopped < 2)
        __dyad_wait(UINT64_MAX);
    finish(true);
}

/// Faults while points are traps.
void testFaultWhilePatched() {
    volatile uint64_t count = 0;
    __dyad_stop_point();
    tell("ready\n");
    uint32_t skip = shared().skip;
    while (shared().skip == skip) // points are traps
        commonPoint(&count);
    Function volatile f = nullptr;
    f();
}

/// A breakpoint that is no point is a fault.
void testBreakpointWhilePatched() {
    volatile uint64_t count = 0;
    __dyad_stop_point();
    tell("ready\n");
    uint32_t skip = shared().skip;
    while (shared().skip == skip)
        commonPoint(&count);
    strayBreakpoint();
}

/// After points were patched and put back, text is read-only again.
void testTextClosed() {
    volatile uint64_t count = 0;
    __dyad_stop_point();
    tell("ready\n");
    while (shared().stopped < 1)
        commonPoint(&count);
    *reinterpret_cast<volatile uint32_t*>(reinterpret_cast<uintptr_t>(&commonPoint)) = 0;
}
