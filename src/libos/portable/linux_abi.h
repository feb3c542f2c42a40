// The Linux system call ABI that the libOS offers: numbers, constants and structures of the generic 64-bit ABI
// (asm-generic/unistd.h, asm-generic/stat.h and relatives, as riscv64 uses them). The names are Linux's with L_ before
// them, which keeps them apart from the host's macros where these sources are compiled for unit tests.
// src/libos/libc describes the same ABI to musl; the two must agree.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace libos {

enum LinuxError : int {
    L_EPERM = 1,
    L_ENOENT = 2,
    L_ESRCH = 3,
    L_EINTR = 4,
    L_EIO = 5,
    L_ENXIO = 6,
    L_E2BIG = 7,
    L_EBADF = 9,
    L_ECHILD = 10,
    L_EAGAIN = 11,
    L_ENOMEM = 12,
    L_EACCES = 13,
    L_EFAULT = 14,
    L_EBUSY = 16,
    L_EEXIST = 17,
    L_EXDEV = 18,
    L_ENODEV = 19,
    L_ENOTDIR = 20,
    L_EISDIR = 21,
    L_EINVAL = 22,
    L_ENFILE = 23,
    L_EMFILE = 24,
    L_ENOTTY = 25,
    L_EFBIG = 27,
    L_ENOSPC = 28,
    L_ESPIPE = 29,
    L_EROFS = 30,
    L_EMLINK = 31,
    L_EPIPE = 32,
    L_ERANGE = 34,
    L_EDEADLK = 35,
    L_ENAMETOOLONG = 36,
    L_ENOSYS = 38,
    L_ENOTEMPTY = 39,
    L_ELOOP = 40,
    L_ENODATA = 61,
    L_EOVERFLOW = 75,
    L_EOPNOTSUPP = 95,
    L_ETIMEDOUT = 110,
    /// Not seen by programs: the call starts again after a handler with SA_RESTART, else fails with EINTR.
    L_ERESTART = 512,
};

// -- Files ---------------------------------------------------------------------------------------------------------

enum : uint32_t {
    L_S_IFMT = 0170000,
    L_S_IFIFO = 0010000,
    L_S_IFCHR = 0020000,
    L_S_IFDIR = 0040000,
    L_S_IFBLK = 0060000,
    L_S_IFREG = 0100000,
    L_S_IFLNK = 0120000,
    L_S_IFSOCK = 0140000,
    L_S_ISUID = 04000,
    L_S_ISGID = 02000,
};

enum : uint32_t {
    L_O_ACCMODE = 3,
    L_O_RDONLY = 0,
    L_O_WRONLY = 1,
    L_O_RDWR = 2,
    L_O_CREAT = 0100,
    L_O_EXCL = 0200,
    L_O_NOCTTY = 0400,
    L_O_TRUNC = 01000,
    L_O_APPEND = 02000,
    L_O_NONBLOCK = 04000,
    L_O_DSYNC = 010000,
    L_O_DIRECT = 040000,
    L_O_LARGEFILE = 0100000,
    L_O_DIRECTORY = 0200000,
    L_O_NOFOLLOW = 0400000,
    L_O_NOATIME = 01000000,
    L_O_CLOEXEC = 02000000,
    L_O_PATH = 010000000,
    L_O_TMPFILE = 020000000 | 0200000,
};

constexpr int L_AT_FDCWD = -100;
enum : uint32_t {
    L_AT_SYMLINK_NOFOLLOW = 0x100,
    L_AT_REMOVEDIR = 0x200,
    L_AT_EACCESS = 0x200,
    L_AT_SYMLINK_FOLLOW = 0x400,
    L_AT_NO_AUTOMOUNT = 0x800,
    L_AT_EMPTY_PATH = 0x1000,
    L_AT_STATX_SYNC_TYPE = 0x6000,
};
enum : uint32_t { L_RENAME_NOREPLACE = 1, L_RENAME_EXCHANGE = 2 };
enum : int { L_SEEK_SET = 0, L_SEEK_CUR = 1, L_SEEK_END = 2, L_SEEK_DATA = 3, L_SEEK_HOLE = 4 };
enum : int {
    L_F_DUPFD = 0,
    L_F_GETFD = 1,
    L_F_SETFD = 2,
    L_F_GETFL = 3,
    L_F_SETFL = 4,
    L_F_GETLK = 5,
    L_F_SETLK = 6,
    L_F_SETLKW = 7,
    L_F_SETOWN = 8,
    L_F_GETOWN = 9,
    L_F_OFD_GETLK = 36,
    L_F_OFD_SETLK = 37,
    L_F_OFD_SETLKW = 38,
    L_F_DUPFD_CLOEXEC = 1030,
    L_F_GETPIPE_SZ = 1032,
    L_FD_CLOEXEC = 1,
    L_F_UNLCK = 2,
};
enum : uint32_t { L_FALLOC_KEEP_SIZE = 1, L_FALLOC_PUNCH_HOLE = 2, L_FALLOC_ZERO_RANGE = 16 };
constexpr size_t L_PATH_MAX = 4096, L_NAME_MAX = 255, L_PIPE_BUF = 4096, L_IOV_MAX = 1024;

