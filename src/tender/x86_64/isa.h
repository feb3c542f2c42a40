// x86-64: system calls, signal context, thread pointer. Specification: the kernel's uapi headers for x86; the psABI, A.2.
#pragma once

#include "../linux.h"

#include <dyad/abi.h>

namespace dyad::tender {

enum SystemCall : long {
    kWrite = 1,
    kMmap = 9,
    kMprotect = 10,
    kSigaction = 13,
    kSigprocmask = 14,
    kSigreturn = 15,
    kSendTo = 44,
    kRecvFrom = 45,
    kSigaltstack = 131,
    kPrctl = 157,
    kArchPrctl = 158,
    kClockGetTime = 228,
    kExitGroup = 231,
    kPpoll = 271,
    kFallocate = 285,
    kSeccomp = 317,
    kCloseRange = 436,
    /// Allowed by the filter beside what all ISAs need.
    kIsaCall = kArchPrctl,
};
constexpr uint32_t kAuditArchitecture = 0xc000003e;
constexpr const char* kVdsoClock = "__vdso_clock_gettime";

inline long systemCall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    long result;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

/// hwcap2: AT_HWCAP2.
void setThreadPointer(uint64_t value, uint64_t hwcap2);

/// Between a signal's context and a crash record (registers in the order of dyad_crash).
void readContext(const void* context, dyad_crash& record);
void writeContext(void* context, const dyad_crash& record);
/// Where the signal found the program.
uint64_t programCounter(const void* context);

} // namespace dyad::tender
