// What the portable part of the libOS and the native part (arch/<isa>/) offer each other. Only pointers, 32- and 64-bit
// integers cross this border: native compilers and the portable lowering agree on nothing else (docs/abi.md).
//
// Everything declared under "native" exists once per ISA, with the same name and the same meaning.
#pragma once

#include <dyad/abi.h>

extern "C" {

// -- Native: called by portable code -------------------------------------------------------------------------------

/// Rings the monitor's doorbell.
void __dyad_notify(void);
/// Sleeps until the monitor rings or `deadline_ns` of __dyad_clock passes (UINT64_MAX: no deadline). May return early.
void __dyad_wait(uint64_t deadline_ns);
/// Monotonic time in ns since some moment before start. Zero rate until __dyad_clock_rate was called on machines that
/// need the rate from the monitor.
uint64_t __dyad_clock(void);
/// Raw counter: what HELLO and MAIN carry.
uint64_t __dyad_ticks(void);
/// ns of CPU time that the program has used, or UINT64_MAX on machines that cannot tell.
uint64_t __dyad_cpu_time(void);
/// Tells the clock its rate, from WELCOME; ignored by machines that know it (hz 0 is always ignored).
void __dyad_clock_rate(uint64_t hz);
/// Sets the protection of whole pages of the arena (prot: 1 read, 2 write, 4 execute; 0 none). Returns 0 or -errno. The
/// portable part closes the arena at its start and opens what it hands out.
int32_t __dyad_protect(uintptr_t address, uint64_t size, uint32_t prot);
/// Makes whole, readable and writable pages of the arena read as zero, giving the memory back to the host if it can.
void __dyad_discard(uintptr_t address, uint64_t size);
/// Points the thread pointer register at the block of thread-locals [block, block + size), `align` aligned. The caller
/// leaves DYAD_TCB_SIZE writable bytes free before `block` and after `block` + size rounded up to `align`.
void __dyad_set_thread_block(uintptr_t block, uint64_t size, uint64_t align);
#define DYAD_TCB_SIZE 64
/// Fills in the crash record with the caller's registers, tells the monitor, and stops.
[[noreturn]] void __dyad_crash(uint32_t cause, uint32_t signal, const char* message);
/// Stops the machine; everything that must reach the monitor is in the ring.
[[noreturn]] void __dyad_halt(void);
/// If the monitor asks for a stop, stops here until it says to go on. __dyad_wait does this before it sleeps and before it
/// returns. Requests count from the first call on, which is made right before main.
void __dyad_stop_point(void);
/// Where a migration point takes the program once it was patched: stops like __dyad_stop_point. Calling convention
/// preserve_all: every register is kept.
void __dyad_point(void);
/// Ends an arrival: the move is complete. Stops again at once if the monitor asks for it.
void __dyad_arrive(void);
/// setjmp's native half: saves what the ABI preserves into `context` (DYAD_CONTEXT_SIZE bytes, 16 aligned) and returns 0;
/// returns once more, with `value`, at each __dyad_context_load(context, value) while the caller has not returned.
[[gnu::returns_twice]] int32_t __dyad_context_save(void* context);
[[noreturn]] void __dyad_context_load(void* context, int32_t value);
#define DYAD_CONTEXT_SIZE 256
/// The next frame record (docs/migration.md, section 2); read and advanced by resume functions. Private to each half.
extern const char* __dyad_resume_cursor;
/// The ISA that runs right now, as in DYAD_FRAME_MIGRATE: 0 x86_64, 1 aarch64.
uint32_t __dyad_isa(void);
/// A random number from the CPU if it has an instruction for that; returns 1 and stores it, or 0.
int32_t __dyad_cpu_random(uint64_t* value);

// -- Portable: called by native code -------------------------------------------------------------------------------

/// Entry of the portable part: on the first native stack, page tables and traps set up, arena readable and writable,
/// page 0 unmapped, rings usable.
[[noreturn]] void __dyad_start(void);
/// Called by the innermost resume function in place of the call or point at which its frame was stopped.
void __dyad_arrived(void);
/// In a destination, before any resume function: gives the arena's pages the protection they had.
void __dyad_restore(void);
/// ns in which the program was asleep or stopped, and so used no CPU time. While it is stopped: that, minus the clock's time
/// when it stopped.
extern uint64_t __dyad_idle_ns;
/// Lowest usable address of the portable stack; below lie DYAD_STACK_GUARD inaccessible bytes.
extern char* __dyad_stack_limit;
#define DYAD_STACK_GUARD 65536
/// Not 0 while the arena's regions and the protection of its pages are being changed together: no thread stops then.
extern volatile uint32_t __dyad_arena_changing;
/// How many times the program has forbidden migration and not allowed it again; read when a stop is asked for.
extern volatile uint32_t __dyad_migration_forbidden;
/// Asks, on the trap stack, whether the program handles this fault: returns the address of a portable function
/// void (uint32_t signal, uint32_t code, uintptr_t address), to be called on the interrupted stack, or 0 for a crash.
uintptr_t __dyad_fault(uint32_t signal, uint32_t code, uintptr_t address);

// -- Linker script: equal in both halves ---------------------------------------------------------------------------

extern const char __dyad_tls_start[], __dyad_tls_file_end[], __dyad_tls_end[]; ///< the initial image of thread-locals
extern const char __dyad_tls_align[];                                          ///< its address is the alignment
extern const char __dyad_common_start[], __dyad_common_end[];

} // extern "C"
