// The program's side of migration (migration.h, include/dyad/dyad.h).
#include "migration.h"

#include "clock.h"
#include "heap.h"
#include "monitor.h"
#include "random.h"
#include "regions.h"
#include "streams.h"

#include <dyad/dyad.h>

extern "C" {
uint64_t __dyad_idle_ns;
volatile uint32_t __dyad_migration_forbidden;
int* __errno_location(void);
}

namespace libos {

MigrationState migration;

namespace {

struct ArrivalFunction {
    void (*function)(void*);
    void* argument;
};
ArrivalFunction* functions;
size_t functionCount;

void tellArrivals() {
    if (migration.running) return; // the loop below sees it
    migration.running = true;
    while (migration.told != migration.arrivals) {
        migration.told = migration.arrivals;
        for (size_t i = 0; i < functionCount; ++i)
            functions[i].function(functions[i].argument);
    }
    migration.running = false;
}

int failWith(int error) {
    *__errno_location() = error;
    return -1;
}

/// Gives the arena's pages the protection they had: a machine starts with all of them readable and writable.
void restoreProtection() {
    constexpr uint32_t kReadWrite = L_PROT_READ | L_PROT_WRITE;
    for (uint64_t start = arena.start(); start < arena.end();) {
        const Region* region = arena.find(start);
        uint32_t protection = region->protection;
        uint64_t end = region->end;
        while (end < arena.end() && (region = arena.find(end))->protection == protection)
            end = region->end;
        // Free pages may stay open where the host has no room to describe one more piece; the program's must not.
        if (protection != kReadWrite && __dyad_protect(start, end - start, protection) && protection != L_PROT_NONE)
            __dyad_crash(DYAD_CRASH_PANIC, 0, "the protection of memory cannot be restored on this host");
        start = end;
    }
}

} // namespace

void initialiseMigration() {
    migration = {};
    functions = nullptr;
    functionCount = 0;
    __dyad_idle_ns = 0;
    __dyad_migration_forbidden = 0;
}

void migrationAnswered(int32_t error) {
    migration.asked = false;
    migration.error = error;
}

InsideLibos::~InsideLibos() {
    migration.insideLibos = false;
    if (migration.told != migration.arrivals) tellArrivals();
}

} // namespace libos

using namespace libos;

extern "C" {

void __dyad_restore(void) {
    restoreProtection();
    restoreCpuTime(machine.control->migration.cpu_time_ns);
    refreshStreams();
    stirRandom(machine.control->seed);
}

void __dyad_arrived(void) {
    __dyad_arrive();
    ++migration.arrivals;
    if (!migration.insideLibos) tellArrivals();
}

int dyad_migrate(int isa) {
    if (isa != DYAD_ISA_X86_64 && isa != DYAD_ISA_AARCH64 && isa != DYAD_ISA_OTHER) return failWith(L_EINVAL);
    if (__dyad_migration_forbidden) return failWith(L_EBUSY);
    {
        InsideLibos inside;
        const uint32_t wanted[2] = {static_cast<uint32_t>(isa), 0};
        migration.asked = true;
        transmit(DYAD_FRAME_MIGRATE, wanted, sizeof wanted, nullptr, 0);
        while (migration.asked)
            waitForMonitor(kForever);
    }
    return migration.error ? failWith(migration.error) : 0;
}

// The compiler must not move the work in between out of the region.
void dyad_forbid_migration(void) {
    __dyad_migration_forbidden = __dyad_migration_forbidden + 1;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void dyad_allow_migration(void) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (!__dyad_migration_forbidden) return;
    __dyad_migration_forbidden = __dyad_migration_forbidden - 1;
    if (!__dyad_migration_forbidden) __dyad_stop_point();
}

int dyad_on_arrival(void (*function)(void*), void* argument) {
    if (!function) return failWith(L_EINVAL);
    InsideLibos inside;
    constexpr size_t size = sizeof(ArrivalFunction);
    void* grown = reallocate(functions, functionCount * size, (functionCount + 1) * size);
    if (!grown) return failWith(L_ENOMEM);
    functions = static_cast<ArrivalFunction*>(grown);
    functions[functionCount++] = {function, argument};
    return 0;
}

int dyad_isa(void) { return static_cast<int>(__dyad_isa()); }

} // extern "C"