struct LinuxTimespec {
    int64_t seconds, nanoseconds;
};
struct LinuxTimeval {
    int64_t seconds, microseconds;
};
constexpr int64_t L_UTIME_NOW = 0x3fffffff, L_UTIME_OMIT = 0x3ffffffe;

struct LinuxStat {
    uint64_t st_dev, st_ino;
    uint32_t st_mode, st_nlink, st_uid, st_gid;
    uint64_t st_rdev, pad1;
    int64_t st_size;
    int32_t st_blksize, pad2;
    int64_t st_blocks;
    LinuxTimespec st_atim, st_mtim, st_ctim;
    uint32_t unused[2];
};
static_assert(sizeof(LinuxStat) == 128);

struct LinuxStatxTime {
    int64_t seconds;
    uint32_t nanoseconds;
    int32_t reserved;
};
struct LinuxStatx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, spare0;
    uint64_t ino, size, blocks, attributes_mask;
    LinuxStatxTime atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t spare[14];
};
static_assert(sizeof(LinuxStatx) == 256);

struct LinuxStatfs {
    uint64_t f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree;
    int32_t f_fsid[2];
    uint64_t f_namelen, f_frsize, f_flags, f_spare[4];
};
static_assert(sizeof(LinuxStatfs) == 120);

/// struct linux_dirent64: the name follows, terminated; d_reclen is a multiple of 8.
struct LinuxDirent {
    uint64_t d_ino;
    int64_t d_off;
    uint16_t d_reclen;
    uint8_t d_type;
    char d_name[5];
};
static_assert(offsetof(LinuxDirent, d_name) == 19);

struct LinuxIovec {
    char* base;
    size_t size;
};
struct LinuxFlock {
    int16_t type, whence;
    int64_t start, length;
    int32_t pid;
};
struct LinuxPollfd {
    int32_t fd;
    int16_t events, revents;
};
enum : int16_t {
    L_POLLIN = 1,
    L_POLLPRI = 2,
    L_POLLOUT = 4,
    L_POLLERR = 8,
    L_POLLHUP = 16,
    L_POLLNVAL = 32,
    L_POLLRDNORM = 64,
    L_POLLWRNORM = 256,
};

enum : uint32_t {
    L_TCGETS = 0x5401,
    L_TCSETS = 0x5402,
    L_TCSETSW = 0x5403,
    L_TCSETSF = 0x5404,
    L_TIOCGPGRP = 0x540f,
    L_TIOCSPGRP = 0x5410,
    L_TIOCGWINSZ = 0x5413,
    L_FIONREAD = 0x541b,
    L_FIONBIO = 0x5421,
    L_FIOCLEX = 0x5451,
    L_FIONCLEX = 0x5450,
};
struct LinuxTermios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line, cc[19];
};
struct LinuxWinsize {
    uint16_t rows, columns, xpixels, ypixels;
};

// -- Memory --------------------------------------------------------------------------------------------------------

enum : uint32_t { L_PROT_NONE = 0, L_PROT_READ = 1, L_PROT_WRITE = 2, L_PROT_EXEC = 4 };
enum : uint32_t {
    L_MAP_SHARED = 1,
    L_MAP_PRIVATE = 2,
    L_MAP_SHARED_VALIDATE = 3,
    L_MAP_TYPE = 15,
    L_MAP_FIXED = 0x10,
    L_MAP_ANONYMOUS = 0x20,
    L_MAP_FIXED_NOREPLACE = 0x100000,
};
enum : uint32_t { L_MREMAP_MAYMOVE = 1, L_MREMAP_FIXED = 2 };
enum : int { L_MADV_DONTNEED = 4, L_MADV_FREE = 8 };

// -- Time ----------------------------------------------------------------------------------------------------------

enum : int {
    L_CLOCK_REALTIME = 0,
    L_CLOCK_MONOTONIC = 1,
    L_CLOCK_PROCESS_CPUTIME_ID = 2,
    L_CLOCK_THREAD_CPUTIME_ID = 3,
    L_CLOCK_MONOTONIC_RAW = 4,
    L_CLOCK_REALTIME_COARSE = 5,
    L_CLOCK_MONOTONIC_COARSE = 6,
    L_CLOCK_BOOTTIME = 7,
    L_CLOCK_TAI = 11,
    L_TIMER_ABSTIME = 1,
};
struct LinuxItimerval {
    LinuxTimeval interval, value;
};
struct LinuxRusage {
    LinuxTimeval user, system;
    int64_t maximumResident, rest[13];
};

