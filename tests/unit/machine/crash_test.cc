// Crash reports in words.
#include "machine/crash_report.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace dyad;

namespace {

std::string firstLine(const dyad_crash &crash) {
    std::string text = describeCrash(crash, Isa::x86_64);
    return text.substr(0, text.find('\n'));
}

TEST(CrashReport, NamesTheCause) {
    dyad_crash crash{};
    crash.cause = DYAD_CRASH_FAULT;
    crash.signal = 11;
    crash.pc = 0x40201234;
    crash.address = 0x10;
    EXPECT_EQ(firstLine(crash), "dyad: the program crashed: access through a null pointer (address 0x10) (SIGSEGV)");
    crash.address = 0xdead0000;
    EXPECT_EQ(firstLine(crash), "dyad: the program crashed: invalid access to address 0xdead0000 (SIGSEGV)");
    crash.pc = crash.address = 0;
    EXPECT_EQ(firstLine(crash), "dyad: the program crashed: jump through a null pointer (address 0x0) (SIGSEGV)");
    crash.cause = DYAD_CRASH_DIVIDE;
    crash.signal = 8;
    EXPECT_EQ(firstLine(crash), "dyad: the program crashed: integer division by zero or overflow (SIGFPE)");
    crash.cause = 77;
    crash.signal = 1000;
    EXPECT_EQ(firstLine(crash), "dyad: the program crashed: unknown cause 77 (signal 1000)");
}

TEST(CrashReport, ShowsEveryRegisterAndNoControlCharacters) {
    dyad_crash crash{};
    crash.cause = DYAD_CRASH_PANIC;
    crash.signal = 6;
    crash.registers[30] = 0x1122334455667788;
    std::memset(crash.message, '\x1b', sizeof crash.message); // not terminated either
    std::string text = describeCrash(crash, Isa::aarch64);
    EXPECT_NE(text.find("x30   1122334455667788"), std::string::npos);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_NE(describeCrash(crash, Isa::x86_64).find("r15 "), std::string::npos);
}

} // namespace
