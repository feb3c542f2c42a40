// AArch64: GICv2, virtual timer, clock, sleeping, stopping; the operations of QEMU's virt.
// Specification: Arm GIC architecture 2.0 (IHI 0048); Arm ARM D11 (generic timer); PSCI 1.1 (DEN 0022).
#include "clock.h"
#include "cpu.h"
#include "migration.h"
#include "native.h"
#include "page_table.h"
#include "trap.h"

namespace dyad::native {
namespace {

enum Distributor { kDistributorControl = 0x000, kSetEnable = 0x100, kPriority = 0x400, kTargets = 0x800 };
enum CpuInterface { kCpuControl = 0x00, kPriorityMask = 0x04, kAcknowledge = 0x0c, kEnd = 0x10 };
constexpr uint32_t kSpurious = 1020; // and above
enum TimerControl { kTimerOff = 0, kTimerOn = 1 };

Rate rate;

uint64_t ticks() {
    uint64_t value;
    asm volatile("isb; mrs %0, cntvct_el0" : "=r"(value)::"memory");
    return value;
}

uint64_t now() { return rate.toNs(ticks()); }

void setTimer(uint64_t control) { asm volatile("msr cntv_ctl_el0, %0; isb" ::"r"(control)); }

void wait(uint64_t deadline) {
    InterruptsMasked masked; // what comes from here on wakes sleepUntil()
    if (takeDoorbell() || (deadline != UINT64_MAX && now() >= deadline)) return;
    sleepUntil(deadline);
    takeDoorbell();
}

int32_t openText(uintptr_t address, uint64_t size, bool writable) {
    return protectPages(address, size, kRead | (writable ? kWrite : kExecute));
}

void discard(uintptr_t address, uint64_t size) { __builtin_memset(reinterpret_cast<void*>(address), 0, size); }

void setThreadPointer(uintptr_t value) { asm volatile("msr tpidr_el0, %0" ::"r"(value)); }

// QEMU's virt takes PSCI calls by hvc from a guest that it started at EL1, by smc from one that it started at EL2.
bool firmwareBySmc;

void halt() {
    constexpr uint64_t kSystemOff = 0x84000008;
    register uint64_t function asm("x0") = kSystemOff;
    asm volatile("msr daifset, #15; dsb sy" ::: "memory");
    if (firmwareBySmc) asm volatile("smc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
    else asm volatile("hvc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
    for (;;)
        asm volatile("wfi");
}

void enableInterrupt(unsigned interrupt) {
    writeDevice(kGicDistributor + kSetEnable + interrupt / 32 * 4, 1u << interrupt % 32);
}

} // namespace

// The rate is known: the monitor's is not needed.
const Machine kHardware = {.notify = ringDoorbell,
                           .settle = settleWithMonitor,
                           .wait = wait,
                           .clock = now,
                           .ticks = ticks,
                           .cpuTime = [] { return UINT64_MAX; }, // a virtual CPU is not told when it was waiting
                           .clockRate = [](uint64_t) {},
                           .protect = protectPages,
                           .openText = openText,
                           .discard = discard,
                           .setThreadPointer = setThreadPointer,
                           .halt = halt};

void chooseFirmwareCall(uint64_t entryLevel) { firmwareBySmc = entryLevel == 2; }

void startInterrupts() {
    uint64_t hz;
    asm volatile("mrs %0, cntfrq_el0" : "=r"(hz));
    if (!hz) panic("counter frequency is not set");
    rate.set(hz);
    setTimer(kTimerOff);
    writeDevice(kGicDistributor + kDistributorControl, 1);
    writeDevice(kGicCpu + kPriorityMask, 0xff);
    writeDevice(kGicCpu + kCpuControl, 1);
    enableInterrupt(kVirtualTimerInterrupt);
}

void enableDeviceInterrupt(unsigned slot) {
    unsigned interrupt = kVirtioFirstInterrupt + slot;
    // Four targets and four priorities a word; all to CPU 0, priority 0. Level-triggered, as reset.
    uintptr_t targets = kGicDistributor + kTargets + interrupt / 4 * 4;
    writeDevice(targets, readDevice(targets) | 1u << interrupt % 4 * 8);
    enableInterrupt(interrupt);
}

void sleepUntil(uint64_t deadline) {
    if (deadline != UINT64_MAX) {
        uint64_t t = now(), start = ticks(), length = deadline > t ? rate.toTicks(deadline - t) + 1 : 1;
        asm volatile("msr cntv_cval_el0, %0" ::"r"(start + length));
        setTimer(kTimerOn);
    }
    // A masked interrupt ends wfi all the same; the vector runs between the two masks.
    asm volatile("dsb sy; wfi; msr daifclr, #2; isb; msr daifset, #2" ::: "memory");
    setTimer(kTimerOff);
}

void handleInterrupts(uint64_t pc) {
    bool rung = false;
    for (;;) {
        uint32_t acknowledged = readDevice(kGicCpu + kAcknowledge), interrupt = acknowledged & 0x3ff;
        if (interrupt >= kSpurious) break;
        // Both stay pending while their source asserts them.
        if (interrupt == kVirtualTimerInterrupt) setTimer(kTimerOff);
        else acknowledgeDoorbell(), rung = true;
        writeDevice(kGicCpu + kEnd, acknowledged);
    }
    if (rung) onInterrupt(pc);
}

} // namespace dyad::native

extern "C" {

void __dyad_set_thread_block(uintptr_t block, uint64_t size, uint64_t align) {
    dyad::native::rememberThreadBlock(block, size, align);
    // Variant I (ELF for the Arm 64-bit architecture, TLS): two words at the thread pointer, then the block.
    constexpr uint64_t kHead = 16;
    dyad::native::machine->setThreadPointer(block - (align > kHead ? align : kHead));
}

int32_t __dyad_cpu_random(uint64_t* value) {
    uint64_t features;
    asm("mrs %0, id_aa64isar0_el1" : "=r"(features));
    if (!(features >> 60)) return 0;
    for (int tries = 0; tries < 10; ++tries) {
        uint64_t valid;
        asm volatile("mrs %0, s3_3_c2_c4_0; cset %1, ne" : "=r"(*value), "=r"(valid)::"cc"); // RNDR
        if (valid) return 1;
    }
    return 0;
}

} // extern "C"
