// The common layout's promises: equal addresses, and what is common, private or dropped.
#include "image/elf_tables.h"
#include "objects.h"

#include <gtest/gtest.h>

#include <map>

using namespace dyad;
using namespace dyad::test;

namespace {

std::map<std::string, ElfSymbol> symbolsOf(const std::vector<std::byte> &elf) {
    auto tables = readElfTables(elf);
    if (!tables) throw std::runtime_error(tables.error().message);
    std::map<std::string, ElfSymbol> symbols;
    for (const ElfSymbol &symbol : tables->symbols)
        symbols[std::string(symbol.name)] = symbol;
    return symbols;
}

class Linked {
  public:
    explicit Linked(LayoutInput input) : pair(linkPair(std::move(input))) {
        for (std::size_t i = 0; i < 2; ++i)
            symbols[i] = symbolsOf(pair.linked[i]);
    }
    void expectEqual(const std::string &name) const {
        ASSERT_TRUE(symbols[0].contains(name)) << name;
        ASSERT_TRUE(symbols[1].contains(name)) << name;
        EXPECT_EQ(symbols[0].at(name).value, symbols[1].at(name).value) << name;
        EXPECT_EQ(symbols[0].at(name).size, symbols[1].at(name).size) << name;
    }
    bool isCommon(const std::string &name) const {
        const auto end = symbols[0].at("__dyad_common_end").value;
        return symbols[0].at(name).value < end && symbols[1].at(name).value < end;
    }
    bool has(const std::string &name) const { return symbols[0].contains(name) || symbols[1].contains(name); }

    Pair pair;
    std::array<std::map<std::string, ElfSymbol>, 2> symbols;
};

const char *const kProgram = R"(
    int counter = 3; int zero[5]; static int hidden = 4; const int table[3] = {1, 2, 3};
    _Thread_local int t1 = 5; _Thread_local char t2[3]; _Thread_local int t3;
    const int *const pointers[] = {table, &table[1]};
    __attribute__((noinline)) static int helper(int x) { return x * hidden++ + zero[x] + t1 + t2[1] + t3; }
    int deadFunction(int x) { return x + 99; } int deadObject = 8;
    __attribute__((noinline)) double choose(int x, double d) {
        switch (x) { case 0: return d * 1.5; case 1: return 7.25 - d; case 2: return helper(x); case 3: return d / 3.5;
                     case 4: return *pointers[counter & 1] + table[hidden]; case 5: return counter; }
        return 1.125; }
    void start(void) { counter = choose(counter, counter) + helper(2); }
)";

TEST(Layout, GivesEqualAddresses) {
    LayoutInput input;
    add(input, kProgram);
    addBoot(input);
    const Linked linked(std::move(input));
    for (const char *name : {"counter", "zero", "hidden", "table", "t1", "t2", "t3", "pointers", "helper", "choose",
                             "start", "__dyad_common_end", "__dyad_tls_start", "__dyad_tls_end"})
        linked.expectEqual(name);
    EXPECT_FALSE(linked.isCommon("__dyad_boot"));
    auto verified = verifyLinked(linked.pair.layout, linked.pair.halves());
    EXPECT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(linked.pair.layout.commonSymbols, 11u);
}

TEST(Layout, DropsWhatNeitherHalfReaches) {
    LayoutInput input;
    add(input, kProgram);
    addBoot(input);
    const Linked linked(std::move(input));
    EXPECT_FALSE(linked.has("deadFunction"));
    EXPECT_FALSE(linked.has("deadObject"));
}

TEST(Layout, KeepsAllWithoutCollection) {
    LayoutInput input;
    add(input, kProgram);
    addBoot(input);
    input.gcSections = false;
    const Linked linked(std::move(input));
    linked.expectEqual("deadFunction");
    linked.expectEqual("deadObject");
}

TEST(Layout, KeepsRoots) {
    LayoutInput input;
    add(input, kProgram);
    addBoot(input);
    input.roots = {"deadFunction"};
    const Linked linked(std::move(input));
    linked.expectEqual("deadFunction");
    EXPECT_FALSE(linked.has("deadObject"));
}

TEST(Layout, KeepsInBothHalvesWhatOneHalfReaches) {
    LayoutInput input;
    add(input, "int once(int x) { return x + 1; }");
    input.objects[0].push_back(
        compile(Isa::x86_64, "int once(int); int peek(void) { return once(1); }", Role::Private));
    addBoot(input);
    const Linked linked(std::move(input));
    linked.expectEqual("once");
}

TEST(Layout, KeepsExceptionTablesOfLiveFunctions) {
    LayoutInput input;
    for (Isa isa : kIsas)
        input.objects[static_cast<std::size_t>(isa)].push_back(assemble(isa, R"(
            .section .gcc_except_table.start,"a"
            lsda: .long 1
            .section .text.personality,"ax"
            .globl personality
            .type personality, %function
            personality: nop
            .size personality, .-personality
            .section .text.start,"ax"
            .globl start
            .type start, %function
            start: .cfi_startproc
            .cfi_personality 0, personality
            .cfi_lsda 0, lsda
            nop
            .cfi_endproc
            .size start, .-start
        )",
                                                                        Role::Portable));
    addBoot(input);
    const Linked linked(std::move(input));
    linked.expectEqual("start");
    linked.expectEqual("personality");
    EXPECT_TRUE(linked.has("lsda"));
    EXPECT_FALSE(linked.isCommon("lsda"));
}

