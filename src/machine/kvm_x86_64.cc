// The tiny KVM guest of an x86-64 host: real mode, counts down and halts.
#if defined(__x86_64__)
#include "machine/kvm.h"
#include "machine/unique_fd.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <fstream>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

namespace dyad {

namespace {

// mov ecx, 1000000; 1: dec ecx; jnz 1b; hlt (16-bit mode: 66 is the operand size prefix). A CPU needs a millisecond for
// it; an interpreter of single instructions a second.
constexpr std::uint8_t kGuest[] = {0x66, 0xb9, 0x40, 0x42, 0x0f, 0x00, 0x66, 0x49, 0x75, 0xfc, 0xf4};
constexpr int kLimitMilliseconds = 200;
constexpr std::size_t kPage = 4096;

void interrupt(int) {}

/// Ends KVM_RUN after the limit by a signal, for as long as it lives.
class RunLimit {
  public:
    RunLimit() {
        struct sigaction action = {};
        action.sa_handler = interrupt;
        sigaction(SIGALRM, &action, &old_);
        sigevent event = {};
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = SIGALRM;
        armed_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
        // Again and again, in case the first one comes before KVM_RUN is entered.
        itimerspec limit = {{0, 20'000'000}, {0, kLimitMilliseconds * 1'000'000}};
        if (armed_) timer_settime(timer_, 0, &limit, nullptr);
    }
    ~RunLimit() {
        if (armed_) timer_delete(timer_);
        sigaction(SIGALRM, &old_, nullptr);
    }

  private:
    struct sigaction old_;
    timer_t timer_;
    bool armed_;
};

std::string failed(const char *step) {
    return fmt::format("{} failed: {}", step, std::strerror(errno));
}

} // namespace

bool cpuHasVirtualisation() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("flags"))
            return (line + " ").find(" vmx ") != line.npos || (line + " ").find(" svm ") != line.npos;
    return false;
}

std::string runKvmProbe(int kvm) {
    UniqueFd vm(ioctl(kvm, KVM_CREATE_VM, 0));
    if (!vm) return failed("KVM_CREATE_VM");
    void *memory = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return failed("mmap");
    std::memcpy(memory, kGuest, sizeof kGuest);
    kvm_userspace_memory_region region = {0, 0, 0x1000, kPage, reinterpret_cast<std::uintptr_t>(memory)};
    std::string result = [&]() -> std::string {
        if (ioctl(vm.get(), KVM_SET_USER_MEMORY_REGION, &region) < 0) return failed("KVM_SET_USER_MEMORY_REGION");
        UniqueFd cpu(ioctl(vm.get(), KVM_CREATE_VCPU, 0));
        if (!cpu) return failed("KVM_CREATE_VCPU");
        int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
        if (size < static_cast<int>(sizeof(kvm_run))) return failed("KVM_GET_VCPU_MMAP_SIZE");
        void *mapping = mmap(nullptr, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE, MAP_SHARED, cpu.get(), 0);
        if (mapping == MAP_FAILED) return failed("mmap of the virtual CPU");
        auto *run = static_cast<kvm_run *>(mapping);
        kvm_sregs system;
        if (ioctl(cpu.get(), KVM_GET_SREGS, &system) < 0) return failed("KVM_GET_SREGS");
        system.cs.base = 0;
        system.cs.selector = 0;
        kvm_regs registers = {};
        registers.rip = 0x1000;
        registers.rflags = 2;
        if (ioctl(cpu.get(), KVM_SET_SREGS, &system) < 0 || ioctl(cpu.get(), KVM_SET_REGS, &registers) < 0)
            return failed("setting registers");
        RunLimit limit;
        int status = ioctl(cpu.get(), KVM_RUN, 0);
        std::string problem;
        if (status < 0 && errno == EINTR)
            problem = fmt::format("a guest that counts to a million does not end in {} ms", kLimitMilliseconds);
        else if (status < 0)
            problem = failed("KVM_RUN");
        else if (run->exit_reason != KVM_EXIT_HLT)
            problem = fmt::format("a guest of five instructions ended for reason {}, not by halting", run->exit_reason);
        munmap(mapping, static_cast<std::size_t>(size));
        return problem;
    }();
    munmap(memory, kPage);
    return result;
}

} // namespace dyad
#endif
