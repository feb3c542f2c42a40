// Formats struct dyad_crash and runs the backtrace tool on the memory that the guest left.
#include "machine/crash_report.h"

#include "machine/child.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace dyad {

namespace {

constexpr const char *kX86Registers[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8",
                                         "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
constexpr std::size_t kArmRegisters = 31;
/// A backtrace takes as long as reading the debug information does.
constexpr int kBacktraceLimitMs = 30000;

std::string registerName(Isa isa, std::size_t index) {
    return isa == Isa::x86_64 ? kX86Registers[index] : fmt::format("x{}", index);
}

std::string printable(const char *text, std::size_t limit) {
    std::string result(text, strnlen(text, limit));
    std::replace_if(
        result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return result;
}

std::string signalName(std::uint32_t signal) {
    const char *abbreviation = signal > 0 && signal < 32 ? sigabbrev_np(static_cast<int>(signal)) : nullptr;
    return abbreviation ? fmt::format("SIG{}", abbreviation) : fmt::format("signal {}", signal);
}

std::string cause(const dyad_crash &crash) {
    switch (crash.cause) {
    case DYAD_CRASH_FAULT:
        switch (crash.signal) {
        case 4:
            return fmt::format("undefined instruction at {:#x}", crash.pc);
        case 5:
            return fmt::format("breakpoint instruction at {:#x}", crash.pc);
        case 7:
            return fmt::format("misaligned access to address {:#x}", crash.address);
        case 8:
            return "floating-point exception";
        default:
            if (crash.address < DYAD_PAGE_SIZE && crash.pc == crash.address)
                return fmt::format("jump through a null pointer (address {:#x})", crash.address);
            if (crash.address < DYAD_PAGE_SIZE)
                return fmt::format("access through a null pointer (address {:#x})", crash.address);
            if (crash.pc == crash.address)
                return fmt::format("jump to address {:#x}, where there is no code", crash.address);
            return fmt::format("invalid access to address {:#x}", crash.address);
        }
    case DYAD_CRASH_STACK_OVERFLOW:
        return fmt::format("stack overflow (address {:#x} is in a stack's guard page)", crash.address);
    case DYAD_CRASH_SIGNAL:
        return "it raised a signal";
    case DYAD_CRASH_DIVIDE:
        return "integer division by zero or overflow";
    case DYAD_CRASH_PANIC:
        return "the libOS found its own state wrong";
    default:
        return fmt::format("unknown cause {}", crash.cause);
    }
}

} // namespace

std::string crashCause(const dyad_crash &crash) {
    std::string message = printable(crash.message, sizeof crash.message);
    return fmt::format("{} ({}){}{}", cause(crash), signalName(crash.signal), message.empty() ? "" : ": ", message);
}

std::string describeCrash(const dyad_crash &crash, Isa isa) {
    std::string text = fmt::format("dyad: the program crashed: {} ({})\n", cause(crash), signalName(crash.signal));
    if (std::string message = printable(crash.message, sizeof crash.message); !message.empty())
        text += fmt::format("  message: {}\n", message);
    text += fmt::format("registers ({}):\n", name(isa));
    std::size_t count = isa == Isa::x86_64 ? std::size(kX86Registers) : kArmRegisters;
    text += fmt::format("  {:<5} {:016x}  {:<5} {:016x}  {:<5} {:016x}  {:<5} {:016x}", "pc", crash.pc, "sp", crash.sp,
                        isa == Isa::x86_64 ? "flags" : "pstat", crash.flags, isa == Isa::x86_64 ? "trap" : "esr",
                        crash.code);
    for (std::size_t i = 0; i < count; ++i)
        text += fmt::format("{}{:<5} {:016x}", i % 4 ? "  " : "\n  ", registerName(isa, i), crash.registers[i]);
    return text + "\n";
}

int printCrashReport(GuestMemory &memory, Isa isa, const std::string &imagePath, const Installation &installation) {
    const auto *control = reinterpret_cast<const dyad_control *>(memory.control().data());
    dyad_crash crash;
    std::memcpy(static_cast<void *>(&crash), &control->crash, sizeof crash);
    fmt::print(stderr, "{}", describeCrash(crash, isa));
    const MemoryPlan &plan = memory.plan();
    // The plan is passed on rather than read from the control area, which the guest could have changed.
    ChildSetup setup{{installation.tool("dyad-backtrace"), imagePath, std::string(name(isa)),
                      std::to_string(memory.fd()), std::to_string(plan.ramSize), std::to_string(plan.arenaOffset)},
                     {memory.fd()},
                     2,
                     2};
    auto tool = Child::start(setup);
    if (!tool) {
        fmt::print(stderr, "dyad: no backtrace: {}\n", tool.error().message);
    } else if (auto status = tool->wait(kBacktraceLimitMs); !status || *status != 0) {
        fmt::print(stderr, "dyad: the backtrace is not complete: dyad-backtrace: {}\n",
                   status ? describeWaitStatus(*status) : "took too long");
    }
    bool known = crash.signal > 0 && crash.signal <= 64;
    return known ? static_cast<int>(crash.signal) : 6;
}

} // namespace dyad