TEST(Layout, PadsWithTraps) {
    LayoutInput input;
    input.objects[0].push_back(assemble(Isa::x86_64, ".section .text.f,\"ax\"\n.globl f\nf: ret\n", Role::Portable));
    input.objects[1].push_back(
        assemble(Isa::aarch64, ".section .text.f,\"ax\"\n.globl f\nf: nop\nnop\nret\n", Role::Portable));
    input.roots = {"f"};
    auto output = layOut(std::move(input));
    ASSERT_TRUE(output) << output.error().message;
    ASSERT_EQ(output->entries.size(), 1u);
    EXPECT_EQ(output->entries[0].size[0], 1u);
    EXPECT_EQ(output->entries[0].size[1], 12u);
    EXPECT_EQ(output->entries[0].padded, 12u);
    const std::string bytes(reinterpret_cast<const char *>(output->objects[0][0].bytes.data()),
                            output->objects[0][0].bytes.size());
    EXPECT_NE(bytes.find("\xc3" + std::string(11, '\xcc')), bytes.npos);
}

TEST(Layout, MakesNativeFunctionsCommonByName) {
    LayoutInput input;
    add(input, "int leaf(int); void start(void) { leaf(1); }");
    input.objects[0].push_back(compile(Isa::x86_64, "static int n; int leaf(int x) { return n += x; }", Role::Native));
    input.objects[1].push_back(
        compile(Isa::aarch64, "static int n, m; int leaf(int x) { n += x; m = n * 7; return n ^ m; }", Role::Native));
    addBoot(input);
    const Linked linked(std::move(input));
    linked.expectEqual("leaf");
    EXPECT_TRUE(linked.isCommon("leaf"));
    EXPECT_FALSE(linked.isCommon("n"));
}

TEST(Layout, LetsStrongDefinitionsReplaceWeakLeaves) {
    LayoutInput input;
    add(input, "int calls; __attribute__((noinline)) int leaf(int x) { return calls += x; } void start(void) { leaf(1); }", Role::Portable);
    add(input, "__attribute__((weak)) int leaf(int x) { return x * 12345 + 6; }", Role::Native);
    addBoot(input);
    const Linked linked(std::move(input));
    linked.expectEqual("leaf");
    EXPECT_EQ(linked.pair.layout.entries.size(), 3u);
}

TEST(Layout, PlacesUserSections) {
    LayoutInput input;
    add(input, R"(
        #define IN(s) __attribute__((section(s), used))
        IN("hooks") int first = 1; IN("hooks") int second = 2; IN(".odd") int third = 3; IN(".odd") short fourth = 4;
        IN("names") const int fifth = 5;
        extern int __start_hooks[], __stop_hooks[]; extern const int __start_names[]; int sum;
        void start(void) { for (int *p = __start_hooks; p < __stop_hooks; ++p) sum += *p;
                           sum += third + fourth + __start_names[0]; } )");
    addBoot(input);
    const Linked linked(std::move(input));
    for (const char *name : {"first", "second", "third", "fourth", "fifth", "__start_hooks", "__stop_hooks"}) {
        linked.expectEqual(name);
        EXPECT_TRUE(linked.isCommon(name)) << name;
    }
    EXPECT_EQ(linked.symbols[0].at("__stop_hooks").value - linked.symbols[0].at("__start_hooks").value, 8u);
}

TEST(Layout, TakesTheFirstOfEqualSectionGroups) {
    const char *inlineFunction =
        ".section .text.inl,\"axG\",%progbits,inl,comdat\n.weak inl\n.type inl, %function\ninl: nop\n";
    LayoutInput input;
    for (Isa isa : kIsas) {
        auto &objects = input.objects[static_cast<std::size_t>(isa)];
        objects.push_back(assemble(isa, inlineFunction, Role::Portable));
        objects.push_back(assemble(isa, inlineFunction, Role::Native));
    }
    input.roots = {"inl"};
    addBoot(input);
    const Linked linked(std::move(input));
    linked.expectEqual("inl");
    EXPECT_EQ(linked.pair.layout.entries.size(), 1u);
}

TEST(Layout, IsDeterministic) {
    auto once = [] {
        LayoutInput input;
        add(input, kProgram);
        addBoot(input);
        return linkPair(std::move(input)).linked;
    };
    EXPECT_EQ(once(), once());
}

TEST(Layout, WritesAMapOfBothHalves) {
    LayoutInput input;
    add(input, kProgram);
    addBoot(input);
    const Pair pair = linkPair(std::move(input));
    auto map = writeMap(pair.layout, pair.halves());
    ASSERT_TRUE(map);
    EXPECT_NE(map->find("choose (test.x86_64.o)"), map->npos) << *map;
    EXPECT_NE(map->find("Private to aarch64"), map->npos);
}

} // namespace
