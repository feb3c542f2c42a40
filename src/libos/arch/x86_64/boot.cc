// x86-64: from 64-bit mode on early page tables to the portable part. Specification: docs/abi.md, sections 3 and 4.
#include "cpu.h"
#include "migration.h"
#include "native.h"
#include "page_table.h"
#include "trap.h"

namespace dyad::native {

// What entry.S spells as numbers.
static_assert(offsetof(dyad_control, private_offset) == 32 && offsetof(dyad_control, private_size) == 40);
static_assert(DYAD_CONTROL_ADDRESS + offsetof(dyad_control, crash) == 0x401001c0);
static_assert(offsetof(dyad_crash, pc) == 24 && offsetof(dyad_crash, flags) == 40);
static_assert(offsetof(dyad_crash, registers) == 48);

void startInterrupts(); // interrupts.cc

namespace {

constexpr uint64_t k4GiB = 0x100000000;

// PVH start information, version 1
struct MemoryMapEntry {
    uint64_t address, size;
    uint32_t type, reserved;
};
struct StartInfo {
    uint32_t magic, version, flags, modules;
    uint64_t moduleList, commandLine, acpi, memoryMap;
    uint32_t memoryMapEntries, reserved;
};
constexpr uint32_t kStartInfoMagic = 0x336ec578, kUsableRam = 1;

/// RAM that lies at 4 GiB and above, because of the device hole. The early tables reach the first GiB only.
uint64_t ramAbove4GiB(uint64_t startInfo) {
    constexpr uint64_t kReachable = 0x3fff0000;
    if (!startInfo || startInfo > kReachable) return 0;
    auto info = reinterpret_cast<const StartInfo*>(startInfo);
    if (info->magic != kStartInfoMagic || info->version < 1 || info->memoryMap > kReachable) return 0;
    auto map = reinterpret_cast<const MemoryMapEntry*>(info->memoryMap);
    for (uint32_t i = 0; i < info->memoryMapEntries && i < 64; ++i)
        if (map[i].address == k4GiB && map[i].type == kUsableRam) return map[i].size;
    return 0;
}

/// Switches on what extended state the CPU has, so that native code compiled for it runs.
void enableVectors() {
    constexpr uint32_t kXsave = 1u << 26;
    constexpr uint64_t kOsXsave = 1u << 18, kFsGsBase = 1u << 16;
    uint64_t cr4;
    asm volatile("mov %%cr4, %0" : "=r"(cr4));
    uint32_t most = cpuId(0).a;
    if (most >= 7 && cpuId(7).b & 1) cr4 |= kFsGsBase;
    bool xsave = most >= 0xd && cpuId(1).c & kXsave;
    if (xsave) cr4 |= kOsXsave;
    asm volatile("mov %0, %%cr4" ::"r"(cr4));
    if (xsave) {
        constexpr uint32_t kX87Sse = 0x3, kAvx = 0x4, kAvx512 = 0xe0;
        uint32_t offered = cpuId(0xd, 0).a, enabled = kX87Sse;
        if (offered & kAvx) enabled |= kAvx;
        if ((offered & (kAvx | kAvx512)) == (kAvx | kAvx512)) enabled |= kAvx512;
        asm volatile("xsetbv" ::"a"(enabled), "d"(0), "c"(0));
    }
    asm volatile("fninit");
}

} // namespace

/// Called by entry.S on the native stack.
extern "C" [[noreturn]] void bootMachine(uint64_t startInfo) {
    machine = &kHardware;
    control().boot_stage = 1;
    checkControl(DYAD_MACHINE_QEMU);
    loadDescriptors();
    enableVectors();
    uint64_t root = buildPageTables(k4GiB, ramAbove4GiB(startInfo));
    asm volatile("mov %0, %%cr3" ::"r"(root) : "memory");
    control().boot_stage = 2;
    startInterrupts();
    startDoorbell();
    InterruptsMasked::unmaskInterrupts();
    startProgram();
}

} // namespace dyad::native
