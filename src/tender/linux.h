// What the tender needs of the Linux system call interface: the constants and structures that are the same on all ISAs. System
// call numbers and registers are in isa.h of each ISA. Specification: the kernel's uapi headers; section 2 of the man pages.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace dyad::tender {

enum Error : long { kEINTR = 4, kEAGAIN = 11, kEINVAL = 22, kENOSYS = 38 };

enum MapProtection { kProtRead = 1, kProtWrite = 2, kProtExecute = 4 };
enum MapFlag { kMapShared = 0x01, kMapPrivate = 0x02, kMapAnonymous = 0x20, kMapFixedNoReplace = 0x100000 };
enum { kKeepSize = 1, kPunchHole = 2 }; // fallocate

struct TimeSpec {
    int64_t seconds, nanoseconds;
};
enum { kClockMonotonic = 1, kClockProcessCpuTime = 2 };

struct PollFd {
    int fd;
    short events, revents;
};
enum { kPollIn = 1 };
enum { kMessageDontWait = 0x40, kMessageNoSignal = 0x4000 };

enum PrctlOp { kSetParentDeathSignal = 1, kSetNoNewPrivileges = 38 };

// -- Signals --

enum Signal { kSigIll = 4, kSigTrap = 5, kSigBus = 7, kSigFpe = 8, kSigKill = 9, kSigUsr1 = 10, kSigSegv = 11 };
enum { kFpeIntegerDivide = 1, kFpeIntegerOverflow = 2 }; // si_code of SIGFPE
enum { kUnblock = 1 };

struct SignalInfo {
    int signal, error, code, reserved;
    uint64_t address;
};
struct SignalStack {
    void* base;
    int flags;
    size_t size;
};

/// struct sigaction of the system call. Where restorer is not used by the ISA it is ignored with its flag.
struct SignalAction {
    void (*handler)(int, SignalInfo*, void*);
    unsigned long flags;
    void (*restorer)();
    uint64_t mask;
};
enum : unsigned long { kWithInfo = 4, kRestorer = 0x04000000, kOnStack = 0x08000000, kRestart = 0x10000000, kNoDefer = 0x40000000 };

// -- Seccomp (classic BPF) --

struct FilterInstruction {
    uint16_t code;
    uint8_t ifTrue, ifFalse;
    uint32_t operand;
};
struct FilterProgram {
    uint16_t size;
    const FilterInstruction* instructions;
};
enum { kLoadWord = 0x20, kJumpIfEqual = 0x15, kReturn = 0x06 };
enum { kSeccompDataNumber = 0, kSeccompDataArchitecture = 4 };
enum : uint32_t { kSeccompKill = 0x80000000, kSeccompAllow = 0x7fff0000 };
enum { kSeccompSetModeFilter = 1 };

// -- Auxiliary vector --

enum AuxiliaryType { kAuxNull = 0, kAuxHardwareCapabilities2 = 26, kAuxVdso = 33 };

} // namespace dyad::tender
