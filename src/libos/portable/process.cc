// The one process and its one thread: identity, limits, futexes, and the end (exit_group(2), getrlimit(2), futex(2),
// ...).
#include "process.h"

#include "clock.h"
#include "file.h"
#include "log.h"
#include "monitor.h"
#include "random.h"
#include "regions.h"
#include "signals.h"
#include "stack.h"
#include "system_call.h"
#include "transfer.h"

namespace libos {

namespace {

/// Output that failed. The program may not know: its last write seemed to succeed, or the C library made it while it ended
/// and had nobody to tell. A reader that went away has what it wanted.
bool lostOutput() {
    bool lost = false;
    for (uint32_t i = 0; i < 2; ++i) {
        int32_t error = monitor.outputError[i];
        if (!error || error == L_EPIPE) continue;
        Line line;
        line << "standard " << (i ? "error" : "output") << " could not be written: ";
        (error == L_ENOSPC ? line << "no space left on device" : line << "errno " << error).log();
        lost = true;
    }
    return lost;
}

} // namespace

void exitProgram(uint32_t kind, uint32_t value) {
    constexpr uint32_t kLostOutput = 125; // as for everything that dyad could not do
    if (machine.control->flags & DYAD_FLAG_FILES_OUT) exportFiles();
    syncOutput();
    if (lostOutput() && kind == 0 && value == 0) value = kLostOutput;
    const uint32_t payload[2] = {kind, value};
    transmit(DYAD_FRAME_EXIT, payload, sizeof payload, nullptr, 0);
    __dyad_halt();
}

namespace {
void copyText(char* to, const char* text) { memcpy(to, text, textSize(text) + 1); }
} // namespace

// -- System calls --

long sysExit(int status) { exitProgram(0, static_cast<uint32_t>(status) & 255); }

long sysGetpid() { return kProcessId; }
long sysGetppid() { return 1; }
long sysIdentity() { return 0; } // getuid, geteuid, getgid, getegid: root
long sysSetIdentity(uint32_t) { return 0; }
long sysSetIdentity2(uint32_t, uint32_t) { return 0; }
long sysSetIdentity3(uint32_t, uint32_t, uint32_t) { return 0; }
long sysGetIdentity3(uint32_t* real, uint32_t* effective, uint32_t* saved) {
    if (!real || !effective || !saved) return -L_EFAULT;
    *real = *effective = *saved = 0;
    return 0;
}
long sysGetgroups(int, uint32_t*) { return 0; }
long sysSetgroups(int, const uint32_t*) { return 0; }
long sysGetpgid(int pid) { return !pid || pid == kProcessId ? kProcessId : -L_ESRCH; }
long sysSetpgid(int pid, int group) {
    return (!pid || pid == kProcessId) && (!group || group == kProcessId) ? 0 : -L_EPERM;
}
long sysSetsid() { return -L_EPERM; }                  // the process leads its group already
long sysSetTidAddress(int32_t*) { return kProcessId; } // written when a thread ends; the only one ends with the machine
long sysSetRobustList(const void*, size_t size) { return size == 24 ? 0 : -L_EINVAL; }
long sysRseq(uint64_t, uint32_t, int, uint32_t) { return -L_ENOSYS; }
long sysMembarrier(int command, uint32_t, int) { return command == 0 ? 0 : -L_EINVAL; }

long sysUname(LinuxUtsname* name) {
    if (!name) return -L_EFAULT;
    *name = {};
    copyText(name->sysname, "Linux");
    copyText(name->nodename, "dyad");
    copyText(name->release, "6.1.0-dyad");
    copyText(name->version, "#1");
    copyText(name->machine, "dyad"); // the same on every ISA
    copyText(name->domainname, "(none)");
    return 0;
}

namespace {
LinuxRlimit limitOf(uint32_t which) {
    switch (which) {
    case L_RLIMIT_NOFILE:
        return {descriptors.limit, kDescriptorLimit};
    case L_RLIMIT_STACK:
        return {portableStackSize(), portableStackSize()};
    case L_RLIMIT_NPROC:
        return {1, 1};
    case L_RLIMIT_CORE:
        return {0, UINT64_MAX};
    default:
        return {UINT64_MAX, UINT64_MAX};
    }
}
} // namespace

/// Only the number of descriptors can be limited further; other limits are accepted if they change nothing.
long sysPrlimit64(int pid, uint32_t which, const LinuxRlimit* wanted, LinuxRlimit* old) {
    if (pid && pid != kProcessId) return -L_ESRCH;
    if (which >= L_RLIM_NLIMITS) return -L_EINVAL;
    LinuxRlimit before = limitOf(which);
    if (wanted) {
        if (wanted->soft > wanted->hard) return -L_EINVAL;
        if (which == L_RLIMIT_NOFILE) {
            if (wanted->soft > kDescriptorLimit) return -L_EPERM;
            descriptors.limit = wanted->soft;
        } else if (wanted->soft < before.soft && which != L_RLIMIT_CORE) {
            return -L_EPERM;
        }
    }
    if (old) *old = before;
    return 0;
}
long sysGetrlimit(uint32_t which, LinuxRlimit* out) { return out ? sysPrlimit64(0, which, nullptr, out) : -L_EFAULT; }
long sysSetrlimit(uint32_t which, const LinuxRlimit* wanted) {
    return wanted ? sysPrlimit64(0, which, wanted, nullptr) : -L_EFAULT;
}

long sysSysinfo(LinuxSysinfo* information) {
    if (!information) return -L_EFAULT;
    *information = {};
    information->uptime = static_cast<int64_t>(__dyad_clock()) / kSecond;
    information->totalram = arena.end() - arena.start();
    information->freeram = arena.freeBytes();
    information->procs = 1;
    information->mem_unit = 1;
    return 0;
}

long sysSchedYield() { return 0; }
long sysSchedGetaffinity(int pid, size_t size, uint64_t* set) {
    if (pid && pid != kProcessId) return -L_ESRCH;
    if (size < sizeof *set || size % sizeof *set) return -L_EINVAL;
    if (!set) return -L_EFAULT;
    *set = 1;
    return sizeof *set;
}
long sysSchedSetaffinity(int pid, size_t size, const uint64_t* set) {
    if (pid && pid != kProcessId) return -L_ESRCH;
    if (!set) return -L_EFAULT;
    return size >= sizeof *set && (*set & 1) ? 0 : -L_EINVAL;
}
long sysSchedGetscheduler(int pid) { return !pid || pid == kProcessId ? 0 : -L_ESRCH; }
long sysSchedPriorityLimit(int policy) { return policy == 0 || policy == 3 || policy == 5 ? 0 : -L_EINVAL; }
long sysGetcpu(uint32_t* cpu, uint32_t* node) {
    if (cpu) *cpu = 0;
    if (node) *node = 0;
    return 0;
}
long sysGetpriority(int, int) { return 20; } // the raw call returns 20 - nice
long sysSetpriority(int, int, int) { return 0; }

namespace {
char threadName[16] = "main";
}
long sysPrctl(int option, uint64_t argument) {
    constexpr int setName = 15, getName = 16, getDumpable = 3, setDumpable = 4, setPdeathsig = 1,
                  setNoNewPrivileges = 38;
    auto* text = reinterpret_cast<char*>(argument);
    switch (option) {
    case setName: {
        if (!validBuffer(text, 1)) return -L_EFAULT;
        size_t size = 0;
        while (size < sizeof threadName - 1 && text[size])
            ++size;
        memset(threadName, 0, sizeof threadName);
        memcpy(threadName, text, size);
        return 0;
    }
    case getName:
        if (!validBuffer(text, sizeof threadName)) return -L_EFAULT;
        memcpy(text, threadName, sizeof threadName);
        return 0;
    case getDumpable:
        return 1;
    case setDumpable:
    case setPdeathsig:
    case setNoNewPrivileges:
        return 0;
    default:
        return -L_EINVAL;
    }
}

/// There is one thread: nobody can wake a waiter.
long sysFutex(volatile uint32_t* word, int operation, uint32_t value, const LinuxTimespec* timeout) {
    if (!word) return -L_EFAULT;
    switch (operation & L_FUTEX_COMMAND) {
    case L_FUTEX_WAIT:
    case L_FUTEX_WAIT_BITSET: {
        if (timeout && !validTime(*timeout)) return -L_EINVAL;
        if (*word != value) return -L_EAGAIN;
        uint64_t deadline = kForever;
        if (timeout && (operation & L_FUTEX_COMMAND) == L_FUTEX_WAIT) {
            deadline = deadlineAfter(*timeout);
        } else if (timeout) { // absolute
            int64_t now = operation & L_FUTEX_CLOCK_REALTIME ? realTime() : static_cast<int64_t>(__dyad_clock());
            LinuxTimespec at = toTimespec(now);
            LinuxTimespec rest = {timeout->seconds - at.seconds, timeout->nanoseconds - at.nanoseconds};
            if (rest.nanoseconds < 0) rest = {rest.seconds - 1, rest.nanoseconds + kSecond};
            deadline = rest.seconds < 0 ? 0 : deadlineAfter(rest);
        } else if (timerDeadline() == kForever && !signalWaiting()) {
            (Line() << "the program waits for a lock or condition that no other thread can release").log();
            return -L_EDEADLK;
        }
        waitForSignal(deadline);
        return __dyad_clock() >= deadline ? -L_ETIMEDOUT : -L_EINTR;
    }
    case L_FUTEX_WAKE:
    case L_FUTEX_WAKE_BITSET:
    case L_FUTEX_REQUEUE:
    case L_FUTEX_CMP_REQUEUE:
        return 0;
    default:
        return -L_ENOSYS;
    }
}

long sysClone(uint64_t flags) {
    constexpr uint64_t cloneThread = 0x10000;
    bool thread = flags & cloneThread; // pthread_create
    logAbsent(__dyad_call_clone, "a Dyad program is one process with one thread");
    return thread ? -L_EAGAIN : -L_ENOSYS;
}
long sysExecve(const char*, const void*, const void*) {
    logAbsent(__dyad_call_execve, "a Dyad program is one process");
    return -L_ENOSYS;
}
long sysWait4(int, int32_t*, int, void*) { return -L_ECHILD; }
long sysWaitid(int, int, void*, int) { return -L_ECHILD; }

long sysGetrandom(void* to, size_t size, uint32_t flags) {
    if (flags & ~7u) return -L_EINVAL;
    if (!validBuffer(to, size)) return -L_EFAULT;
    size = smaller(size, kMostRandomBytes);
    randomBytes(to, size);
    return static_cast<long>(size);
}

} // namespace libos
