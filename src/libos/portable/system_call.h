// Every system call's function, by the file that holds it. They return a result >= 0 or -errno; libos/system_calls.def
// has their numbers. Pointers that are not null were checked to point to memory of the program, for one element.
#pragma once

#include "base.h"

namespace libos {

struct SelectMask;

// -- files.cc --

long sysRead(int fd, char* to, size_t size);
long sysWrite(int fd, const char* from, size_t size);
long sysReadv(int fd, const LinuxIovec* vectors, int count);
long sysWritev(int fd, const LinuxIovec* vectors, int count);
long sysPread64(int fd, char* to, size_t size, int64_t offset);
long sysPwrite64(int fd, const char* from, size_t size, int64_t offset);
long sysPreadv(int fd, const LinuxIovec* vectors, int count, int64_t offset);
long sysPwritev(int fd, const LinuxIovec* vectors, int count, int64_t offset);
long sysPreadv2(int fd, const LinuxIovec* vectors, int count, int64_t offset, long, int flags);
long sysPwritev2(int fd, const LinuxIovec* vectors, int count, int64_t offset, long, int flags);
long sysLseek(int fd, int64_t offset, int whence);
long sysClose(int fd);
long sysCloseRange(uint32_t first, uint32_t last, uint32_t flags);
long sysDup(int fd);
long sysDup3(int fd, int target, uint32_t flags);
long sysFcntl(int fd, int command, uint64_t argument);
long sysFlock(int fd, int operation);
long sysFsync(int fd);
long sysSync();
long sysSyncfs(int fd);
long sysFadvise64(int fd, int64_t, int64_t, int advice);
long sysFtruncate(int fd, int64_t size);
long sysFallocate(int fd, uint32_t mode, int64_t offset, int64_t length);
long sysSendfile(int outFd, int inFd, int64_t* offset, size_t size);
long sysCopyFileRange(int inFd, int64_t* inOffset, int outFd, int64_t* outOffset, size_t size, uint32_t flags);
long sysPipe2(int* fds, uint32_t flags);
long sysIoctl(int fd, uint32_t request, uint64_t argument);

// -- stat.cc --

long sysFstat(int fd, LinuxStat* out);
long sysNewfstatat(int dirfd, const char* path, LinuxStat* out, uint32_t flags);
long sysStatx(int dirfd, const char* path, uint32_t flags, uint32_t mask, LinuxStatx* out);
long sysStatfs(const char* path, LinuxStatfs* out);
long sysFstatfs(int fd, LinuxStatfs* out);
long sysFaccessat2(int dirfd, const char* path, uint32_t mode, uint32_t flags);
long sysFaccessat(int dirfd, const char* path, uint32_t mode);
long sysFchmod(int fd, uint32_t mode);
long sysFchmodat(int dirfd, const char* path, uint32_t mode);
long sysFchown(int fd, uint32_t uid, uint32_t gid);
long sysFchownat(int dirfd, const char* path, uint32_t uid, uint32_t gid, uint32_t flags);
long sysUtimensat(int dirfd, const char* path, const LinuxTimespec* times, uint32_t flags);
long sysUmask(uint32_t mask);

// -- names.cc --

long sysOpenat(int dirfd, const char* path, uint32_t flags, uint32_t mode);
long sysMkdirat(int dirfd, const char* path, uint32_t mode);
long sysMknodat(int dirfd, const char* path, uint32_t mode, uint64_t);
long sysUnlinkat(int dirfd, const char* path, uint32_t flags);
long sysLinkat(int oldDirfd, const char* oldPath, int newDirfd, const char* newPath, uint32_t flags);
long sysSymlinkat(const char* target, int dirfd, const char* path);
long sysReadlinkat(int dirfd, const char* path, char* to, size_t size);
long sysRenameat2(int oldDirfd, const char* oldPath, int newDirfd, const char* newPath, uint32_t flags);
long sysRenameat(int oldDirfd, const char* oldPath, int newDirfd, const char* newPath);
long sysTruncate(const char* path, int64_t size);
long sysGetdents64(int fd, char* to, size_t capacity);
long sysChdir(const char* path);
long sysFchdir(int fd);
long sysGetcwd(char* to, size_t capacity);

// -- poll.cc --

long sysPpoll(LinuxPollfd* polled, uint64_t count, LinuxTimespec* timeout, const uint64_t* mask, size_t setSize);
long sysPselect6(int count, uint64_t* reads, uint64_t* writes, uint64_t* exceptions, LinuxTimespec* timeout,
                 const SelectMask* mask);

// -- memory.cc --

long sysBrk(uint64_t wanted);
long sysMmap(uint64_t hint, uint64_t size, uint32_t protection, uint32_t flags, int fd, uint64_t offset);
long sysMunmap(uint64_t start, uint64_t size);
long sysMprotect(uint64_t start, uint64_t size, uint32_t protection);
long sysMremap(uint64_t start, uint64_t oldSize, uint64_t newSize, uint32_t flags, uint64_t target);
long sysMadvise(uint64_t start, uint64_t size, int advice);
long sysMincore(uint64_t start, uint64_t size, uint8_t* resident);
long sysMsync(uint64_t start, uint64_t size, uint32_t flags);
long sysMlock(uint64_t, uint64_t);
long sysMlockall(int);
long sysMunlockall();

// -- time.cc --

long sysClockGettime(int clock, LinuxTimespec* time);
long sysClockGetres(int clock, LinuxTimespec* resolution);
long sysClockSettime(int clock, const LinuxTimespec*);
long sysSettimeofday(const LinuxTimeval*, const void*);
long sysGettimeofday(LinuxTimeval* time, void*);
long sysClockNanosleep(int clock, int flags, const LinuxTimespec* wanted, LinuxTimespec* left);
long sysNanosleep(const LinuxTimespec* wanted, LinuxTimespec* left);
long sysTimes(LinuxTms* times);
long sysGetrusage(int who, LinuxRusage* usage);
long sysSetitimer(int which, const LinuxItimerval* wanted, LinuxItimerval* old);
long sysGetitimer(int which, LinuxItimerval* timer);

// -- signals.cc --

long sysRtSigaction(int signal, const LinuxSigaction* action, LinuxSigaction* old, size_t setSize);
long sysRtSigprocmask(int how, const uint64_t* set, uint64_t* old, size_t setSize);
long sysRtSigpending(uint64_t* set, size_t setSize);
long sysRtSigsuspend(const uint64_t* mask, size_t setSize);
long sysRtSigtimedwait(const uint64_t* set, LinuxSiginfo* information, const LinuxTimespec* timeout, size_t setSize);
long sysKill(int pid, int signal);
long sysTgkill(int group, int thread, int signal);
long sysTkill(int thread, int signal);
long sysRtSigqueueinfo(int pid, int signal, const LinuxSiginfo* information);
long sysSigaltstack(const LinuxStack* stack, LinuxStack* old);

// -- process.cc --

long sysExit(int status);
long sysGetpid();
long sysGetppid();
long sysIdentity();
long sysSetIdentity(uint32_t);
long sysSetIdentity2(uint32_t, uint32_t);
long sysSetIdentity3(uint32_t, uint32_t, uint32_t);
long sysGetIdentity3(uint32_t* real, uint32_t* effective, uint32_t* saved);
long sysGetgroups(int, uint32_t*);
long sysSetgroups(int, const uint32_t*);
long sysGetpgid(int pid);
long sysSetpgid(int pid, int group);
long sysSetsid();
long sysSetTidAddress(int32_t*);
long sysSetRobustList(const void*, size_t size);
long sysRseq(uint64_t, uint32_t, int, uint32_t);
long sysMembarrier(int command, uint32_t, int);
long sysUname(LinuxUtsname* name);
long sysPrlimit64(int pid, uint32_t which, const LinuxRlimit* wanted, LinuxRlimit* old);
long sysGetrlimit(uint32_t which, LinuxRlimit* out);
long sysSetrlimit(uint32_t which, const LinuxRlimit* wanted);
long sysSysinfo(LinuxSysinfo* information);
long sysSchedYield();
long sysSchedGetaffinity(int pid, size_t size, uint64_t* set);
long sysSchedSetaffinity(int pid, size_t size, const uint64_t* set);
long sysSchedGetscheduler(int pid);
long sysSchedPriorityLimit(int policy);
long sysGetcpu(uint32_t* cpu, uint32_t* node);
long sysGetpriority(int, int);
long sysSetpriority(int, int, int);
long sysPrctl(int option, uint64_t argument);
long sysFutex(volatile uint32_t* word, int operation, uint32_t value, const LinuxTimespec* timeout);
long sysClone(uint64_t flags);
long sysExecve(const char*, const void*, const void*);
long sysWait4(int, int32_t*, int, void*);
long sysWaitid(int, int, void*, int);
long sysGetrandom(void* to, size_t size, uint32_t flags);

// -- system_call.cc --

/// What the C library calls by: one for each call of libos/system_calls.def.
struct SystemCall {
    long (*call)(const long* arguments); ///< null: not there
    const char* name;                    ///< null: a number that has no name
    long number;
};

/// Logs, the first time for each number, that a system call is not there; `reason` may be null.
void logAbsent(const SystemCall& call, const char* reason);

} // namespace libos

extern "C" {
#define SYSTEM_CALL(number, name, function) extern const libos::SystemCall __dyad_call_##name;
#define ABSENT_CALL(number, name) extern const libos::SystemCall __dyad_call_##name;
#include "libos/system_calls.def"

/// What musl's system calls are: a call with its arguments. Returns a result >= 0 or -errno.
long __dyad_call(const libos::SystemCall* call, long a, long b, long c, long d, long e, long f);
/// The same by the Linux number of the generic ABI (system_call_numbers.cc).
long __dyad_syscall(long number, long a, long b, long c, long d, long e, long f);
}
