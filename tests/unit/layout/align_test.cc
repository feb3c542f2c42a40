// `dyad align`: ordinary executables of any compiler's objects, with equal addresses.
#include "image/elf_tables.h"
#include "layout/align.h"
#include "objects.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace dyad;
using namespace dyad::test;

namespace {

std::uint64_t addressOf(const std::vector<std::byte> &elf, std::string_view symbol) {
    auto tables = readElfTables(elf);
    const auto found = std::ranges::find(tables->symbols, symbol, &ElfSymbol::name);
    return found == tables->symbols.end() ? 0 : found->value;
}

AlignInput halves(const std::string &x86, const std::string &arm, const std::string &flags = "") {
    AlignInput input;
    input.files[0].push_back({"a.x86_64.o", compile(Isa::x86_64, x86, Role::Native, flags).bytes});
    input.files[1].push_back({"a.aarch64.o", compile(Isa::aarch64, arm, Role::Native, flags).bytes});
    return input;
}

const std::string kProgram = "int data = 1; int zero[9]; const char *words[] = {\"a\", \"b\"}; _Thread_local int tls;"
                             "static int hidden; int work(int x) { return hidden += x * data + tls; }"
                             "void _start(void) { zero[1] = work(words[0][0]); }";

TEST(Align, GivesEqualAddresses) {
    auto output = align(halves(kProgram, kProgram));
    ASSERT_TRUE(output) << output.error().message;
    for (const char *name : {"data", "zero", "words", "work", "_start"}) {
        EXPECT_NE(addressOf(output->executables[0], name), 0u) << name;
        EXPECT_EQ(addressOf(output->executables[0], name), addressOf(output->executables[1], name)) << name;
    }
    EXPECT_EQ(output->commonSymbols, 6u);
    EXPECT_NE(output->map.find("work (a.x86_64.o)"), std::string::npos);
}

TEST(Align, NamesSymbolsOfOneHalf) {
    auto output = align(halves(kProgram + "int extra;", kProgram));
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().message, "a.x86_64.o: symbol 'extra' is defined for x86_64 only");
}

TEST(Align, NamesSectionsOfSeveralFunctions) {
    auto output = align(halves(kProgram, kProgram, "-fno-function-sections"));
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().message,
              "a.x86_64.o: section '.text' holds more than the function that it starts with (work, _start); give each "
              "function a section of its own (C: -ffunction-sections, assembly: .section .text.NAME,\"ax\")");
}

TEST(Align, NamesInputsInTheLinkersMessages) {
    const std::string source = "void missing(void); void _start(void) { missing(); }";
    auto output = align(halves(source, source));
    ASSERT_FALSE(output);
    EXPECT_NE(output.error().message.find("undefined symbol: missing"), std::string::npos) << output.error().message;
    EXPECT_NE(output.error().message.find("a.x86_64.o:"), std::string::npos) << output.error().message;
}

TEST(Align, RefusesDamagedArchives) {
    AlignInput input = halves(kProgram, kProgram);
    const std::string text = "!<arch>\nnonsense that is no member header at all, and long enough to be one of them\n";
    const auto bytes = std::as_bytes(std::span(text));
    input.files[0].push_back({"lib.a", {bytes.begin(), bytes.end()}});
    auto output = align(std::move(input));
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().message.substr(0, 7), "lib.a: ");
}

} // namespace
