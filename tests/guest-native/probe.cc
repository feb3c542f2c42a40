// A guest without portable part: __dyad_start runs the probe named by its first argument and tells what it found through
// the rings. tests/guest-native/run.py builds the machines and compares.
#include "probe.h"

namespace {

dyad_control& control() { return *reinterpret_cast<dyad_control*>(DYAD_CONTROL_ADDRESS); }
char* controlBytes(uint32_t offset) { return reinterpret_cast<char*>(DYAD_CONTROL_ADDRESS + offset); }

// -- Rings: the simplest code that follows abi.h ------------------------------------------------------------------------

void put(uint64_t position, const void* from, uint64_t size) {
    for (uint64_t i = 0; i < size; ++i)
        controlBytes(control().tx_offset)[(position + i) & (control().tx_size - 1)] = static_cast<const char*>(from)[i];
}

void send(uint32_t type, const void* a, uint32_t aSize, const void* b = nullptr, uint32_t bSize = 0) {
    dyad_ring& ring = control().tx;
    uint64_t total = sizeof(dyad_frame) + ((aSize + bSize + 7) & ~7u);
    while (ring.head + total - __atomic_load_n(&ring.tail, __ATOMIC_ACQUIRE) > control().tx_size) {
        ring.producer_waiting = 1;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (ring.head + total - ring.tail > control().tx_size) __dyad_wait(UINT64_MAX);
    }
    dyad_frame frame = {type, aSize + bSize};
    put(ring.head, &frame, sizeof frame);
    put(ring.head + sizeof frame, a, aSize);
    put(ring.head + sizeof frame + aSize, b, bSize);
    __atomic_store_n(&ring.head, ring.head + total, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (ring.consumer_waiting) {
        ring.consumer_waiting = 0;
        __dyad_notify();
    }
}

/// Waits for a frame of this type and copies its payload.
void receive(uint32_t type, void* to, uint32_t size) {
    dyad_ring& ring = control().rx;
    while (__atomic_load_n(&ring.head, __ATOMIC_ACQUIRE) == ring.tail) {
        ring.consumer_waiting = 1;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (ring.head == ring.tail) __dyad_wait(UINT64_MAX);
    }
    ring.consumer_waiting = 0;
    char bytes[64] = {};
    for (unsigned i = 0; i < sizeof bytes; ++i)
        bytes[i] = controlBytes(control().rx_offset)[(ring.tail + i) & (control().rx_size - 1)];
    dyad_frame frame;
    __builtin_memcpy(&frame, bytes, sizeof frame);
    if (frame.type != type || frame.size != size) __dyad_crash(DYAD_CRASH_PANIC, 6, "probe: unexpected frame");
    __builtin_memcpy(to, bytes + sizeof frame, size);
    __atomic_store_n(&ring.tail, ring.tail + sizeof frame + ((size + 7) & ~7u), __ATOMIC_RELEASE);
}

// -- Telling ------------------------------------------------------------------------------------------------------------

uint32_t length(const char* s) {
    uint32_t n = 0;
    while (s[n])
        ++n;
    return n;
}
bool same(const char* a, const char* b) {
    while (*a && *a == *b)
        ++a, ++b;
    return *a == *b;
}
[[noreturn]] void leave(uint32_t status) {
    uint32_t body[2] = {0, status};
    send(DYAD_FRAME_EXIT, body, sizeof body);
    __dyad_notify();
    __dyad_halt();
}
} // namespace

void tell(const char* text) {
    uint32_t head[2] = {1, 0};
    send(DYAD_FRAME_OUTPUT, head, sizeof head, text, length(text));
}

void finish(bool passed) {
    tell(passed ? "passed\n" : "failed\n");
    leave(passed ? 0 : 1);
}

namespace {

// -- Probes -------------------------------------------------------------------------------------------------------------

uintptr_t faultTarget; // what __dyad_fault answers
uint64_t faultAddress;
volatile uint64_t* arena(uint64_t offset) { return reinterpret_cast<volatile uint64_t*>(DYAD_ARENA_BASE + offset); }

void hello() { tell("hello\n"); }

void sleep() {
    constexpr uint64_t kLength = 50000000;
    uint64_t start = __dyad_clock(), end = start + kLength;
    while (__dyad_clock() < end)
        __dyad_wait(end);
    finish(__dyad_clock() - start < 20 * kLength);
}

/// A 2 MiB block of zeros that was never written stays so, pieces of it change, and the rest keeps its content.
void protect() {
    bool good = !*arena(0) && !*arena(control().arena_size - 8);
    *arena(0) = 1;
    *arena(0x1000) = 2;
    *arena(0x2000) = 3;
    good &= __dyad_protect(DYAD_ARENA_BASE + 0x1000, 0x1000, 1) == 0 && *arena(0x1000) == 2;
    *arena(0) = 4;
    *arena(0x2000) = 5;
    good &= __dyad_protect(DYAD_ARENA_BASE, 0x200000, 0) == 0;
    good &= __dyad_protect(DYAD_ARENA_BASE, 0x3000, 3) == 0;
    good &= *arena(0) == 4 && *arena(0x1000) == 2 && *arena(0x2000) == 5;
    __dyad_discard(DYAD_ARENA_BASE + 0x1000, 0x1000);
    good &= *arena(0) == 4 && *arena(0x1000) == 0 && *arena(0x2000) == 5;
    good &= __dyad_protect(DYAD_ARENA_BASE, 0x1000, 7) == -22 && __dyad_protect(DYAD_ARENA_BASE + 8, 0x1000, 3) == -22;
    good &= __dyad_protect(DYAD_ARENA_BASE + control().arena_size, 0x1000, 3) == -22;
    good &= __dyad_protect(DYAD_COMMON_BASE, 0x1000, 3) == -22;
    finish(good);
}
void protectedWrite() {
    __dyad_protect(DYAD_ARENA_BASE + 0x5000, 0x1000, 1);
    *arena(0x5008) = 1;
}
void protectedRead() {
    __dyad_protect(DYAD_ARENA_BASE + 0x200000, 0x200000, 0);
    (void)*arena(0x212340);
}

void onFault(uint32_t signal, uint32_t, uintptr_t address) {
    faultTarget = 0;
    finish(signal == 11 && address == faultAddress);
}
void handledFault() {
    faultTarget = reinterpret_cast<uintptr_t>(&onFault);
    faultAddress = DYAD_ARENA_BASE + 0x5008;
    protectedWrite();
}

void jumpNull() {
    Function volatile f = nullptr;
    f();
}
void readNull() { (void)*reinterpret_cast<volatile int*>(uintptr_t{8}); }
void executeData() {
    static uint32_t code[4];
    Function volatile f = reinterpret_cast<Function>(code);
    f();
}
void executeArena() { reinterpret_cast<Function>(DYAD_ARENA_BASE + 0x100)(); }
void executeStack() {
    uint64_t here[2] = {};
    Function volatile f = reinterpret_cast<Function>(here);
    f();
}
void writeText() { *reinterpret_cast<volatile uint32_t*>(reinterpret_cast<uintptr_t>(&hello)) = 0; }
const uint64_t kConstant[2] = {1, 2};
void writeConstant() { *const_cast<volatile uint64_t*>(kConstant) = 0; }
void beyondArena() { *arena(control().arena_size) = 1; }
void belowImage() { (void)*reinterpret_cast<volatile int*>(DYAD_CONTROL_ADDRESS - 8); }

[[gnu::noinline]] uint64_t recurse(uint64_t n) {
    volatile uint64_t room[32];
    room[n % 32] = n;
    if (!n) return 0;
    return recurse(n + 1) + room[(n + 1) % 32];
}
void overflow() { recurse(__dyad_ticks()); }

void undefined() { __builtin_trap(); }
void abortSelf() { __dyad_crash(DYAD_CRASH_SIGNAL, 6, "aborted on request"); }

/// Thread-locals as code generation addresses them; the first is less aligned than the block.
[[gnu::section(".dyad.tdata.1")]] thread_local uint32_t initial = 0x1234567;
[[gnu::section(".dyad.tdata.2")]] alignas(64) thread_local uint64_t aligned[3] = {7, 8, 9};
void threadLocals() {
    uint64_t size = __dyad_tls_end - __dyad_tls_start, align = reinterpret_cast<uint64_t>(__dyad_tls_align);
    uintptr_t block = DYAD_ARENA_BASE + 0x1000;
    __builtin_memcpy(reinterpret_cast<void*>(block), __dyad_tls_start, __dyad_tls_file_end - __dyad_tls_start);
    __dyad_set_thread_block(block, size, align);
    bool good = align >= 64 && initial == 0x1234567 && aligned[0] == 7 && aligned[2] == 9;
    // The layout is the same on all ISAs: offsets in the block are those of the linker script's image.
    uintptr_t at = reinterpret_cast<uintptr_t>(&initial), other = reinterpret_cast<uintptr_t>(aligned);
    finish(good && at == block && other == block + 64 && other % 64 == 0);
}

/// Sleeping leaves vector registers alone.
void floats() {
    volatile double a = 1, b = 3;
    __dyad_wait(__dyad_clock() + 1000000);
    finish(a / b > 0.33 && a / b < 0.34);
}

void output() {
    char line[65];
    for (unsigned i = 0; i < 64; ++i)
        line[i] = "0123456789abcdef"[i % 16];
    line[63] = '\n', line[64] = 0;
    for (unsigned i = 0; i < 4096; ++i) {
        line[0] = 'a' + i % 26;
        tell(line);
    }
}

void random() {
    uint64_t a = 0, b = 0;
    int32_t got = __dyad_cpu_random(&a);
    if (got) __dyad_cpu_random(&b);
    finish(!got || a != b);
}

/// The first and the last word of the arena are memory of their own (on x86-64, the last lies behind the device hole if there
/// is much RAM).
void ends() {
    uint64_t last = control().arena_size - 8;
    *arena(0) = 1;
    *arena(last) = 2;
    *arena(last / 2 & ~7ull) = 3;
    finish(*arena(0) == 1 && *arena(last) == 2 && *arena(last / 2 & ~7ull) == 3);
}

/// Nothing wrote to RAM that the guest takes for zero.
void zero() {
    for (uint64_t i = 0; i < control().arena_size; i += 8)
        if (*arena(i)) finish(false);
    finish(true);
}

const Probe kProbes[] = {
    {"hello", hello},
    {"sleep", sleep},
    {"protect", protect},
    {"protected-write", protectedWrite},
    {"protected-read", protectedRead},
    {"handled-fault", handledFault},
    {"jump-null", jumpNull},
    {"read-null", readNull},
    {"execute-data", executeData},
    {"execute-arena", executeArena},
    {"execute-stack", executeStack},
    {"write-text", writeText},
    {"write-constant", writeConstant},
    {"beyond-arena", beyondArena},
    {"below-image", belowImage},
    {"overflow", overflow},
    {"undefined", undefined},
    {"abort", abortSelf},
    {"floats", floats},
    {"thread-locals", threadLocals},
    {"output", output},
    {"random", random},
    {"zero", zero},
    {"ends", ends},
    {"leaf-memory", testMemory},
    {"leaf-compare", testCompare},
    {"contexts", testContexts},
    {"leaf-float-environment", testFloatEnvironment},
    {"leaf-int128", testInt128},
    {"points", testPoints},
    {"forbidden", testForbidden},
    {"wait", testWait},
    {"fault-while-patched", testFaultWhilePatched},
    {"breakpoint-while-patched", testBreakpointWhilePatched},
    {"text-closed", testTextClosed},
};

} // namespace

extern "C" {

uintptr_t __dyad_fault(uint32_t, uint32_t, uintptr_t) { return faultTarget; }

void __dyad_start() {
    uint64_t ticks = __dyad_ticks(), welcome[3];
    send(DYAD_FRAME_HELLO, &ticks, sizeof ticks);
    receive(DYAD_FRAME_WELCOME, welcome, sizeof welcome);
    __dyad_clock_rate(welcome[0]);
    const char* name = controlBytes(control().strings_offset);
    name += length(name) + 1;
    for (const Probe& probe : kProbes)
        if (same(probe.name, name)) {
            probe.run();
            leave(0);
        }
    leave(2);
}

} // extern "C"
