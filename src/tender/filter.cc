// Gives up every system call but those that the tender needs once the guest runs: guest code shares the process, and could
// make system calls by itself. Specification: seccomp(2).
#include "tender.h"

namespace dyad::tender {

void restrictSystemCalls() {
    constexpr uint32_t kAllowed[] = {kSendTo,    kPpoll,     kRecvFrom,  kClockGetTime, kMprotect, kFallocate,
                                     kSigreturn, kSigaction, kExitGroup, kIsaCall};
    constexpr unsigned kCount = sizeof kAllowed / sizeof *kAllowed;
    FilterInstruction program[kCount + 5];
    unsigned n = 0;
    program[n++] = {kLoadWord, 0, 0, kSeccompDataArchitecture};
    program[n++] = {kJumpIfEqual, 0, kCount + 1, kAuditArchitecture};
    program[n++] = {kLoadWord, 0, 0, kSeccompDataNumber};
    for (unsigned i = 0; i < kCount; ++i)
        program[n++] = {kJumpIfEqual, static_cast<uint8_t>(kCount - i), 0, kAllowed[i]};
    program[n++] = {kReturn, 0, 0, kSeccompKill};
    program[n++] = {kReturn, 0, 0, kSeccompAllow};
    FilterProgram filter = {static_cast<uint16_t>(n), program};
    // Without seccomp (old kernels, qemu-user) the guest is trusted as much as any program of the user's.
    if (systemCall(kPrctl, kSetNoNewPrivileges, 1) < 0) return;
    systemCall(kSeccomp, kSeccompSetModeFilter, 0, reinterpret_cast<long>(&filter));
}

} // namespace dyad::tender
