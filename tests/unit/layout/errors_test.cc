// What the layout refuses, with its exact words.
#include "objects.h"

#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;

namespace {

/// Two halves made of different sources.
LayoutInput halves(const std::string &x86, const std::string &arm, Role role = Role::Portable) {
    LayoutInput input;
    input.objects[0].push_back(compile(Isa::x86_64, x86, role));
    input.objects[1].push_back(compile(Isa::aarch64, arm, role));
    input.gcSections = false;
    return input;
}

TEST(LayoutErrors, SymbolInOneHalfOnly) {
    EXPECT_EQ(layoutError(halves("int f(void) { return 1; } int g;", "int f(void) { return 1; }")),
              "test.x86_64.o: symbol 'g' is in the x86_64 half only");
    EXPECT_EQ(layoutError(halves("int f(void) { return 1; }", "int f(void) { return 1; } int g;")),
              "test.aarch64.o: symbol 'g' is in the aarch64 half only");
}

TEST(LayoutErrors, KindDiffers) {
    EXPECT_EQ(layoutError(halves("int g = 1;", "const int g = 1;")),
              "test.x86_64.o: symbol 'g' is data for x86_64 and rodata for aarch64");
}

TEST(LayoutErrors, DataSizeDiffers) {
    EXPECT_EQ(layoutError(halves("int g[2] = {1};", "int g[3] = {1};")),
              "test.x86_64.o: object 'g' has 8 bytes for x86_64 and 12 bytes for aarch64");
}

TEST(LayoutErrors, NativeFunctionMissingInOneHalf) {
    LayoutInput input;
    add(input, "void fast(void); void start(void) { fast(); }");
    input.objects[0].push_back(compile(Isa::x86_64, "void fast(void) {}", Role::Native));
    addBoot(input);
    EXPECT_EQ(layoutError(std::move(input)), "test.aarch64.o: symbol 'fast' is defined for x86_64 only (in "
                                             "test.x86_64.o); portable code needs it for aarch64 too");
}

TEST(LayoutErrors, NativeFunctionNobodyNeedsStaysPrivate) {
    LayoutInput input;
    add(input, "void start(void) {}");
    input.objects[0].push_back(compile(Isa::x86_64, "void fast(void) {}", Role::Native));
    addBoot(input);
    EXPECT_EQ(layoutError(std::move(input)), "");
}

TEST(LayoutErrors, SeveralNativeFunctionsInOneSection) {
    LayoutInput input;
    add(input, "void f(void); void g(void); void start(void) { f(); g(); }");
    for (Isa isa : kIsas)
        input.objects[static_cast<std::size_t>(isa)].push_back(
            assemble(isa, ".globl f, g\nf: nop\nnop\ng: nop\nnop\n"));
    addBoot(input);
    EXPECT_EQ(
        layoutError(std::move(input)).substr(0, 132),
        "test.x86_64.o: section '.text' holds more than the function that it starts with (f, g); give each function "
        "a section of its own (C: ");
}

TEST(LayoutErrors, PrivateAddressInCommonData) {
    LayoutInput input;
    add(input, "void __dyad_boot(void); void (*entry)(void) = __dyad_boot; void start(void) { entry(); }",
        Role::Portable, "-O0");
    addBoot(input);
    EXPECT_EQ(layoutError(std::move(input)), "test.x86_64.o: object 'entry' holds the address of '__dyad_boot' "
                                             "(test.x86_64.o), which exists for x86_64 only\n"
                                             "test.aarch64.o: object 'entry' holds the address of '__dyad_boot' "
                                             "(test.aarch64.o), which exists for aarch64 only");
}

TEST(LayoutErrors, TentativeDefinition) {
    LayoutInput input;
    add(input, "int g;", Role::Portable, "-fcommon");
    EXPECT_EQ(layoutError(std::move(input)).substr(0, 54), "test.x86_64.o: symbol 'g' is a tentative definition, w");
}

TEST(LayoutErrors, UserSectionsDiffer) {
    const std::string one = "__attribute__((section(\"set\"))) int a = 1;",
                      two = one + "__attribute__((section(\"set\"))) int b = 1;";
    EXPECT_EQ(layoutError(halves(one, two)),
              "test.x86_64.o: section 'set' for x86_64 holds 'a', section 'set' for aarch64 holds 'a', 'b'\n"
              "test.aarch64.o: symbol 'b' is in the aarch64 half only");
}

TEST(LayoutErrors, CodeInUserSection) {
    const std::string code = "__attribute__((section(\"set\"))) int f(void) { return 1; }";
    EXPECT_NE(layoutError(halves(code, code))
                  .find("section 'set' holds code; only data can have a section whose name is a "
                        "C identifier"),
              std::string::npos);
}

TEST(LayoutErrors, EveryGlobalCommon) {
    LayoutInput input =
        halves("int f(void) { return 1; } int g(void) { return 2; }", "int f(void) { return 1; }", Role::Native);
    input.everyGlobalCommon = true;
    EXPECT_EQ(layoutError(std::move(input)), "test.x86_64.o: symbol 'g' is defined for x86_64 only");
}

TEST(LayoutErrors, WrongIsa) {
    LayoutInput input;
    input.objects[0].push_back(compile(Isa::aarch64, "int x;"));
    EXPECT_EQ(layoutError(std::move(input)), "test.aarch64.o: expected an object for x86_64, found one for aarch64");
}

TEST(LayoutErrors, NotAnObject) {
    LayoutInput input;
    input.objects[0].push_back({"text.o", {std::byte{'h'}, std::byte{'i'}}, Role::Portable});
    EXPECT_EQ(layoutError(std::move(input)), "text.o: not an ELF object");
}

constexpr const char *kVictim = "int a = 1; const char s[] = \"text\"; _Thread_local int t; int f(int x) { switch (x) {"
                                "case 0: return a; case 1: return 9; case 2: return t; case 3: return s[1];"
                                "case 4: return 77; } return f(x - 5) + 1; }";

TEST(LayoutErrors, TruncatedObjectsNameTheFile) {
    const ObjectFile x86 = compile(Isa::x86_64, kVictim), arm = compile(Isa::aarch64, kVictim);
    for (std::size_t size = 0; size < x86.bytes.size(); size += 7) {
        LayoutInput input;
        input.objects[0] = {x86};
        input.objects[0][0].bytes.resize(size);
        input.objects[1] = {arm};
        EXPECT_EQ(layoutError(std::move(input)).substr(0, 15), "test.x86_64.o: ") << size;
    }
}

TEST(LayoutErrors, DamagedObjectsNeverCrash) {
    const ObjectFile x86 = compile(Isa::x86_64, kVictim), arm = compile(Isa::aarch64, kVictim);
    std::size_t refused = 0;
    for (std::size_t at = 0; at < x86.bytes.size(); ++at)
        for (unsigned mask : {0x01u, 0x80u, 0xffu}) {
            LayoutInput input;
            input.objects[0] = {x86};
            input.objects[0][0].bytes[at] ^= static_cast<std::byte>(mask);
            input.objects[1] = {arm};
            input.gcSections = at % 2;
            refused += !layoutError(std::move(input)).empty();
        }
    EXPECT_GT(refused, x86.bytes.size() / 4);
}

} // namespace
