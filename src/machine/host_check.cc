// One function for each thing that is checked.
#include "machine/host_check.h"

#include "machine/installation.h"
#include "machine/kvm.h"
#include "machine/machine.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

namespace dyad {

namespace {

bool isFile(const std::string &path) {
    struct stat status;
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// "error: what; remedy" of a message that carries its remedy after a semicolon.
HostCheck fromError(std::string name, CheckState state, const std::string &message) {
    std::size_t split = message.find("; ");
    if (split == message.npos) return {std::move(name), state, message, ""};
    return {std::move(name), state, message.substr(0, split), message.substr(split + 2)};
}

HostCheck checkHostItself() {
    utsname host = {};
    uname(&host);
    return {"host", CheckState::good, fmt::format("{} {}, {}", host.sysname, host.release, name(hostIsa())), ""};
}

HostCheck checkMemoryFiles() {
    UniqueFd file(memfd_create("doctor", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (file && ftruncate(file.get(), 4096) == 0 && fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK) == 0 &&
        access(fmt::format("/proc/self/fd/{}", file.get()).c_str(), R_OK) == 0)
        return {"shared memory files", CheckState::good, "memfd_create with seals", ""};
    return {"shared memory files", CheckState::bad, fmt::format("memfd_create does not work: {}", std::strerror(errno)),
            "run where memfd_create and /proc are allowed; a container's seccomp profile may forbid them"};
}

HostCheck checkSeccomp() {
    // Without the privilege or NO_NEW_PRIVS a null filter gives EACCES, with it EFAULT; EINVAL means that there are no
    // filters.
    bool works = prctl(PR_GET_SECCOMP) >= 0 &&
                 (prctl(PR_SET_SECCOMP, 2 /* SECCOMP_MODE_FILTER */, nullptr) < 0 && errno != EINVAL);
    if (works) return {"seccomp", CheckState::good, "system call filters work", ""};
    return {"seccomp", CheckState::absent, "no system call filters: process machines run unconfined",
            "use a kernel with CONFIG_SECCOMP_FILTER, or --machine qemu for programs that are not trusted"};
}

HostCheck checkUserfault() {
    UniqueFd fault(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY)));
    if (fault) return {"userfaultfd", CheckState::good, "works for user-mode faults", ""};
    return {"userfaultfd", CheckState::absent, fmt::format("not available: {}", std::strerror(errno)), ""};
}

HostCheck checkQemu(Isa isa) {
    auto qemu = findQemu(isa, true);
    std::string title = fmt::format("qemu-system-{}", name(isa));
    if (!qemu) return fromError(title, CheckState::bad, qemu.error().message);
    return {title, CheckState::good, fmt::format("version {}, {}", qemu->version, qemu->path), ""};
}

HostCheck checkKvm(KvmStatus &status) {
    status = kvmStatus(KvmProbe::fresh);
    if (status.usable) return {"kvm", CheckState::good, "a small guest ran and ended in time", ""};
    return {"kvm", CheckState::absent, status.reason, status.remedy};
}

HostCheck checkQemuUser(Isa isa) {
    auto user = findQemuUser(isa);
    std::string title = fmt::format("qemu-{}", name(isa));
    if (!user) return fromError(title, CheckState::absent, user.error().message);
    return {title, CheckState::good, *user, ""};
}

HostCheck checkTender(Isa isa, const Installation &installation) {
    std::string path = installation.tender(isa), title = fmt::format("tender for {}", name(isa));
    if (isFile(path)) return {title, CheckState::good, path, ""};
    return {title, CheckState::bad, fmt::format("{} not found", path),
            "build or install dyad again: this installation is incomplete"};
}

HostCheck checkSysroot(const Installation &installation) {
    std::string library = installation.library + "/sysroot/usr/lib/libc.a";
    if (isFile(library)) return {"sysroot", CheckState::good, installation.library + "/sysroot", ""};
    return {"sysroot", CheckState::absent, fmt::format("{} not found: programs can be run, not built", library),
            "build or install dyad again"};
}

HostCheck checkBacktrace(const Installation &installation) {
    std::string path = installation.tool("dyad-backtrace");
    if (isFile(path)) return {"dyad-backtrace", CheckState::good, path, ""};
    return {"dyad-backtrace", CheckState::absent, fmt::format("{} not found: crash reports have no backtrace", path),
            "build or install dyad again"};
}

} // namespace

HostReport checkHost() {
    HostReport report;
    Installation installation = Installation::find();
    auto add = [&](HostCheck check) {
        report.checks.push_back(std::move(check));
        return report.checks.back().state == CheckState::good;
    };
    add(checkHostItself());
    bool memory = add(checkMemoryFiles());
    KvmStatus kvm;
    add(checkKvm(kvm));
    for (Isa isa : kIsas) {
        IsaVerdict verdict{isa, {}};
        bool qemu = add(checkQemu(isa));
        bool user = isa == hostIsa() || add(checkQemuUser(isa));
        bool tender = add(checkTender(isa, installation));
        if (memory && qemu) verdict.machines.push_back(kvm.usable && isa == hostIsa() ? "qemu (kvm)" : "qemu (tcg)");
        if (memory && user && tender) verdict.machines.push_back("process");
        report.verdicts.push_back(std::move(verdict));
    }
    add(checkSeccomp());
    add(checkUserfault());
    add(checkSysroot(installation));
    add(checkBacktrace(installation));
    return report;
}

} // namespace dyad
