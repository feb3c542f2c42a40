// Stopping at migration points and in calls, and resuming. Specification: docs/abi.md, section 8.
//
// A request is looked at by an interrupt handler, by the trap handler, and by the native functions in which a program can stop.
// There is one CPU: the handlers cannot be interrupted by each other, and leave everything alone while `inNative` says that
// one of those functions is at it, which then looks at the request itself before it goes.
#include "migration.h"
#include "pages.h"
#include "points.h"

namespace dyad::native {
namespace {

volatile dyad_migration& shared() { return control().migration; }

// Requests count only from when main is about to be called, or from the arrival.
volatile bool open;
volatile bool inNative;

struct {
    uintptr_t start;
    uint64_t size, align;
} threadBlock;

/// The request that has not been answered, or 0.
uint32_t pendingRequest() {
    uint32_t request = shared().request;
    return request != shared().stopped ? request : 0;
}

void setState(uint32_t state) {
    __atomic_store_n(&shared().state, state, __ATOMIC_RELEASE);
    machine->notify();
}

/// Makes the points and the state what the request asks for.
void update() {
    bool asked = open && pendingRequest();
    bool refused = asked && __dyad_migration_forbidden;
    patchPoints(asked && !refused);
    if ((shared().state == DYAD_MIGRATION_FORBIDDEN) != refused)
        setState(refused ? DYAD_MIGRATION_FORBIDDEN : DYAD_MIGRATION_RUNNING);
}

void waitForCommand(uint32_t command) {
    while (shared().command != command)
        machine->wait(UINT64_MAX);
    shared().command = DYAD_MIGRATION_NONE;
}

/// Stops until the monitor lets the program go on. Registers are saved. Points stay as they are until it is known what comes
/// next: most often nothing, because the program goes on elsewhere.
void stop(uint32_t request, bool atCall) {
    volatile dyad_migration& m = shared();
    m.at_call = atCall;
    m.clock_ns = __dyad_clock();
    m.cpu_time_ns = machine->cpuTime();
    m.thread_block = threadBlock.start;
    m.thread_block_size = threadBlock.size;
    m.thread_block_align = threadBlock.align;
    m.stopped = request;
    __dyad_idle_ns -= m.clock_ns; // and plus the clock when it goes on, here or elsewhere
    setState(DYAD_MIGRATION_STOPPED);
    waitForCommand(DYAD_MIGRATION_CONTINUE);
    __dyad_idle_ns += __dyad_clock();
    setState(DYAD_MIGRATION_RUNNING);
    update(); // perhaps asked again: points count from exactly here
}

/// Stops if that is asked for. Returns whether it did. Frame: PointFrame or CallFrame.
template <class Frame> bool stopIfAsked(const Frame& frame) {
    uint32_t request = pendingRequest();
    if (!open || !request || __dyad_migration_forbidden) return false;
    saveRegisters(frame);
    stop(request, __is_same(Frame, CallFrame));
    return true;
}

/// The same for calls that are no arrival: while points are skipped, only points stop.
bool stopUnlessSkipping(const CallFrame& frame) { return !shared().skip && stopIfAsked(frame); }

/// Ends what `inNative` began. What was asked for meanwhile is done now; what comes later, interrupts.
void leaveNative() {
    uint32_t seen;
    do {
        inNative = true;
        seen = shared().request;
        update();
        inNative = false;
    } while (shared().request != seen);
}

/// Takes over a program that was stopped elsewhere.
[[noreturn]] void resume() {
    volatile dyad_migration& m = shared();
    setState(DYAD_MIGRATION_WAITING);
    waitForCommand(DYAD_MIGRATION_RESUME);
    servePages(); // nothing that is missing was read so far
    __dyad_clock_rate(m.tick_hz);
    setClock(m.clock_ns);
    __dyad_set_thread_block(m.thread_block, m.thread_block_size, m.thread_block_align);
    __dyad_idle_ns += m.clock_ns;
    __dyad_restore();
    __dyad_resume_cursor = reinterpret_cast<const char*>(m.frames_address);
    setFloatEnvironment();
    reinterpret_cast<void (*)()>(m.entry)();
    panic("the outermost function of the program returned");
}

} // namespace

void startProgram() {
    preparePages();
    control().boot_stage = 3;
    servePages(); // what was asked for before interrupts could tell
    if (control().flags & DYAD_FLAG_RESUME) resume();
    __dyad_start();
}

void onInterrupt(uint64_t pc) {
    shared().interrupted_pc = pc;
    servePages();
    if (!inNative) update();
}

bool reachPoint(uint64_t& pc) {
    const Point* point = patchedPoint(trappedPoint(pc));
    if (!point) return false;
    pc = point->nop + sizeof(PointInstruction);
    if (!pendingRequest() || __dyad_migration_forbidden) update();
    else if (__dyad_arena_changing) return true; // a later point will do
    else if (uint32_t skip = shared().skip) shared().skip = skip - 1;
    else pc = point->target;
    return true;
}

void rememberThreadBlock(uintptr_t start, uint64_t size, uint64_t align) { threadBlock = {start, size, align}; }

} // namespace dyad::native

using namespace dyad::native;

extern "C" {

const char* __dyad_resume_cursor;

// From the entries in stop.S, which saved their caller.

void waitInCall(uint64_t deadline, const CallFrame* frame) {
    inNative = true;
    if (!stopUnlessSkipping(*frame)) {
        waitForMonitor(deadline);
        stopUnlessSkipping(*frame);
    }
    leaveNative();
}

void stopAtPoint(const PointFrame* frame) {
    inNative = true;
    stopIfAsked(*frame);
    leaveNative();
}

void stopPoint(const CallFrame* frame) {
    inNative = true;
    open = true;
    stopUnlessSkipping(*frame);
    leaveNative();
}

void arrive(const CallFrame* frame) {
    inNative = true;
    open = true;
    if (!stopIfAsked(*frame)) setState(DYAD_MIGRATION_RUNNING);
    leaveNative();
}

} // extern "C"
