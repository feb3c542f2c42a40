// What a program can say about its migration, and what the libOS does when a move ends.
#include "fake_machine.h"

#include "libos/portable/clock.h"
#include "libos/portable/monitor.h"
#include "libos/portable/random.h"

#include <dyad/dyad.h>

#include <array>
#include <cerrno>
#include <sys/mman.h>

using namespace libos;

namespace {

class Migration : public LibosTest {
  protected:
    Migration() { start(); }
    /// What the native part and the first resume function do in a machine that the program has come to.
    void arrive() {
        mprotect(reinterpret_cast<void*>(machine.arena), arenaSize, PROT_READ | PROT_WRITE);
        __dyad_restore();
        __dyad_arrived();
    }
};

TEST_F(Migration, AsksTheMonitorAndTellsItsAnswer) {
    EXPECT_EQ(dyad_migrate(DYAD_ISA_X86_64), 0);
    EXPECT_EQ(dyad_migrate(DYAD_ISA_OTHER), 0);
    monitor().migrationErrno = ENOTSUP;
    EXPECT_EQ(dyad_migrate(DYAD_ISA_AARCH64), -1);
    EXPECT_EQ(errno, ENOTSUP);
    EXPECT_EQ(dyad_migrate(7), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(monitor().migrations, (std::vector<uint32_t>{0, 0xffffffff, 1}));
}

TEST_F(Migration, ForbiddingNestsAndAllowingStops) {
    dyad_forbid_migration();
    dyad_forbid_migration();
    EXPECT_EQ(__dyad_migration_forbidden, 2u);
    EXPECT_EQ(dyad_migrate(DYAD_ISA_OTHER), -1);
    EXPECT_EQ(errno, EBUSY);
    unsigned before = fake->stopPoints;
    dyad_allow_migration();
    EXPECT_EQ(fake->stopPoints, before);
    dyad_allow_migration();
    EXPECT_EQ(fake->stopPoints, before + 1);
    dyad_allow_migration(); // nothing to allow
    EXPECT_EQ(__dyad_migration_forbidden, 0u);
    EXPECT_EQ(fake->stopPoints, before + 1);
    EXPECT_TRUE(monitor().migrations.empty());
}

std::vector<int> told;
void note(void* number) { told.push_back(static_cast<int>(reinterpret_cast<intptr_t>(number))); }

TEST_F(Migration, ArrivalFunctionsAreCalledInOrder) {
    told.clear();
    for (intptr_t i = 0; i < 100; ++i)
        ASSERT_EQ(dyad_on_arrival(note, reinterpret_cast<void*>(i)), 0);
    arrive();
    ASSERT_EQ(told.size(), 100u);
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(told[static_cast<size_t>(i)], i);
    EXPECT_EQ(dyad_on_arrival(nullptr, nullptr), -1);
    EXPECT_EQ(errno, EINVAL);
}

TEST_F(Migration, ArrivalInsideASystemCallIsToldAtItsEnd) {
    told.clear();
    ASSERT_EQ(dyad_on_arrival(note, nullptr), 0);
    // The move happens in the wait that the call makes.
    fake->onWait = [] {
        fake->onWait = nullptr;
        __dyad_arrived();
        EXPECT_TRUE(told.empty());
    };
    LinuxTimespec wanted = {1, 0};
    EXPECT_EQ(call(kNanosleep, &wanted, nullptr), 0);
    EXPECT_EQ(told.size(), 1u);
}

void arriveAgain(void* count) {
    told.push_back(0);
    if (++*static_cast<int*>(count) < 3) __dyad_arrived();
    call(kGetcwd, nullptr, 0); // does not start the functions anew
}

TEST_F(Migration, ArrivalsDuringArrivalFunctionsAreToldAfterwards) {
    told.clear();
    int count = 0;
    ASSERT_EQ(dyad_on_arrival(arriveAgain, &count), 0);
    arrive();
    EXPECT_EQ(told.size(), 3u);
}

TEST_F(Migration, ProtectionOfMemoryComesBack) {
    long page = call(kMmap, nullptr, 3 * 4096, L_PROT_READ | L_PROT_WRITE, L_MAP_PRIVATE | L_MAP_ANONYMOUS, -1);
    ASSERT_GT(page, 0);
    auto* words = reinterpret_cast<long*>(page);
    words[0] = 1, words[512] = 2, words[1024] = 3;
    ASSERT_EQ(call(kMprotect, page + 4096, 4096, L_PROT_READ), 0);
    ASSERT_EQ(call(kMprotect, page + 8192, 4096, L_PROT_NONE), 0);
    fake->protections.clear();
    arrive();
    auto has = [](long address, uint32_t protection) {
        for (auto& [start, given] : fake->protections)
            if (start == static_cast<uint64_t>(address) && given == protection) return true;
        return false;
    };
    EXPECT_TRUE(has(page + 4096, L_PROT_READ));
    EXPECT_TRUE(has(page + 8192, L_PROT_NONE));
    words[0] = 4;
    EXPECT_EQ(words[512], 2);
    // Free memory is closed again, in one piece with nothing of the program's.
    EXPECT_FALSE(fake->protections.empty());
    for (auto& [start, protection] : fake->protections)
        EXPECT_NE(protection, static_cast<uint32_t>(L_PROT_READ | L_PROT_WRITE));
}

TEST_F(Migration, CpuTimeGoesOnOverMachinesThatTellItAndSuchThatDoNot) {
    uint64_t before = cpuTime();
    auto moveTo = [&](uint64_t cpuThere) {
        control->migration.cpu_time_ns = fake->cpuTime;
        __dyad_idle_ns -= fake->now; // as the native part does while the program is stopped
        fake->now += 10000000000;
        __dyad_idle_ns += fake->now;
        fake->cpuTime = cpuThere;
        arrive();
        uint64_t now = cpuTime();
        EXPECT_GE(now, before);
        EXPECT_LT(now - before, 1000000u); // looks at the clock, no more
        before = now;
    };
    moveTo(UINT64_MAX);
    moveTo(5000);
    fake->cpuTime += 2000000;
    EXPECT_GE(cpuTime(), before + 2000000);
    before = cpuTime();
    moveTo(UINT64_MAX);
    moveTo(77000000000);
    moveTo(3);
}

TEST_F(Migration, StreamsBecomeWhatTheMonitorSays) {
    LinuxStat status = {};
    ASSERT_EQ(call(kFstat, 1, &status), 0);
    EXPECT_EQ(status.st_mode & 0170000u, L_S_IFIFO);
    control->stdio[1] = DYAD_STDIO_TTY;
    arrive();
    ASSERT_EQ(call(kFstat, 1, &status), 0);
    EXPECT_EQ(status.st_mode & 0170000u, L_S_IFCHR);
}

TEST_F(Migration, TheNewMachinesSeedChangesRandomNumbers) {
    auto numbersAfter = [&](uint8_t seed) {
        for (uint8_t& byte : control->seed)
            byte = seed;
        uint64_t number = 0;
        initialiseRandom(std::array<uint8_t, 32>{}.data());
        __dyad_restore();
        call(kGetrandom, &number, sizeof number, 0);
        return number;
    };
    EXPECT_NE(numbersAfter(1), numbersAfter(2));
    EXPECT_EQ(numbersAfter(3), numbersAfter(3));
}

} // namespace
