// The guest's ends of the two rings (include/dyad/abi.h, "Rings"). The producer publishes whole frames only; each side
// rings the doorbell only if the other says that it sleeps.
#include "monitor.h"

#include "heap.h"
#include "migration.h"
#include "signals.h"
#include "transfer.h"

namespace libos {

Machine machine;
MonitorState monitor;

namespace {

char* ringBytes(uint32_t offset) { return reinterpret_cast<char*>(machine.control) + offset; }

void fence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
uint64_t acquire(const volatile uint64_t& counter) { return __atomic_load_n(&counter, __ATOMIC_ACQUIRE); }

/// Sleeps (other processes go on meanwhile), counting the time as idle, however much of it the program was stopped.
void sleepUntil(uint64_t deadline) {
    forgetReadAhead();
    uint64_t idle = __dyad_idle_ns, before = __dyad_clock();
    __dyad_wait(deadline);
    __dyad_idle_ns = idle + (__dyad_clock() - before);
}

void put(uint64_t at, const void* from, size_t size) {
    if (!size) return;
    uint32_t ringSize = machine.control->tx_size;
    char* ring = ringBytes(machine.control->tx_offset);
    uint32_t place = static_cast<uint32_t>(at & (ringSize - 1));
    size_t first = smaller<size_t>(size, ringSize - place);
    memcpy(ring + place, from, first);
    memcpy(ring, static_cast<const char*>(from) + first, size - first);
}

/// Reads bytes of the receive ring.
void get(uint64_t at, void* to, size_t size) {
    if (!size) return;
    uint32_t ringSize = machine.control->rx_size;
    const char* ring = ringBytes(machine.control->rx_offset);
    uint32_t place = static_cast<uint32_t>(at & (ringSize - 1));
    size_t first = smaller<size_t>(size, ringSize - place);
    memcpy(to, ring + place, first);
    memcpy(static_cast<char*>(to) + first, ring, size - first);
}

void waitForRoom(uint64_t head, uint64_t need) {
    dyad_ring& ring = machine.control->tx;
    while (machine.control->tx_size - (head - acquire(ring.tail)) < need) {
        ring.producer_waiting = 1;
        fence();
        if (machine.control->tx_size - (head - acquire(ring.tail)) < need) sleepUntil(kForever);
        ring.producer_waiting = 0;
    }
}

template <class T> T payload(uint64_t at, uint32_t size, uint32_t offset) {
    T value = 0;
    if (offset + sizeof value <= size) get(at + offset, &value, sizeof value);
    return value;
}

void handleInput(uint64_t at, uint32_t size) {
    monitor.inputWanted = false;
    monitor.inputReady = false;
    monitor.inputError = payload<int32_t>(at, size, 0);
    uint32_t bytes = size > 8 ? smaller<uint32_t>(size - 8, DYAD_FRAME_MAX - 8) : 0;
    monitor.inputEnd = !monitor.inputError && !bytes;
    // Read-ahead is asked for only when the buffer is empty, so that nothing is overwritten here.
    monitor.inputAt = 0;
    monitor.inputSize = bytes;
    monitor.inputAhead = smaller(payload<uint32_t>(at, size, 4), bytes);
    get(at + 8, monitor.input, bytes);
}

void handle(uint32_t type, uint32_t size, uint64_t at) {
    switch (type) {
    case DYAD_FRAME_WELCOME:
        monitor.tickHz = payload<uint64_t>(at, size, 0);
        monitor.welcomeTicks = payload<uint64_t>(at, size, 8);
        monitor.realTimeNs = static_cast<int64_t>(payload<uint64_t>(at, size, 16));
        monitor.welcomed = true;
        break;
    case DYAD_FRAME_INPUT:
        handleInput(at, size);
        break;
    case DYAD_FRAME_INPUT_READY: {
        // The answer to a wait is always "ready"; if both kinds are outstanding, a second "ready" is sure to follow.
        bool ready = payload<uint32_t>(at, size, 0) != 0;
        if (ready && monitor.waitsSent)
            --monitor.waitsSent;
        else if (monitor.pollsSent)
            --monitor.pollsSent;
        if (ready) monitor.inputReady = true;
        break;
    }
    case DYAD_FRAME_SYNCED:
        ++monitor.syncsDone;
        for (uint32_t i = 0; i < 2; ++i)
            if (int32_t error = payload<int32_t>(at, size, 4 * i)) monitor.outputError[i] = error;
        break;
    case DYAD_FRAME_OUTPUT_ERROR: {
        uint32_t fd = payload<uint32_t>(at, size, 0);
        if (fd == 1 || fd == 2) monitor.outputError[fd - 1] = payload<int32_t>(at, size, 4);
        break;
    }
    case DYAD_FRAME_MIGRATED:
        migrationAnswered(payload<int32_t>(at, size, 0));
        break;
    case DYAD_FRAME_FILE_DIRECTORY:
    case DYAD_FRAME_FILE_REGULAR:
    case DYAD_FRAME_FILE_DATA:
    case DYAD_FRAME_FILE_SYMLINK:
    case DYAD_FRAME_FILE_LINK:
    case DYAD_FRAME_FILES_END: {
        if (size > DYAD_FRAME_MAX) break;
        // A frame that does not wrap is used in place.
        uint32_t ringSize = machine.control->rx_size, place = static_cast<uint32_t>(at & (ringSize - 1));
        if (place + size <= ringSize) {
            importFrame(type, ringBytes(machine.control->rx_offset) + place, size);
        } else if (char* copy = static_cast<char*>(allocate(size))) {
            get(at, copy, size);
            importFrame(type, copy, size);
            release(copy, size);
        } else {
            __dyad_crash(DYAD_CRASH_PANIC, 0, "out of memory while the files of --fs were copied in");
        }
        break;
    }
    default: // a newer monitor: what it says beyond this version may be ignored (abi.h)
        break;
    }
}

} // namespace

size_t frameRoom() { return smaller<size_t>(DYAD_FRAME_MAX, machine.control->tx_size / 2 - sizeof(dyad_frame)); }

void forgetReadAhead() {
    monitor.inputSize -= smaller(monitor.inputAhead, monitor.inputSize - monitor.inputAt);
    monitor.inputAhead = 0;
}

void transmit(uint32_t type, const void* a, size_t aSize, const void* b, size_t bSize, Hurry hurry) {
    dyad_ring& ring = machine.control->tx;
    uint64_t head = ring.head;
    dyad_frame frame{type, static_cast<uint32_t>(aSize + bSize)};
    uint64_t total = sizeof frame + roundUp(frame.size, 8);
    waitForRoom(head, total);
    const uint64_t zero = 0;
    put(head, &frame, sizeof frame);
    put(head + sizeof frame, a, aSize);
    put(head + sizeof frame + aSize, b, bSize);
    put(head + sizeof frame + frame.size, &zero, total - sizeof frame - frame.size);
    __atomic_store_n(&ring.head, head + total, __ATOMIC_RELEASE);
    fence();
    if (hurry == Hurry::Later && head + total - ring.tail < machine.control->tx_size / 4) return;
    if (ring.consumer_waiting) {
        ring.consumer_waiting = 0;
        __dyad_notify();
    }
}

bool receive() {
    dyad_ring& ring = machine.control->rx;
    uint64_t tail = ring.tail;
    bool moved = false;
    while (acquire(ring.head) != tail) {
        dyad_frame frame;
        get(tail, &frame, sizeof frame);
        handle(frame.type, frame.size, tail + sizeof frame);
        tail += sizeof frame + roundUp(frame.size, 8);
        __atomic_store_n(&ring.tail, tail, __ATOMIC_RELEASE);
        moved = true;
    }
    if (!moved) return false;
    fence();
    if (ring.producer_waiting) {
        ring.producer_waiting = 0;
        __dyad_notify();
    }
    return true;
}

void waitForMonitor(uint64_t deadline) {
    dyad_ring& ring = machine.control->rx;
    if (receive()) return; // what the caller waits for may be among it
    ring.consumer_waiting = 1;
    fence();
    if (acquire(ring.head) == ring.tail) sleepUntil(smaller(deadline, timerDeadline()));
    ring.consumer_waiting = 0;
    receive();
    fireTimers();
}

void syncOutput() {
    transmit(DYAD_FRAME_SYNC, nullptr, 0, nullptr, 0);
    uint32_t ticket = ++monitor.syncsSent;
    while (static_cast<int32_t>(monitor.syncsDone - ticket) < 0)
        waitForMonitor(kForever);
}

} // namespace libos
