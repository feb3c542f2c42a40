// A machine for unit tests of the portable libOS: control area, arena, the native part's functions, and a fixture that
// brings the libOS up on it. Time is counted, not measured: each look at the clock takes a microsecond.
#pragma once

#include "fake_monitor.h"

#include "libos/native.h"
#include "libos/portable/linux_abi.h"
#include "libos/portable/system_call.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

struct Crash {
    uint32_t cause, signal;
    std::string message;
};
struct Halt {};

struct FakeMachine {
    FakeMonitor monitor;
    uint64_t now = 1000000;
    uint64_t cpuTime = UINT64_MAX; ///< the machine cannot tell
    bool deadlocked = false;
    std::function<void()> onWait; ///< called by each __dyad_wait, if set
    unsigned stopPoints = 0; ///< calls of __dyad_stop_point
    std::vector<std::pair<uint64_t, uint32_t>> protections; ///< address, prot of each __dyad_protect
};
extern FakeMachine* fake;

class LibosTest : public testing::Test {
  protected:
    LibosTest();
    ~LibosTest() override;
    /// Starts the libOS; settings of `control` and `monitor()` made before count.
    void start();
    FakeMonitor& monitor() { return machine_.monitor; }

    dyad_control* control;
    uint64_t arenaSize = 64 << 20;

  private:
    FakeMachine machine_;
    char* controlMemory_ = nullptr;
    char* arenaMemory_ = nullptr;
};

/// Numbers of the generic ABI.
enum : long {
    kGetcwd = 17,
    kDup = 23,
    kDup3 = 24,
    kFcntl = 25,
    kIoctl = 29,
    kMkdirat = 34,
    kUnlinkat = 35,
    kSymlinkat = 36,
    kLinkat = 37,
    kStatfs = 43,
    kTruncate = 45,
    kFtruncate = 46,
    kFallocate = 47,
    kFaccessat = 48,
    kChdir = 49,
    kFchmodat = 53,
    kOpenat = 56,
    kClose = 57,
    kPipe2 = 59,
    kGetdents64 = 61,
    kLseek = 62,
    kRead = 63,
    kWrite = 64,
    kReadv = 65,
    kWritev = 66,
    kPread64 = 67,
    kPwrite64 = 68,
    kSendfile = 71,
    kPpoll = 73,
    kReadlinkat = 78,
    kNewfstatat = 79,
    kFstat = 80,
    kFsync = 82,
    kUtimensat = 88,
    kExitGroup = 94,
    kFutex = 98,
    kNanosleep = 101,
    kSetitimer = 103,
    kClockGettime = 113,
    kClockNanosleep = 115,
    kKill = 129,
    kTgkill = 131,
    kRtSigsuspend = 133,
    kRtSigaction = 134,
    kRtSigprocmask = 135,
    kRtSigpending = 136,
    kRtSigtimedwait = 137,
    kUname = 160,
    kUmask = 166,
    kBrk = 214,
    kMunmap = 215,
    kMremap = 216,
    kClone = 220,
    kMmap = 222,
    kMprotect = 226,
    kMsync = 227,
    kMadvise = 233,
    kPrlimit64 = 261,
    kRenameat2 = 276,
    kGetrandom = 278,
    kCopyFileRange = 285,
    kStatx = 291,
};

inline long word(long value) { return value; }
inline long word(int value) { return value; }
inline long word(unsigned value) { return static_cast<long>(value); }
inline long word(unsigned long value) { return static_cast<long>(value); }
inline long word(std::nullptr_t) { return 0; }
template <class T> long word(T* pointer) { return reinterpret_cast<long>(pointer); }

template <class... A> long call(long number, A... arguments) {
    long a[6] = {word(arguments)...};
    return __dyad_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// Shorthands for what tests do all the time; results are the call's.
constexpr int kHere = libos::L_AT_FDCWD;
inline long openFile(const std::string& path, unsigned flags, unsigned mode = 0644) {
    return call(kOpenat, kHere, path.c_str(), flags, mode);
}
inline long makeDirectory(const std::string& path) { return call(kMkdirat, kHere, path.c_str(), 0755u); }
inline long removeFile(const std::string& path) { return call(kUnlinkat, kHere, path.c_str(), 0); }
inline long removeDirectory(const std::string& path) {
    return call(kUnlinkat, kHere, path.c_str(), libos::L_AT_REMOVEDIR);
}
inline long renameFile(const std::string& from, const std::string& to, unsigned flags = 0) {
    return call(kRenameat2, kHere, from.c_str(), kHere, to.c_str(), flags);
}
inline long statFile(const std::string& path, libos::LinuxStat& out, unsigned flags = 0) {
    return call(kNewfstatat, kHere, path.c_str(), &out, flags);
}
inline long symlinkFile(const std::string& target, const std::string& path) {
    return call(kSymlinkat, target.c_str(), kHere, path.c_str());
}
inline long linkFile(const std::string& from, const std::string& to) {
    return call(kLinkat, kHere, from.c_str(), kHere, to.c_str(), 0);
}
inline long writeText(long fd, const std::string& text) { return call(kWrite, fd, text.data(), text.size()); }
inline std::string readText(long fd, std::size_t most = 1 << 20) {
    std::string text(most, 0);
    long size = call(kRead, fd, text.data(), most);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}
/// Makes a file with this content; fails the test if it cannot.
void makeFile(const std::string& path, const std::string& content);
std::string contentOf(const std::string& path);
/// Names in a directory in the order of getdents64, read `step` bytes at a time; without "." and "..".
std::vector<std::string> namesIn(const std::string& path, std::size_t step = 4096);
