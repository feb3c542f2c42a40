// x86-64: local APIC, I/O APIC, clock, sleeping, stopping; the operations of a QEMU microvm.
// Specification: Intel SDM volume 3, 10; 82093AA I/O APIC data sheet.
#include "clock.h"
#include "cpu.h"
#include "migration.h"
#include "native.h"
#include "page_table.h"
#include "trap.h"

namespace dyad::native {
namespace {

enum LocalApic { kEndOfInterrupt = 0x0b0, kSpurious = 0x0f0, kTimerEntry = 0x320, kTimerInitial = 0x380, kTimerDivide = 0x3e0 };
constexpr uint32_t kApicEnable = 0x100, kDivideBy16 = 3;
// QEMU and KVM count the APIC timer at 1 GHz (APIC_BUS_CYCLE_NS is 1 in both).
constexpr uint64_t kNsPerCount = 16, kMostCounts = 0xffffffff;

Rate rate;

uint64_t now() { return rate.known() ? rate.toNs(readTimeStamp()) : 0; }

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

/// The thread pointer is fs base.
void setThreadPointer(uintptr_t value) {
    constexpr uint32_t kFsBase = 0xc0000100;
    asm volatile("wrmsr" ::"c"(kFsBase), "a"(static_cast<uint32_t>(value)), "d"(static_cast<uint32_t>(value >> 32)));
}

/// A triple fault resets the machine; QEMU ends (-no-reboot).
void halt() {
    struct [[gnu::packed]] {
        uint16_t limit;
        uint64_t base;
    } nothing = {0, 0};
    asm volatile("cli; lidt %0; int3" ::"m"(nothing));
}

} // namespace

const Machine kHardware = {.notify = ringDoorbell,
                           .settle = settleWithMonitor,
                           .wait = wait,
                           .clock = now,
                           .ticks = [] { return readTimeStamp(); },
                           .cpuTime = [] { return UINT64_MAX; }, // a virtual CPU is not told when it was waiting
                           .clockRate = [](uint64_t hz) { rate.set(hz); },
                           .protect = protectPages,
                           .openText = openText,
                           .discard = discard,
                           .setThreadPointer = setThreadPointer,
                           .halt = halt};

void startInterrupts() {
    writeDevice(kLocalApic + kSpurious, kApicEnable | kSpuriousVector);
    writeDevice(kLocalApic + kTimerDivide, kDivideBy16);
    writeDevice(kLocalApic + kTimerEntry, kTimerVector); // one-shot
}

void enableDeviceInterrupt(unsigned slot) {
    constexpr unsigned kIndex = 0, kData = 0x10, kRedirection = 0x10;
    unsigned input = kVirtioFirstInput + slot;
    // Edge: handleInterrupt() acknowledges the device, so each new interrupt is a new edge. To APIC 0.
    writeDevice(kIoApic + kIndex, kRedirection + 2 * input + 1);
    writeDevice(kIoApic + kData, 0);
    writeDevice(kIoApic + kIndex, kRedirection + 2 * input);
    writeDevice(kIoApic + kData, kDeviceVector);
}

void sleepUntil(uint64_t deadline) {
    if (deadline != UINT64_MAX) {
        uint64_t t = now(), counts = deadline > t ? (deadline - t) / kNsPerCount + 1 : 1;
        writeDevice(kLocalApic + kTimerInitial, counts < kMostCounts ? counts : kMostCounts);
    }
    // An interrupt that came before is taken after hlt began: sti holds it back for one instruction.
    asm volatile("sti; hlt; cli" ::: "memory");
    writeDevice(kLocalApic + kTimerInitial, 0);
}

void handleInterrupt(unsigned vector, uint64_t pc) {
    if (vector == kDeviceVector) acknowledgeDoorbell();
    if (vector != kSpuriousVector) writeDevice(kLocalApic + kEndOfInterrupt, 0);
    if (vector == kDeviceVector) onInterrupt(pc);
}

} // namespace dyad::native

extern "C" {

void __dyad_set_thread_block(uintptr_t block, uint64_t size, uint64_t align) {
    dyad::native::rememberThreadBlock(block, size, align);
    // Variant II (ELF TLS, section 3.4.2): the block ends at the thread pointer, which points at itself.
    uintptr_t pointer = block + ((size + align - 1) & -align);
    *reinterpret_cast<uintptr_t*>(pointer) = pointer;
    dyad::native::machine->setThreadPointer(pointer);
}

int32_t __dyad_cpu_random(uint64_t* value) {
    constexpr uint32_t kRdrand = 1u << 30;
    if (!(dyad::native::cpuId(1).c & kRdrand)) return 0;
    for (int tries = 0; tries < 10; ++tries) {
        bool valid;
        asm volatile("rdrand %0" : "=r"(*value), "=@ccc"(valid));
        if (valid) return 1;
    }
    return 0;
}

} // extern "C"
