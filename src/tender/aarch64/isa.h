// AArch64: system calls, signal context, thread pointer. Specification: the kernel's asm-generic/unistd.h and uapi headers
// for arm64.
#pragma once

#include "../linux.h"

#include <dyad/abi.h>

namespace dyad::tender {

enum SystemCall : long {
    kFallocate = 47,
    kWrite = 64,
    kPpoll = 73,
    kExitGroup = 94,
    kClockGetTime = 113,
    kSigaltstack = 132,
    kSigaction = 134,
    kSigprocmask = 135,
    kSigreturn = 139,
    kPrctl = 167,
    kSendTo = 206,
    kRecvFrom = 207,
    kMmap = 222,
    kMprotect = 226,
    kSeccomp = 277,
    kCloseRange = 436,
    /// Allowed by the filter beside what all ISAs need: nothing more.
    kIsaCall = kSigreturn,
};
constexpr uint32_t kAuditArchitecture = 0xc00000b7;
constexpr const char* kVdsoClock = "__kernel_clock_gettime";

inline long systemCall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register long x5 asm("x5") = f;
    asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

/// hwcap2: AT_HWCAP2.
void setThreadPointer(uint64_t value, uint64_t hwcap2);

/// Between a signal's context and a crash record (registers in the order of dyad_crash).
void readContext(const void* context, dyad_crash& record);
void writeContext(void* context, const dyad_crash& record);
/// Where the signal found the program.
uint64_t programCounter(const void* context);

} // namespace dyad::tender
