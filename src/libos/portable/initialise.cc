// Brings the portable libOS up, in the order in which its parts need each other.
#include "libos.h"

#include "clock.h"
#include "heap.h"
#include "mappings.h"
#include "memory.h"
#include "migration.h"
#include "monitor.h"
#include "paths.h"
#include "random.h"
#include "signals.h"
#include "streams.h"

namespace libos {

namespace {

[[noreturn]] void fail(const char* message) { __dyad_crash(DYAD_CRASH_PANIC, 0, message); }

const char* strings() { return reinterpret_cast<const char*>(machine.control) + machine.control->strings_offset; }

/// Asks the monitor for the time, which it tells while other things are made ready.
void greet() {
    uint64_t ticks = __dyad_ticks();
    transmit(DYAD_FRAME_HELLO, &ticks, sizeof ticks, nullptr, 0);
}

void awaitWelcome() {
    while (!monitor.welcomed)
        waitForMonitor(kForever);
    initialiseClock();
}

void setExecutable() {
    const char* name = machine.control->argc ? strings() : "program";
    size_t size = textSize(name), at = 0;
    if (name[0] != '/') working.executable[at++] = '/';
    size = smaller(size, sizeof working.executable - 1 - at);
    memcpy(working.executable + at, name, size);
}

} // namespace

void initialise(dyad_control* control, uintptr_t arenaStart) {
    machine.control = control;
    machine.arena = arenaStart;
    machine.arenaSize = control->arena_size;
    monitor = {};
    greet();
    initialiseSignals();
    initialiseMigration();
    initialiseRandom(control->seed);
    resetHeap();
    initialiseMemory(arenaStart, control->arena_size);
    initialiseMappings();
    if (!initialiseFileSystem()) fail("the machine has too little memory: give it more with --mem");
    working = {};
    working.directory = hold(fileSystem.root);
    working.umask = 022;
    descriptors = {};
    descriptors.limit = 1024;
    awaitWelcome();
    if (control->flags & DYAD_FLAG_FILES_IN)
        while (!monitor.filesEnded)
            waitForMonitor(kForever);
    setExecutable();
    if (!initialiseStreams()) fail("the machine has too little memory: give it more with --mem");
}

/// Linux's layout: argc, argv and a null, environment and a null, pairs of the auxiliary vector; all in one block that
/// also holds the strings and 16 random bytes.
uintptr_t* makeStartStack() {
    const dyad_control& control = *machine.control;
    size_t pointers = 1 + control.argc + 1 + control.envc + 1, auxiliary = 2 * 16;
    size_t words = pointers + auxiliary;
    size_t bytes = words * sizeof(uintptr_t) + 16 + control.strings_size + 1;
    uint64_t block = takeMemory(bytes, RegionKind::Mapped);
    if (!block) fail("the arguments and the environment do not fit into memory");
    auto* stack = reinterpret_cast<uintptr_t*>(block);
    auto* random = reinterpret_cast<char*>(stack + words);
    char* text = random + 16;
    randomBytes(random, 16);
    memcpy(text, strings(), control.strings_size);

    uintptr_t* at = stack;
    *at++ = control.argc;
    const char* end = text + control.strings_size;
    const char* first = text;
    char* next = text;
    for (uint32_t list = 0; list < 2; ++list) {
        for (uint32_t i = 0; i < (list ? control.envc : control.argc); ++i) {
            if (next >= end) fail("fewer argument strings than announced");
            *at++ = reinterpret_cast<uintptr_t>(next);
            next += textSize(next) + 1;
        }
        *at++ = 0;
    }
    auto add = [&](uint64_t type, uint64_t value) {
        *at++ = type;
        *at++ = value;
    };
    add(L_AT_PAGESZ, kPage);
    add(L_AT_CLKTCK, 100);
    add(L_AT_HWCAP, 0);
    add(L_AT_UID, 0);
    add(L_AT_EUID, 0);
    add(L_AT_GID, 0);
    add(L_AT_EGID, 0);
    add(L_AT_SECURE, 0);
    add(L_AT_RANDOM, reinterpret_cast<uintptr_t>(random));
    add(L_AT_EXECFN, reinterpret_cast<uintptr_t>(first));
    add(L_AT_NULL, 0);
    return stack;
}

/// Thread-locals of the first thread: a copy of their initial image, with room for the thread pointer's own words on
/// both sides (native.h).
void makeThreadBlock() {
    uint64_t align = reinterpret_cast<uintptr_t>(__dyad_tls_align);
    uint64_t size = static_cast<uint64_t>(__dyad_tls_end - __dyad_tls_start);
    uint64_t fileSize = static_cast<uint64_t>(__dyad_tls_file_end - __dyad_tls_start);
    align = larger<uint64_t>(align, 16);
    uint64_t front = roundUp(larger<uint64_t>(DYAD_TCB_SIZE, align), align);
    uint64_t bytes = front + roundUp(size, align) + DYAD_TCB_SIZE;
    uint64_t memory = takeMemory(bytes + align, RegionKind::Mapped);
    if (!memory) fail("the thread-local variables do not fit into memory");
    uint64_t block = roundUp(memory + front, align);
    memcpy(reinterpret_cast<void*>(block), __dyad_tls_start, fileSize);
    __dyad_set_thread_block(block, size, align);
}

void announceMain() {
    uint64_t ticks = __dyad_ticks();
    transmit(DYAD_FRAME_MAIN, &ticks, sizeof ticks, nullptr, 0);
}

} // namespace libos
