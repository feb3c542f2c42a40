// The tender's main: from the command line to the guest's entry. Specification: docs/abi.md, section 6.
#include "tender.h"

extern "C" [[noreturn]] void enterGuest(uint64_t entry, uint64_t stack);

namespace dyad::tender {

Tender tender;

namespace {

size_t length(const char* s) {
    size_t n = 0;
    while (s[n])
        ++n;
    return n;
}

void writeError(const char* s) { systemCall(kWrite, 2, reinterpret_cast<long>(s), length(s)); }

int parseFd(const char* text) {
    int value = 0;
    for (const char* p = text; *p; ++p) {
        if (*p < '0' || *p > '9' || value > 1 << 20) fail("expected a file descriptor, found", text);
        value = value * 10 + (*p - '0');
    }
    return value;
}

uint64_t parseEntry(const char* text) {
    uint64_t value = 0;
    for (const char* p = text; *p; ++p) {
        unsigned digit = *p >= '0' && *p <= '9' ? *p - '0' : *p >= 'a' && *p <= 'f' ? *p - 'a' + 10u : 16u;
        if (digit > 15 || value >> 60) fail("expected a hexadecimal address, found", text);
        value = value << 4 | digit;
    }
    return value;
}

void readAuxiliary(const uint64_t* auxiliary) {
    for (; auxiliary[0] != kAuxNull; auxiliary += 2) {
        if (auxiliary[0] == kAuxHardwareCapabilities2) tender.hwcap2 = auxiliary[1];
        if (auxiliary[0] == kAuxVdso) findVdsoClock(reinterpret_cast<const uint8_t*>(auxiliary[1]));
    }
}

/// Leaves standard error, RAM and socket open. Not essential: old kernels have no close_range.
void closeOthers() {
    int low = tender.ram < tender.socket ? tender.ram : tender.socket, high = tender.ram + tender.socket - low;
    if (low > 3) systemCall(kCloseRange, 3, low - 1);
    if (high > low + 1) systemCall(kCloseRange, low + 1, high - 1);
    systemCall(kCloseRange, high + 1, ~0u);
}

} // namespace

void exitWith(int status) {
    for (;;)
        systemCall(kExitGroup, status);
}

void fail(const char* what, const char* detail) {
    writeError("dyad tender: ");
    writeError(what);
    if (detail) {
        writeError(" ");
        writeError(detail);
    }
    writeError("\n");
    exitWith(125);
}

extern "C" [[noreturn]] void tenderMain(uint64_t* start) {
    uint64_t count = start[0];
    char** arguments = reinterpret_cast<char**>(start + 1);
    const uint64_t* rest = start + 1 + count + 1;
    while (*rest)
        ++rest; // environment
    if (count < 4) fail("expected RAM_FD SOCKET_FD ENTRY [ADDRESS:SIZE:PROTECTION]...");
    tender.ram = parseFd(arguments[1]);
    tender.socket = parseFd(arguments[2]);
    uint64_t entry = parseEntry(arguments[3]);

    // A machine does not outlive its monitor. The socket tells if that died before prctl.
    systemCall(kPrctl, kSetParentDeathSignal, kSigKill);
    closeOthers();
    readAuxiliary(rest + 1);
    mapRam(arguments + 4);
    control().tender_call = reinterpret_cast<uint64_t>(&tenderCall);
    catchSignals();
    restrictSystemCalls();
    const dyad_control& c = control();
    enterGuest(entry, DYAD_IMAGE_BASE + c.private_offset + c.private_size);
}

} // namespace dyad::tender
