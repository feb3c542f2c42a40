// See fake_machine.h.
#include "fake_machine.h"

#include "libos/portable/libos.h"
#include "libos/portable/monitor.h"

#include <cstring>
#include <sys/mman.h>

FakeMachine* fake = nullptr;

using namespace libos;

extern "C" {

const char __dyad_tls_start[64] = {}, __dyad_tls_file_end[1] = {}, __dyad_tls_end[1] = {}, __dyad_tls_align[1] = {};

void __dyad_notify(void) { fake->monitor.step(); }
void __dyad_wait(uint64_t deadline) {
    if (auto onWait = fake->onWait) onWait();
    if (fake->monitor.step()) return;
    if (deadline == UINT64_MAX) {
        fake->deadlocked = true;
        throw Crash{0, 0, "the libOS waits for ever"};
    }
    fake->now = std::max(fake->now, deadline);
}
uint64_t __dyad_clock(void) { return fake->now += 1000; }
uint64_t __dyad_ticks(void) { return fake->now; }
uint64_t __dyad_cpu_time(void) { return fake->cpuTime; }
void __dyad_clock_rate(uint64_t) {}
int32_t __dyad_protect(uintptr_t address, uint64_t size, uint32_t prot) {
    if (fake) fake->protections.emplace_back(address, prot);
    // For real: the libOS must not touch what it closed.
    return mprotect(reinterpret_cast<void*>(address), size, static_cast<int>(prot));
}
void __dyad_discard(uintptr_t address, uint64_t size) { std::memset(reinterpret_cast<void*>(address), 0, size); }
void __dyad_set_thread_block(uintptr_t, uint64_t, uint64_t) {}
void __dyad_stop_point(void) { ++fake->stopPoints; }
void __dyad_arrive(void) {}
uint32_t __dyad_isa(void) { return 1; }
void __dyad_crash(uint32_t cause, uint32_t signal, const char* message) { throw Crash{cause, signal, message}; }
void __dyad_halt(void) {
    fake->monitor.step();
    throw Halt{};
}
int32_t __dyad_cpu_random(uint64_t*) { return 0; }
}

LibosTest::LibosTest() {
    constexpr std::size_t size = 1 << 20;
    controlMemory_ =
        static_cast<char*>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    control = new (controlMemory_) dyad_control{};
    control->magic = DYAD_CONTROL_MAGIC;
    control->version = DYAD_ABI_VERSION;
    control->stack_size = 1 << 20;
    control->tx_offset = 65536;
    control->tx_size = control->rx_size = 65536;
    control->rx_offset = 131072;
    control->argc = 2;
    control->envc = 1;
    control->strings_offset = 32768;
    const char strings[] = "program\0one\0HOME=/";
    control->strings_size = sizeof strings;
    std::memcpy(controlMemory_ + 32768, strings, sizeof strings);
    for (uint32_t& kind : control->stdio)
        kind = DYAD_STDIO_STREAM;
    for (int i = 0; i < 32; ++i)
        control->seed[i] = static_cast<uint8_t>(i);
    monitor().control = control;
    fake = &machine_;
}

LibosTest::~LibosTest() {
    munmap(controlMemory_, 1 << 20);
    if (arenaMemory_) munmap(arenaMemory_, arenaSize);
    fake = nullptr;
}

void LibosTest::start() {
    arenaMemory_ = static_cast<char*>(
        mmap(nullptr, arenaSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    control->arena_size = arenaSize;
    machine.anyPointer = true;
    initialise(control, reinterpret_cast<uintptr_t>(arenaMemory_));
}

void makeFile(const std::string& path, const std::string& content) {
    long fd = openFile(path, L_O_WRONLY | L_O_CREAT | L_O_TRUNC);
    ASSERT_GE(fd, 0) << path;
    ASSERT_EQ(writeText(fd, content), static_cast<long>(content.size()));
    ASSERT_EQ(call(kClose, fd), 0);
}

std::string contentOf(const std::string& path) {
    long fd = openFile(path, L_O_RDONLY);
    EXPECT_GE(fd, 0) << path;
    LinuxStat status = {};
    call(kFstat, fd, &status);
    std::string text = readText(fd, static_cast<std::size_t>(status.st_size));
    call(kClose, fd);
    return text;
}

std::vector<std::string> namesIn(const std::string& path, std::size_t step) {
    std::vector<std::string> names;
    long fd = openFile(path, L_O_RDONLY | L_O_DIRECTORY);
    EXPECT_GE(fd, 0) << path;
    std::string buffer(step, 0);
    for (long size; (size = call(kGetdents64, fd, buffer.data(), buffer.size())) > 0;)
        for (long at = 0; at < size;) {
            uint16_t length;
            std::memcpy(&length, buffer.data() + at + 16, 2);
            std::string name = buffer.data() + at + 19;
            if (name != "." && name != "..") names.push_back(name);
            at += length;
        }
    call(kClose, fd);
    return names;
}
