// Which words of `dyad run` are its own and which are the program's.
#include "driver/dyad/commands.h"

#include <gtest/gtest.h>

using namespace dyad;

namespace {

struct Words {
    std::vector<std::string> ours;
    ProgramWords program;
};

Words split(std::vector<std::string> words) {
    CLI::App app;
    std::string text;
    bool flag;
    app.add_option("--isa", text);
    app.add_option("--gdb", text)->expected(0, 1);
    app.add_flag("-v,--verbose", flag);
    ProgramWords program = takeProgramWords(app, words);
    return {words, program};
}

using List = std::vector<std::string>;

TEST(ProgramWords, OptionsStandBeforeAndAfterTheImage) {
    Words words = split({"--isa", "aarch64", "image", "-v", "one", "--isa", "two"});
    EXPECT_EQ(words.ours, (List{"--isa", "aarch64", "-v"}));
    EXPECT_EQ(words.program.image, "image");
    EXPECT_EQ(words.program.arguments, (List{"one", "--isa", "two"}));
}

TEST(ProgramWords, UnknownFlagsAfterTheImageAreThePrograms) {
    Words words = split({"image", "--isa=x86_64", "--their-flag", "-v"});
    EXPECT_EQ(words.ours, (List{"--isa=x86_64"}));
    EXPECT_EQ(words.program.arguments, (List{"--their-flag", "-v"}));
}

TEST(ProgramWords, UnknownFlagsBeforeTheSeparatorAreMistakes) {
    Words words = split({"image", "--isaa", "--", "x"});
    EXPECT_EQ(words.ours, (List{"--isaa"}));
    EXPECT_EQ(words.program.arguments, (List{"x"}));
}

TEST(ProgramWords, SeparatorBeforeTheImageEndsOurOptions) {
    Words words = split({"-v", "--", "image", "-v", "--", "x"});
    EXPECT_EQ(words.ours, (List{"-v"}));
    EXPECT_EQ(words.program.image, "image");
    EXPECT_EQ(words.program.arguments, (List{"-v", "--", "x"}));
}

TEST(ProgramWords, OptionalValueDoesNotSwallowTheImage) {
    Words words = split({"--gdb", "image"});
    EXPECT_EQ(words.ours, (List{"--gdb"}));
    EXPECT_EQ(words.program.image, "image");
}

TEST(ProgramWords, LoneDashIsAnArgument) {
    EXPECT_EQ(split({"image", "-"}).program.arguments, (List{"-"}));
    EXPECT_EQ(split({}).program.image, "");
}

TEST(Suggestion, IsTheClosestNameOrNothing) {
    EXPECT_EQ(closest("rnu", {"run", "check", "cc"}), "run");
    EXPECT_EQ(closest("--verbos", {"--version", "--verbose"}), "--verbose");
    EXPECT_EQ(closest("frobnicate", {"run", "check"}), "");
}

} // namespace
