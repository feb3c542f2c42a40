// What a program finds at its start.
#include "fake_machine.h"

#include "libos/portable/libos.h"

using namespace libos;

namespace {

class Start : public LibosTest {};

TEST_F(Start, StackHasLinuxsLayout) {
    start();
    uintptr_t* stack = makeStartStack();
    EXPECT_EQ(stack[0], 2u);
    EXPECT_STREQ(reinterpret_cast<char*>(stack[1]), "program");
    EXPECT_STREQ(reinterpret_cast<char*>(stack[2]), "one");
    EXPECT_EQ(stack[3], 0u);
    EXPECT_STREQ(reinterpret_cast<char*>(stack[4]), "HOME=/");
    EXPECT_EQ(stack[5], 0u);
    uintptr_t random = 0, page = 0;
    for (uintptr_t* at = stack + 6; *at; at += 2) {
        if (*at == L_AT_RANDOM) random = at[1];
        if (*at == L_AT_PAGESZ) page = at[1];
    }
    EXPECT_EQ(page, 4096u);
    EXPECT_NE(random, 0u);
}

TEST_F(Start, WorksWithVeryLittleMemory) {
    arenaSize = 1 << 20;
    start();
    makeFile("/f", "x");
    EXPECT_EQ(contentOf("/f"), "x");
}

TEST_F(Start, TooLittleMemoryIsAClearError) {
    arenaSize = 8192;
    EXPECT_THROW(start(), Crash);
}

} // namespace
