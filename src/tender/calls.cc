// The operations that the tender offers its guest. Specification: docs/abi.md, section 6.
#include "tender.h"

namespace dyad::tender {
namespace {

long clock(int which) {
    TimeSpec now;
    if (!tender.vdsoClock || tender.vdsoClock(which, &now) != 0)
        systemCall(kClockGetTime, which, reinterpret_cast<long>(&now));
    return now.seconds * 1000000000 + now.nanoseconds;
}

/// A full socket holds a ring that the monitor has not seen yet: nothing to do.
long notify() {
    char byte = 0;
    systemCall(kSendTo, tender.socket, reinterpret_cast<long>(&byte), 1, kMessageDontWait | kMessageNoSignal);
    return 0;
}

/// Takes all bytes; true if there was one.
bool takeBytes() {
    char bytes[64];
    bool any = false;
    for (;;) {
        long taken = systemCall(kRecvFrom, tender.socket, reinterpret_cast<long>(bytes), sizeof bytes, kMessageDontWait);
        // The monitor is gone, or closed the socket to stop the machine.
        if (taken == 0 || (taken < 0 && taken != -kEAGAIN && taken != -kEINTR)) exitWith(0);
        any |= taken > 0;
        if (taken != static_cast<long>(sizeof bytes)) return any;
    }
}

long wait(long deadline) {
    if (takeBytes()) return 1;
    TimeSpec left = {};
    if (deadline >= 0) {
        long now = deadline ? clock(kClockMonotonic) : 0;
        if (deadline <= now) return 0;
        left = {(deadline - now) / 1000000000, (deadline - now) % 1000000000};
    }
    PollFd poll = {tender.socket, kPollIn, 0};
    systemCall(kPpoll, reinterpret_cast<long>(&poll), 1, deadline >= 0 ? reinterpret_cast<long>(&left) : 0, 0, 8);
    return takeBytes();
}

bool inArena(uint64_t address, uint64_t size) {
    uint64_t arena = control().arena_size;
    return address % DYAD_PAGE_SIZE == 0 && size % DYAD_PAGE_SIZE == 0 && address >= DYAD_ARENA_BASE &&
           address - DYAD_ARENA_BASE <= arena && size <= arena - (address - DYAD_ARENA_BASE);
}

long protect(uint64_t address, uint64_t size, long protection) {
    if (protection < 0 || protection > 7) return -kEINVAL;
    bool write = protection & kProtWrite, execute = protection & kProtExecute;
    bool allowed = inArena(address, size) ? !(write && execute) : tender.data.contain(address, size) && !execute;
    return allowed ? systemCall(kMprotect, address, size, protection) : -kEINVAL;
}

/// Text is writable or executable, never both.
long openText(bool writable, uint64_t address, uint64_t size) {
    if (!tender.text.contain(address, size)) return -kEINVAL;
    return systemCall(kMprotect, address, size, kProtRead | (writable ? kProtWrite : kProtExecute));
}

long discard(uint64_t address, uint64_t size) {
    if (!inArena(address, size)) return -kEINVAL;
    // By the file, not madvise: qemu-user reports success for MADV_REMOVE and does nothing.
    uint64_t offset = control().arena_offset + (address - DYAD_ARENA_BASE);
    if (systemCall(kFallocate, tender.ram, kPunchHole | kKeepSize, offset, size) < 0)
        __builtin_memset(reinterpret_cast<void*>(address), 0, size); // a file system without holes
    return 0;
}

} // namespace

/// Whether these are whole pages inside one of the pieces.
bool Tender::Pieces::contain(uint64_t address, uint64_t size) const {
    if (address % DYAD_PAGE_SIZE || size % DYAD_PAGE_SIZE) return false;
    for (unsigned i = 0; i < count; ++i)
        if (address >= pieces[i].start && address <= pieces[i].end && size <= pieces[i].end - address) return true;
    return false;
}

extern "C" long tenderCall(long op, long a, long b, long c) {
    switch (op) {
    case DYAD_TENDER_NOTIFY:
        return notify();
    case DYAD_TENDER_WAIT:
        return wait(a);
    case DYAD_TENDER_CLOCK:
        return clock(kClockMonotonic);
    case DYAD_TENDER_CPU_TIME:
        return clock(kClockProcessCpuTime);
    case DYAD_TENDER_PROTECT:
        return protect(a, b, c);
    case DYAD_TENDER_DISCARD:
        return discard(a, b);
    case DYAD_TENDER_SET_TP:
        setThreadPointer(a, tender.hwcap2);
        return 0;
    case DYAD_TENDER_ON_FAULT:
        tender.onFault = reinterpret_cast<void (*)(dyad_crash*, void*)>(a);
        return 0;
    case DYAD_TENDER_ON_INTERRUPT:
        tender.onInterrupt = reinterpret_cast<void (*)(uint64_t)>(a);
        return 0;
    case DYAD_TENDER_OPEN_TEXT:
        return openText(a != 0, b, c);
    case DYAD_TENDER_HALT:
        exitWith(0);
    default:
        return -kENOSYS;
    }
}

} // namespace dyad::tender
