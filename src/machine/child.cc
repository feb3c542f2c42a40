// Starting, watching and ending child processes.
#include "machine/child.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace dyad {

namespace {

/// In the child, between fork and exec: only async-signal-safe calls, and nothing is changed that the parent, whose memory
/// this may be, still needs. Returns the errno that stopped it.
int becomeProgram(const ChildSetup &setup, char *const *argv, pid_t parent, int errors) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) return ESRCH;
    // The monitor blocks and ignores signals that the program must see as usual.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_RDWR);
    if (null < 0) return errno;
    int output = setup.standardOutput ? *setup.standardOutput : errors;
    if (dup2(setup.standardInput.value_or(null), 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) return errno;
    if (null > 2) close(null);
    for (int fd : setup.inherited) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) != 0) return errno;
    }
    if (setup.stopped) raise(SIGSTOP);
    execv(argv[0], argv);
    return errno;
}

} // namespace

Result<Child> Child::start(const ChildSetup &setup) {
    UniqueFd errors;
    if (!setup.standardError) {
        errors = UniqueFd(memfd_create("errors", MFD_CLOEXEC));
        if (!errors) return Error{fmt::format("memfd_create: {}", std::strerror(errno))};
    }
    std::vector<char *> argv;
    for (const std::string &word : setup.command)
        argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    // The pipe closes at exec, or carries the reason why there was none.
    int pipeEnds[2];
    if (pipe2(pipeEnds, O_CLOEXEC) != 0) return Error{fmt::format("pipe: {}", std::strerror(errno))};
    UniqueFd readEnd(pipeEnds[0]), writeEnd(pipeEnds[1]);
    pid_t parent = getpid();
    // Copying a process costs more than all else here. The parent of vfork waits for exec, though, which a child that waits
    // for its debugger has not called yet.
    pid_t pid = setup.stopped ? fork() : vfork();
    if (pid < 0) return Error{fmt::format("cannot start {}: {}", setup.command[0], std::strerror(errno))};
    if (pid == 0) {
        int failure =
            becomeProgram(setup, argv.data(), parent, setup.standardError ? *setup.standardError : errors.get());
        [[maybe_unused]] ssize_t written = write(writeEnd.get(), &failure, sizeof failure);
        _exit(127);
    }
    writeEnd.reset();
    Child child(pid, std::move(errors));
    int failure = 0;
    if (!setup.stopped && read(readEnd.get(), &failure, sizeof failure) == sizeof failure)
        return Error{fmt::format("cannot start {}: {}", setup.command[0], std::strerror(failure))};
    return child;
}

Child::Child(Child &&other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_), errors_(std::move(other.errors_)) {}

Child &Child::operator=(Child &&other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(status_, other.status_);
    std::swap(errors_, other.errors_);
    return *this;
}

void Child::signal(int number) const {
    if (pid_ > 0 && !status_) ::kill(pid_, number);
}

void Child::kill() {
    if (pid_ < 0 || status_) return;
    ::kill(pid_, SIGKILL);
    int status;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = status;
}

std::optional<int> Child::wait(int milliseconds) {
    if (status_ || pid_ < 0) return status_;
    UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    if (process) {
        pollfd entry{process.get(), POLLIN, 0};
        poll(&entry, 1, milliseconds);
    }
    int status;
    if (waitpid(pid_, &status, process ? WNOHANG : 0) == pid_) status_ = status;
    return status_;
}

std::string Child::errors() const {
    std::string text(65536, 0);
    ssize_t size = errors_ ? pread(errors_.get(), text.data(), text.size(), 0) : 0;
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

std::string describeWaitStatus(int status) {
    if (WIFSIGNALED(status)) return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return fmt::format("exit status {}", WEXITSTATUS(status));
}

} // namespace dyad
