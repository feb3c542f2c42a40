// x86-64: device access and where QEMU's microvm has its devices. Specification: Intel SDM; QEMU's docs/system/i386/microvm.
#pragma once

#include <stdint.h>

namespace dyad::native {

constexpr uint64_t kLocalApic = 0xfee00000, kIoApic = 0xfec00000;
constexpr uint64_t kVirtioBase = 0xfeb00000, kVirtioStride = 0x200;
constexpr unsigned kVirtioSlots = 8;      // without a second I/O APIC, which needs ACPI
constexpr unsigned kVirtioFirstInput = 5; // of the I/O APIC

inline uint32_t readDevice(uintptr_t address) { return *reinterpret_cast<volatile uint32_t*>(address); }
inline void writeDevice(uintptr_t address, uint32_t value) { *reinterpret_cast<volatile uint32_t*>(address) = value; }

/// Orders memory accesses before it against device accesses and memory accesses after it.
inline void deviceFence() { asm volatile("mfence" ::: "memory"); }

struct CpuId {
    uint32_t a, b, c, d;
};
inline CpuId cpuId(uint32_t leaf, uint32_t subleaf = 0) {
    CpuId r;
    asm volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
    return r;
}

/// Masks interrupts while it lives: around what an interrupt handler uses, too.
class InterruptsMasked {
  public:
    InterruptsMasked() { asm volatile("pushfq; popq %0; cli" : "=r"(flags_)::"memory"); }
    ~InterruptsMasked() {
        constexpr uint64_t kInterruptFlag = 0x200;
        if (flags_ & kInterruptFlag) unmaskInterrupts();
    }
    InterruptsMasked(const InterruptsMasked&) = delete;
    static void unmaskInterrupts() { asm volatile("sti" ::: "memory"); }

  private:
    uint64_t flags_;
};

inline uint64_t readTimeStamp() {
    uint32_t low, high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return static_cast<uint64_t>(high) << 32 | low;
}

} // namespace dyad::native
