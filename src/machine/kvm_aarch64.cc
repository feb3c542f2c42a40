// The tiny KVM guest of an AArch64 host: counts down and stores to an address that is not RAM, which is an MMIO exit.
#if defined(__aarch64__)
#include "machine/kvm.h"
#include "machine/unique_fd.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

namespace dyad {

namespace {

// movz w0, #0xf, lsl #16; 1: subs w0, w0, #1; b.ne 1b; movz x1, #0; str w0, [x1]
constexpr std::uint32_t kGuest[] = {0x52a001e0, 0x71000400, 0x54ffffe1, 0xd2800001, 0xb9000020};
constexpr std::uint64_t kGuestAddress = 0x10000;
constexpr std::size_t kRegion = 0x10000; // a multiple of every page size

std::string failed(const char *step) {
    return fmt::format("{} failed: {}", step, std::strerror(errno));
}

} // namespace

// /proc/cpuinfo does not tell: the kernel makes /dev/kvm only where it runs at EL2.
bool cpuHasVirtualisation() {
    return true;
}

std::string runKvmProbe(int kvm) {
    UniqueFd vm(ioctl(kvm, KVM_CREATE_VM, 0));
    if (!vm) return failed("KVM_CREATE_VM");
    void *memory = mmap(nullptr, kRegion, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return failed("mmap");
    std::memcpy(memory, kGuest, sizeof kGuest);
    kvm_userspace_memory_region region = {0, 0, kGuestAddress, kRegion, reinterpret_cast<std::uintptr_t>(memory)};
    std::string result = [&]() -> std::string {
        if (ioctl(vm.get(), KVM_SET_USER_MEMORY_REGION, &region) < 0) return failed("KVM_SET_USER_MEMORY_REGION");
        UniqueFd cpu(ioctl(vm.get(), KVM_CREATE_VCPU, 0));
        if (!cpu) return failed("KVM_CREATE_VCPU");
        kvm_vcpu_init init = {};
        if (ioctl(vm.get(), KVM_ARM_PREFERRED_TARGET, &init) < 0 || ioctl(cpu.get(), KVM_ARM_VCPU_INIT, &init) < 0)
            return failed("KVM_ARM_VCPU_INIT");
        int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
        void *mapping = mmap(nullptr, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE, MAP_SHARED, cpu.get(), 0);
        if (mapping == MAP_FAILED) return failed("mmap of the virtual CPU");
        auto *run = static_cast<kvm_run *>(mapping);
        std::uint64_t pc = kGuestAddress;
        kvm_one_reg reg = {KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(regs.pc),
                           reinterpret_cast<std::uintptr_t>(&pc)};
        std::string problem;
        if (ioctl(cpu.get(), KVM_SET_ONE_REG, &reg) < 0)
            problem = failed("KVM_SET_ONE_REG");
        else if (ioctl(cpu.get(), KVM_RUN, 0) < 0)
            problem = failed("KVM_RUN");
        else if (run->exit_reason != KVM_EXIT_MMIO)
            problem = fmt::format("a guest of five instructions ended for reason {}, not by a store to a device",
                                  run->exit_reason);
        munmap(mapping, static_cast<std::size_t>(size));
        return problem;
    }();
    munmap(memory, kRegion);
    return result;
}

} // namespace dyad
#endif
