// AArch64: device access and where QEMU's virt has its devices. Specification: Arm ARM (DDI 0487); QEMU's hw/arm/virt
// memory map, stable over its versions.
#pragma once

#include <stdint.h>

namespace dyad::native {

constexpr uint64_t kGicDistributor = 0x08000000, kGicCpu = 0x08010000; // GICv2
constexpr uint64_t kVirtioBase = 0x0a000000, kVirtioStride = 0x200;
constexpr unsigned kVirtioSlots = 32;
constexpr unsigned kVirtioFirstInterrupt = 48; // shared peripheral interrupt 16
constexpr unsigned kVirtualTimerInterrupt = 27;

// Written out, so that the access is one that a hypervisor can emulate (no write-back addressing).
inline uint32_t readDevice(uintptr_t address) {
    uint32_t value;
    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
inline void writeDevice(uintptr_t address, uint32_t value) {
    asm volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

/// Orders memory accesses before it against device accesses and memory accesses after it.
inline void deviceFence() { asm volatile("dmb sy" ::: "memory"); }

/// Masks interrupts while it lives: around what an interrupt handler uses, too.
class InterruptsMasked {
  public:
    InterruptsMasked() { asm volatile("mrs %0, daif; msr daifset, #2" : "=r"(mask_)::"memory"); }
    ~InterruptsMasked() { asm volatile("msr daif, %0" ::"r"(mask_) : "memory"); }
    InterruptsMasked(const InterruptsMasked&) = delete;
    static void unmaskInterrupts() { asm volatile("msr daifclr, #2" ::: "memory"); }

  private:
    uint64_t mask_;
};

} // namespace dyad::native
