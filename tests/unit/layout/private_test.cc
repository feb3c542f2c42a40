// Private functions of the portable module: resume functions, which each half makes for itself and places where it can.
#include "image/elf_tables.h"
#include "image/segments.h"
#include "objects.h"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;
using ::testing::HasSubstr;

namespace {

/// Marks a function as what resumes `name`.
#define RESUMES(name) "__attribute__((used, noinline, section(\".private.text." name "\"))) "

const char* const kProgram = "extern char *cursor; int counter;"
                             "__attribute__((noinline)) int work(int i) { return counter += i; }"
    // Larger on one ISA than on the other, with a constant pool and a jump table of its own.
    RESUMES("work") "double work_resume(void) { switch (*cursor++) { case 0: return counter * 1.7; case 1: return 2.9;"
                    "    case 2: return work(3); case 3: return counter / 0.3; case 4: return work(counter) * 0.7; } "
                    "return 9.1; }"
                    "__attribute__((noinline)) static int hidden(int i) { return counter - i; }" RESUMES(
                        "hidden") "static int hidden_resume(void) { return counter + *cursor; }"
                                  "int dead(int i) { return i; }" RESUMES(
                                      "dead") "int dead_resume(void) { return *cursor; }"
                                              "void start(void) { counter = work(1) + hidden(2); }";

LayoutInput program(const std::string& more = "") {
    LayoutInput input;
    add(input, kProgram + more);
    addBoot(input);
    add(input, "char *cursor = 0;", Role::Private);
    return input;
}

class PrivateFunctions : public ::testing::Test {
  protected:
    static void SetUpTestSuite() { pair = new Pair(linkPair(program())); }
    static void TearDownTestSuite() { delete pair; }

