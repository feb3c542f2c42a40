// Names of running programs.
#include "session/control_directory.h"

#include <gtest/gtest.h>

using namespace dyad;

TEST(ProgramName, IsAFileNameAndNoPath) {
    for (const char* name : {"a", "job-1", "job.x86_64", "A_b", "0"})
        EXPECT_TRUE(checkProgramName(name)) << name;
    for (const std::string& name :
         {std::string(), std::string("."), std::string(".."), std::string(".x"), std::string("-x"), std::string("a/b"),
          std::string("a b"), std::string("\xc3\xa4"), std::string("a\n"), std::string(65, 'a')})
        EXPECT_FALSE(checkProgramName(name)) << name;
}

TEST(ProgramName, IsMadeOfAnyText) {
    EXPECT_EQ(asProgramName("hello"), "hello");
    EXPECT_EQ(asProgramName("a b/c"), "a_b_c");
    for (const std::string& text :
         {std::string(), std::string(".hidden"), std::string("-v"), std::string(500, 'x'), "." + std::string(500, 'x')})
        EXPECT_TRUE(checkProgramName(asProgramName(text))) << text << " became " << asProgramName(text);
}