// -- Signals -------------------------------------------------------------------------------------------------------

enum : int {
    L_SIGHUP = 1,
    L_SIGINT = 2,
    L_SIGQUIT = 3,
    L_SIGILL = 4,
    L_SIGTRAP = 5,
    L_SIGABRT = 6,
    L_SIGBUS = 7,
    L_SIGFPE = 8,
    L_SIGKILL = 9,
    L_SIGUSR1 = 10,
    L_SIGSEGV = 11,
    L_SIGUSR2 = 12,
    L_SIGPIPE = 13,
    L_SIGALRM = 14,
    L_SIGTERM = 15,
    L_SIGCHLD = 17,
    L_SIGCONT = 18,
    L_SIGSTOP = 19,
    L_SIGTSTP = 20,
    L_SIGTTIN = 21,
    L_SIGTTOU = 22,
    L_SIGURG = 23,
    L_SIGXCPU = 24,
    L_SIGXFSZ = 25,
    L_SIGVTALRM = 26,
    L_SIGPROF = 27,
    L_SIGWINCH = 28,
    L_SIGIO = 29,
    L_SIGPWR = 30,
    L_SIGSYS = 31,
    L_NSIG = 64,
};
enum : int { L_SIG_BLOCK = 0, L_SIG_UNBLOCK = 1, L_SIG_SETMASK = 2 };
enum : uint64_t {
    L_SA_SIGINFO = 4,
    L_SA_ONSTACK = 0x08000000,
    L_SA_RESTORER = 0x04000000,
    L_SA_RESTART = 0x10000000,
    L_SA_NODEFER = 0x40000000,
    L_SA_RESETHAND = 0x80000000,
};
/// struct sigaction of the kernel where no SA_RESTORER exists (asm-generic, riscv64).
struct LinuxSigaction {
    uintptr_t handler; ///< 0 SIG_DFL, 1 SIG_IGN
    uint64_t flags;
    uint64_t mask; ///< bit n-1 is signal n
};
struct LinuxSiginfo {
    int32_t signo, error, code, pad0;
    union {
        struct {
            int32_t pid;
            uint32_t uid;
            uint64_t value;
        } sender;
        uint64_t address;
        uint64_t pad[14];
    };
};
static_assert(sizeof(LinuxSiginfo) == 128);
enum : int { L_SI_USER = 0, L_SI_QUEUE = -1, L_SI_KERNEL = 0x80, L_SI_TKILL = -6, L_FPE_INTDIV = 1, L_SEGV_MAPERR = 1 };
struct LinuxStack {
    uintptr_t base;
    int32_t flags, pad;
    size_t size;
};
constexpr int L_SS_DISABLE = 2;
constexpr size_t L_MINSIGSTKSZ = 2048;

// -- Process -------------------------------------------------------------------------------------------------------

struct LinuxUtsname {
    char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};
struct LinuxRlimit {
    uint64_t soft, hard;
};
enum : uint32_t {
    L_RLIMIT_CPU = 0,
    L_RLIMIT_FSIZE = 1,
    L_RLIMIT_DATA = 2,
    L_RLIMIT_STACK = 3,
    L_RLIMIT_CORE = 4,
    L_RLIMIT_NPROC = 6,
    L_RLIMIT_NOFILE = 7,
    L_RLIMIT_AS = 9,
    L_RLIM_NLIMITS = 16,
};
struct LinuxSysinfo {
    int64_t uptime;
    uint64_t loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
    uint16_t procs, pad;
    uint64_t totalhigh, freehigh;
    uint32_t mem_unit;
};
struct LinuxTms {
    int64_t user, system, childrenUser, childrenSystem;
};
enum : uint64_t {
    L_AT_NULL = 0,
    L_AT_PAGESZ = 6,
    L_AT_UID = 11,
    L_AT_EUID = 12,
    L_AT_GID = 13,
    L_AT_EGID = 14,
    L_AT_HWCAP = 16,
    L_AT_CLKTCK = 17,
    L_AT_SECURE = 23,
    L_AT_RANDOM = 25,
    L_AT_EXECFN = 31,
};
enum : uint32_t {
    L_FUTEX_WAIT = 0,
    L_FUTEX_WAKE = 1,
    L_FUTEX_REQUEUE = 3,
    L_FUTEX_CMP_REQUEUE = 4,
    L_FUTEX_WAIT_BITSET = 9,
    L_FUTEX_WAKE_BITSET = 10,
    L_FUTEX_COMMAND = 127,
    L_FUTEX_CLOCK_REALTIME = 256
};

} // namespace libos