    static ElfTables tables(Isa isa) { return *readElfTables(pair->linked[static_cast<std::size_t>(isa)]); }
    static const ElfSymbol* find(const ElfTables& half, std::string_view name) {
        const auto found = std::ranges::find(half.symbols, name, &ElfSymbol::name);
        return found == half.symbols.end() ? nullptr : &*found;
    }
    static Pair* pair;
};

Pair* PrivateFunctions::pair;

TEST_F(PrivateFunctions, LieInThePrivateWindowOfBothHalves) {
    for (Isa isa : kIsas) {
        const ElfTables half = tables(isa);
        const std::uint64_t commonEnd = find(half, "__dyad_common_end")->value;
        for (const char* name : {"work_resume", "hidden_resume"}) {
            const ElfSymbol* symbol = find(half, name);
            ASSERT_TRUE(symbol) << name;
            EXPECT_GE(symbol->value, commonEnd);
        }
        EXPECT_LT(find(half, "work")->value, commonEnd);
        const auto section = std::ranges::find(half.sections, ".private.text", &ElfSection::name);
        ASSERT_NE(section, half.sections.end());
        const ElfSymbol* symbol = find(half, "work_resume");
        EXPECT_LE(symbol->value + symbol->size, section->address + section->size);
    }
}

TEST_F(PrivateFunctions, LiveAsLongAsWhatTheyResume) {
    for (Isa isa : kIsas) {
        const ElfTables half = tables(isa);
        EXPECT_FALSE(find(half, "dead"));
        EXPECT_FALSE(find(half, "dead_resume"));
    }
}

TEST_F(PrivateFunctions, LeaveTheCommonWindowEqual) {
    const ElfTables x86 = tables(Isa::x86_64), arm = tables(Isa::aarch64);
    for (const char* name : {"work", "hidden", "start", "counter"})
        EXPECT_EQ(find(x86, name)->value, find(arm, name)->value) << name;
    EXPECT_EQ(find(x86, "__dyad_common_end")->value, find(arm, "__dyad_common_end")->value);
    for (const LayoutEntry& entry : pair->layout.entries)
        EXPECT_THAT(entry.symbols, ::testing::Not(::testing::Contains(HasSubstr("resume"))));
}

TEST_F(PrivateFunctions, HaveAddressesThatTheLinkTells) {
    const auto addresses = functionAddresses(pair->layout, pair->halves());
    ASSERT_TRUE(addresses) << addresses.error().message;
    for (Isa isa : kIsas) {
        const ElfTables half = tables(isa);
        const auto& found = (*addresses)[static_cast<std::size_t>(isa)];
        for (const char* name : {"work", "work_resume", "hidden", "hidden_resume"}) {
            ASSERT_TRUE(found.contains(name)) << name;
            EXPECT_EQ(found.at(name), find(half, name)->value) << name;
        }
        EXPECT_FALSE(found.contains("dead"));
        EXPECT_FALSE(found.contains("dead_resume"));
    }
}

TEST(PrivateFunctionNames, ThatNativeCodeUsesTooAreRefused) {
    LayoutInput input = program();
    add(input, "__attribute__((used)) static void hidden_resume(void) {}", Role::Private);
    const Pair pair = linkPair(std::move(input));
    const auto addresses = functionAddresses(pair.layout, pair.halves());
    ASSERT_FALSE(addresses);
    EXPECT_EQ(addresses.error().message, "the linked x86_64 half has 2 symbols 'hidden_resume'; expected one");
}

TEST(PrivateFunctionErrors, CommonCodeAndDataMustNotReferToThem) {
    EXPECT_EQ(
        layoutError(program("int start2(void) { return hidden_resume(); } void start3(void) { start2(); }"
                            "int (*volatile keep)(void) __attribute__((retain)) = start2;")),
        "test.x86_64.o: function 'start2' refers to 'hidden_resume' (test.x86_64.o), which is private to each half\n"
        "test.aarch64.o: function 'start2' refers to 'hidden_resume' (test.aarch64.o), which is private to each "
        "half");
    EXPECT_THAT(
        layoutError(program("__attribute__((retain)) double (*pointer)(void) = work_resume;")),
        HasSubstr(
            "object 'pointer' holds the address of 'work_resume' (test.x86_64.o), which is private to each half"));
}

TEST(PrivateFunctionErrors, CommonCodeMustNotReferToNativeData) {
    EXPECT_THAT(layoutError(program("__attribute__((retain)) char *take(void) { return cursor; }")),
                HasSubstr("function 'take' refers to 'cursor' (test.x86_64.o), which is private to each half"));
}

TEST(PrivateFunctionErrors, OneHalfOnly) {
    LayoutInput input = program();
    input.objects[1][0] = compile(Isa::aarch64, "int counter; int work(int i) { return counter += i; }"
                                                "void start(void) { work(1); }");
    EXPECT_THAT(layoutError(std::move(input)), HasSubstr("symbol 'work_resume' is in the x86_64 half only"));
}

TEST(StackMapsAndPoints, KeepNothingAliveAndDoNotReachTheImage) {
    const std::string ir = R"(
        declare token @llvm.experimental.gc.statepoint.p0(i64 immarg, i32 immarg, ptr, i32 immarg, i32 immarg, ...)
        define void @callee() noinline { ret void }
        define void @start() nounwind uwtable gc "statepoint-example" {
          call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 1, i32 0, ptr elementtype(void ()) @callee, i32 0, i32 0, i32 0, i32 0)
          ret void
        }
        define void @dead() nounwind uwtable gc "statepoint-example" {
          call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 2, i32 0, ptr elementtype(void ()) @callee, i32 0, i32 0, i32 0, i32 0)
          ret void
        })";
    for (bool gcSections : {true, false}) {
        LayoutInput input;
        input.gcSections = gcSections;
        for (Isa isa : kIsas) {
            ObjectFile object = compileIr(isa, ir);
            input.objects[static_cast<std::size_t>(isa)].push_back(std::move(object));
            input.objects[static_cast<std::size_t>(isa)].push_back(
                assemble(isa, ".pushsection .dyad.points,\"\",%progbits\n.quad dead, dead\n.popsection\n"));
        }
        addBoot(input);
        const Pair pair = linkPair(std::move(input));
        for (Isa isa : kIsas) {
            const auto& elf = pair.linked[static_cast<std::size_t>(isa)];
            EXPECT_FALSE(findSectionBytes(elf, ".llvm_stackmaps"));
            EXPECT_FALSE(findSectionBytes(elf, ".dyad.points"));
            const ElfTables half = *readElfTables(elf);
            EXPECT_EQ(std::ranges::count(half.symbols, "dead", &ElfSymbol::name), gcSections ? 0 : 1);
        }
    }
}

} // namespace
