// The system call entry: numbers of the generic 64-bit Linux ABI (asm-generic/unistd.h), checks of pointers, the log of
// --strace, and what happens when a call ends: signals.
#include "system_call.h"

#include "file.h"
#include "log.h"
#include "migration.h"
#include "monitor.h"
#include "signals.h"

namespace libos {

namespace {

template <class T> struct Argument {
    static bool valid(long) { return true; }
    static T convert(long value) { return static_cast<T>(value); }
};
template <class T> constexpr size_t kPointeeSize = sizeof(T);
template <> constexpr size_t kPointeeSize<void> = 1;
template <> constexpr size_t kPointeeSize<const void> = 1;
template <> constexpr size_t kPointeeSize<const SelectMask> = 16;
template <class T> struct Argument<T*> {
    static bool valid(long value) {
        return !value || validBuffer(reinterpret_cast<const void*>(value), kPointeeSize<T>);
    }
    static T* convert(long value) { return reinterpret_cast<T*>(value); }
};

/// Makes a function of six longs from a typed one.
template <auto F> struct Adapt;
template <long (*F)()> struct Adapt<F> {
    static long call(const long*) { return F(); }
};
template <class A, long (*F)(A)> struct Adapt<F> {
    static long call(const long* a) {
        if (!Argument<A>::valid(a[0])) return -L_EFAULT;
        return F(Argument<A>::convert(a[0]));
    }
};
template <class A, class B, long (*F)(A, B)> struct Adapt<F> {
    static long call(const long* a) {
        if (!Argument<A>::valid(a[0]) || !Argument<B>::valid(a[1])) return -L_EFAULT;
        return F(Argument<A>::convert(a[0]), Argument<B>::convert(a[1]));
    }
};
template <class A, class B, class C, long (*F)(A, B, C)> struct Adapt<F> {
    static long call(const long* a) {
        if (!Argument<A>::valid(a[0]) || !Argument<B>::valid(a[1]) || !Argument<C>::valid(a[2])) return -L_EFAULT;
        return F(Argument<A>::convert(a[0]), Argument<B>::convert(a[1]), Argument<C>::convert(a[2]));
    }
};
template <class A, class B, class C, class D, long (*F)(A, B, C, D)> struct Adapt<F> {
    static long call(const long* a) {
        if (!Argument<A>::valid(a[0]) || !Argument<B>::valid(a[1]) || !Argument<C>::valid(a[2]) ||
            !Argument<D>::valid(a[3]))
            return -L_EFAULT;
        return F(Argument<A>::convert(a[0]), Argument<B>::convert(a[1]), Argument<C>::convert(a[2]),
                 Argument<D>::convert(a[3]));
    }
};
template <class A, class B, class C, class D, class E, long (*F)(A, B, C, D, E)> struct Adapt<F> {
    static long call(const long* a) {
        if (!Argument<A>::valid(a[0]) || !Argument<B>::valid(a[1]) || !Argument<C>::valid(a[2]) ||
            !Argument<D>::valid(a[3]) || !Argument<E>::valid(a[4]))
            return -L_EFAULT;
        return F(Argument<A>::convert(a[0]), Argument<B>::convert(a[1]), Argument<C>::convert(a[2]),
                 Argument<D>::convert(a[3]), Argument<E>::convert(a[4]));
    }
};
template <class A, class B, class C, class D, class E, class G, long (*F)(A, B, C, D, E, G)> struct Adapt<F> {
    static long call(const long* a) {
        if (!Argument<A>::valid(a[0]) || !Argument<B>::valid(a[1]) || !Argument<C>::valid(a[2]) ||
            !Argument<D>::valid(a[3]) || !Argument<E>::valid(a[4]) || !Argument<G>::valid(a[5]))
            return -L_EFAULT;
        return F(Argument<A>::convert(a[0]), Argument<B>::convert(a[1]), Argument<C>::convert(a[2]),
                 Argument<D>::convert(a[3]), Argument<E>::convert(a[4]), Argument<G>::convert(a[5]));
    }
};

struct SystemCall {
    const char* name;
    long (*call)(const long* arguments);
};

constexpr long kNumbers = 448;
struct Table {
    SystemCall calls[kNumbers] = {};
    template <auto F> constexpr void add(long number, const char* name) { calls[number] = {name, &Adapt<F>::call}; }
};

constexpr Table makeTable() {
    Table t;
    t.add<sysGetcwd>(17, "getcwd");
    t.add<sysDup>(23, "dup");
    t.add<sysDup3>(24, "dup3");
    t.add<sysFcntl>(25, "fcntl");
    t.add<sysIoctl>(29, "ioctl");
    t.add<sysFlock>(32, "flock");
    t.add<sysMknodat>(33, "mknodat");
    t.add<sysMkdirat>(34, "mkdirat");
    t.add<sysUnlinkat>(35, "unlinkat");
    t.add<sysSymlinkat>(36, "symlinkat");
    t.add<sysLinkat>(37, "linkat");
    t.add<sysRenameat>(38, "renameat");
    t.add<sysStatfs>(43, "statfs");
    t.add<sysFstatfs>(44, "fstatfs");
    t.add<sysTruncate>(45, "truncate");
    t.add<sysFtruncate>(46, "ftruncate");
    t.add<sysFallocate>(47, "fallocate");
    t.add<sysFaccessat>(48, "faccessat");
    t.add<sysChdir>(49, "chdir");
    t.add<sysFchdir>(50, "fchdir");
    t.add<sysFchmod>(52, "fchmod");
    t.add<sysFchmodat>(53, "fchmodat");
    t.add<sysFchownat>(54, "fchownat");
    t.add<sysFchown>(55, "fchown");
    t.add<sysOpenat>(56, "openat");
    t.add<sysClose>(57, "close");
    t.add<sysPipe2>(59, "pipe2");
    t.add<sysGetdents64>(61, "getdents64");
    t.add<sysLseek>(62, "lseek");
    t.add<sysRead>(63, "read");
    t.add<sysWrite>(64, "write");
    t.add<sysReadv>(65, "readv");
    t.add<sysWritev>(66, "writev");
    t.add<sysPread64>(67, "pread64");
    t.add<sysPwrite64>(68, "pwrite64");
    t.add<sysPreadv>(69, "preadv");
    t.add<sysPwritev>(70, "pwritev");
    t.add<sysSendfile>(71, "sendfile");
    t.add<sysPselect6>(72, "pselect6");
    t.add<sysPpoll>(73, "ppoll");
    t.add<sysReadlinkat>(78, "readlinkat");
    t.add<sysNewfstatat>(79, "newfstatat");
    t.add<sysFstat>(80, "fstat");
    t.add<sysSync>(81, "sync");
    t.add<sysFsync>(82, "fsync");
    t.add<sysFsync>(83, "fdatasync");
    t.add<sysUtimensat>(88, "utimensat");
    t.add<sysExit>(93, "exit");
    t.add<sysExit>(94, "exit_group");
    t.add<sysWaitid>(95, "waitid");
    t.add<sysSetTidAddress>(96, "set_tid_address");
    t.add<sysFutex>(98, "futex");
    t.add<sysSetRobustList>(99, "set_robust_list");
    t.add<sysNanosleep>(101, "nanosleep");
    t.add<sysGetitimer>(102, "getitimer");
    t.add<sysSetitimer>(103, "setitimer");
    t.add<sysClockSettime>(112, "clock_settime");
    t.add<sysClockGettime>(113, "clock_gettime");
    t.add<sysClockGetres>(114, "clock_getres");
    t.add<sysClockNanosleep>(115, "clock_nanosleep");
    t.add<sysSchedGetscheduler>(120, "sched_getscheduler");
    t.add<sysSchedSetaffinity>(122, "sched_setaffinity");
    t.add<sysSchedGetaffinity>(123, "sched_getaffinity");
    t.add<sysSchedYield>(124, "sched_yield");
    t.add<sysSchedPriorityLimit>(125, "sched_get_priority_max");
    t.add<sysSchedPriorityLimit>(126, "sched_get_priority_min");
    t.add<sysKill>(129, "kill");
    t.add<sysTkill>(130, "tkill");
    t.add<sysTgkill>(131, "tgkill");
    t.add<sysSigaltstack>(132, "sigaltstack");
    t.add<sysRtSigsuspend>(133, "rt_sigsuspend");
    t.add<sysRtSigaction>(134, "rt_sigaction");
    t.add<sysRtSigprocmask>(135, "rt_sigprocmask");
    t.add<sysRtSigpending>(136, "rt_sigpending");
    t.add<sysRtSigtimedwait>(137, "rt_sigtimedwait");
    t.add<sysRtSigqueueinfo>(138, "rt_sigqueueinfo");
    t.add<sysSetpriority>(140, "setpriority");
    t.add<sysGetpriority>(141, "getpriority");
    t.add<sysSetIdentity2>(143, "setregid");
    t.add<sysSetIdentity>(144, "setgid");
    t.add<sysSetIdentity2>(145, "setreuid");
    t.add<sysSetIdentity>(146, "setuid");
    t.add<sysSetIdentity3>(147, "setresuid");
    t.add<sysGetIdentity3>(148, "getresuid");
    t.add<sysSetIdentity3>(149, "setresgid");
    t.add<sysGetIdentity3>(150, "getresgid");
    t.add<sysTimes>(153, "times");
    t.add<sysSetpgid>(154, "setpgid");
    t.add<sysGetpgid>(155, "getpgid");
    t.add<sysGetpgid>(156, "getsid");
    t.add<sysSetsid>(157, "setsid");
    t.add<sysGetgroups>(158, "getgroups");
    t.add<sysSetgroups>(159, "setgroups");
    t.add<sysUname>(160, "uname");
    t.add<sysGetrlimit>(163, "getrlimit");
    t.add<sysSetrlimit>(164, "setrlimit");
    t.add<sysGetrusage>(165, "getrusage");
    t.add<sysUmask>(166, "umask");
    t.add<sysPrctl>(167, "prctl");
    t.add<sysGetcpu>(168, "getcpu");
    t.add<sysGettimeofday>(169, "gettimeofday");
    t.add<sysSettimeofday>(170, "settimeofday");
    t.add<sysGetpid>(172, "getpid");
    t.add<sysGetppid>(173, "getppid");
    t.add<sysIdentity>(174, "getuid");
    t.add<sysIdentity>(175, "geteuid");
    t.add<sysIdentity>(176, "getgid");
    t.add<sysIdentity>(177, "getegid");
    t.add<sysGetpid>(178, "gettid");
    t.add<sysSysinfo>(179, "sysinfo");
    t.add<sysBrk>(214, "brk");
    t.add<sysMunmap>(215, "munmap");
    t.add<sysMremap>(216, "mremap");
    t.add<sysClone>(220, "clone");
    t.add<sysExecve>(221, "execve");
    t.add<sysMmap>(222, "mmap");
    t.add<sysFadvise64>(223, "fadvise64");
    t.add<sysMprotect>(226, "mprotect");
    t.add<sysMsync>(227, "msync");
    t.add<sysMlock>(228, "mlock");
    t.add<sysMlock>(229, "munlock");
    t.add<sysMlockall>(230, "mlockall");
    t.add<sysMunlockall>(231, "munlockall");
    t.add<sysMincore>(232, "mincore");
    t.add<sysMadvise>(233, "madvise");
    t.add<sysWait4>(260, "wait4");
    t.add<sysPrlimit64>(261, "prlimit64");
    t.add<sysSyncfs>(267, "syncfs");
    t.add<sysRenameat2>(276, "renameat2");
    t.add<sysGetrandom>(278, "getrandom");
    t.add<sysMembarrier>(283, "membarrier");
    t.add<sysCopyFileRange>(285, "copy_file_range");
    t.add<sysPreadv2>(286, "preadv2");
    t.add<sysPwritev2>(287, "pwritev2");
    t.add<sysStatx>(291, "statx");
    t.add<sysRseq>(293, "rseq");
    t.add<sysCloseRange>(436, "close_range");
    t.add<sysFaccessat2>(439, "faccessat2");
    // Known by name only: what a program may try that is not there.
    struct Absent {
        long number;
        const char* name;
    };
    constexpr Absent absent[] = {
        {5, "setxattr"},           {8, "getxattr"},          {11, "listxattr"},       {14, "removexattr"},
        {19, "eventfd2"},          {20, "epoll_create1"},    {21, "epoll_ctl"},       {22, "epoll_pwait"},
        {26, "inotify_init1"},     {27, "inotify_add_watch"}, {39, "umount2"},        {40, "mount"},
        {51, "chroot"},            {58, "vhangup"},          {60, "quotactl"},        {74, "signalfd4"},
        {75, "vmsplice"},          {76, "splice"},           {77, "tee"},             {84, "sync_file_range"},
        {85, "timerfd_create"},    {86, "timerfd_settime"},  {87, "timerfd_gettime"}, {89, "acct"},
        {92, "personality"},       {97, "unshare"},          {107, "timer_create"},   {108, "timer_gettime"},
        {109, "timer_getoverrun"}, {110, "timer_settime"},   {111, "timer_delete"},   {116, "syslog"},
        {117, "ptrace"},           {118, "sched_setparam"},  {119, "sched_setscheduler"},
        {121, "sched_getparam"},   {127, "sched_rr_get_interval"},                    {142, "reboot"},
        {151, "setfsuid"},         {152, "setfsgid"},        {161, "sethostname"},    {162, "setdomainname"},
        {171, "adjtimex"},         {180, "mq_open"},         {186, "msgget"},         {190, "semget"},
        {194, "shmget"},           {195, "shmctl"},          {196, "shmat"},          {197, "shmdt"},
        {198, "socket"},           {199, "socketpair"},      {200, "bind"},           {201, "listen"},
        {202, "accept"},           {203, "connect"},         {204, "getsockname"},    {205, "getpeername"},
        {206, "sendto"},           {207, "recvfrom"},        {208, "setsockopt"},     {209, "getsockopt"},
        {210, "shutdown"},         {211, "sendmsg"},         {212, "recvmsg"},        {213, "readahead"},
        {234, "remap_file_pages"}, {242, "accept4"},         {243, "recvmmsg"},       {266, "clock_adjtime"},
        {268, "setns"},            {269, "sendmmsg"},        {277, "seccomp"},        {279, "memfd_create"},
        {280, "bpf"},              {281, "execveat"},        {282, "userfaultfd"},    {284, "mlock2"},
        {425, "io_uring_setup"},   {434, "pidfd_open"},      {435, "clone3"},         {437, "openat2"},
    };
    for (const Absent& call : absent)
        t.calls[call.number].name = call.name;
    return t;
}
constexpr Table kTable = makeTable();

uint64_t logged[8]; ///< numbers below 512 that were reported as absent; the last bit stands for all others
bool tracing() { return machine.control->flags & DYAD_FLAG_STRACE; }

long unknown(long number) {
    logAbsent(number, nullptr);
    return -L_ENOSYS;
}

/// Small values as decimal numbers, the others, most likely addresses, in hexadecimal.
void number(Line& line, long value) {
    if (value > -4096 && value < 65536)
        line << value;
    else
        line.hex(static_cast<uint64_t>(value));
}

Line describe(const char* name, long call, const long* a) {
    Line line;
    if (name)
        line << name << "(";
    else
        line << "system call " << call << "(";
    for (int i = 0; i < 6; ++i) {
        if (i) line << ", ";
        number(line, a[i]);
    }
    line << ")";
    return line;
}

} // namespace

void logAbsent(long number, const char* reason) {
    uint64_t bit = number >= 0 && number < 511 ? static_cast<uint64_t>(number) : 511;
    if (logged[bit / 64] >> (bit % 64) & 1) return;
    logged[bit / 64] |= 1ull << (bit % 64);
    const char* name = number >= 0 && number < kNumbers ? kTable.calls[number].name : nullptr;
    Line line;
    if (name)
        line << "unsupported system call " << name << " (" << number << ")";
    else
        line << "unknown system call " << number;
    if (reason) line << ": " << reason;
    line.log();
}

} // namespace libos

using namespace libos;

extern "C" long __dyad_syscall(long number, long a, long b, long c, long d, long e, long f) {
    InsideLibos inside;
    const long arguments[6] = {a, b, c, d, e, f};
    const SystemCall* entry = number >= 0 && number < kNumbers ? &kTable.calls[number] : nullptr;
    if (tracing() && (number == 93 || number == 94)) describe(entry->name, number, arguments).log(); // does not return
    while (true) {
        long result = entry && entry->call ? entry->call(arguments) : unknown(number);
        fireTimers();
        bool restart = true;
        if (signalWaiting() || signals.restoreMask) restart = deliverSignals();
        if (result == -L_ERESTART) {
            if (restart) continue;
            result = -L_EINTR;
        }
        if (tracing()) {
            Line line = describe(entry ? entry->name : nullptr, number, arguments);
            line << " = ";
            libos::number(line, result);
            line.log();
        }
        return result;
    }
}
