// Site records: read from objects that clang makes of IR with statepoints, for both ISAs. Which register a value is in
// is LLVM's business; what must hold whatever it chooses is tested.
#include "codegen/site_records.h"

#include "codegen/object_places.h"
#include "image/isa_registers.h"
#include "image/statepoint_form.h"
#include "ir.h"
#include "objects.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;
using ::testing::HasSubstr;

namespace {

constexpr const char* kCallees = R"(
declare void @nothing()
declare void @twelve(i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64)
)";

/// A call of @nothing.
std::string call(std::uint64_t site, const std::string& values) {
    return test::call("nothing", site, values);
}

class Records : public ::testing::TestWithParam<Isa> {
  protected:
    void SetUp() override { isa = GetParam(); }

    void generate(const std::string& ir) { object = compileIr(isa, std::string(kDeclarations) + kCallees + ir); }
    llvm::StringRef bytes() const { return {reinterpret_cast<const char*>(object.bytes.data()), object.bytes.size()}; }

    SiteRecords readAll() {
        auto records = readSiteRecords(bytes(), isa);
        if (records) return *records;
        ADD_FAILURE() << llvm::toString(records.takeError());
        return {};
    }
    std::vector<SiteRecords::Stop> read() { return readAll().stops; }
    std::string error() {
        auto records = readSiteRecords(bytes(), isa);
        return records ? "" : llvm::toString(records.takeError());
    }
    std::string code(const std::string& name, std::size_t offset, std::size_t count) {
        const std::string section = ".text." + name;
        auto places = ObjectPlaces::read(bytes(), {section});
        if (places) return places->section(section)->bytes.substr(offset, count).str();
        ADD_FAILURE() << llvm::toString(places.takeError());
        return std::string(count, '\0');
    }
    void expectReturnAddressSaved(const SiteRecords::Stop& stop) {
        for (const SavedRegister& saved : stop.saved)
            if (saved.reg == returnAddressRegister(isa)) return;
        ADD_FAILURE() << stop.function << " has not saved its return address";
    }

    Isa isa = Isa::x86_64;
    ObjectFile object;
};

INSTANTIATE_TEST_SUITE_P(Isas, Records, ::testing::ValuesIn(kIsas),
                         [](const auto& info) { return std::string(name(info.param)); });

TEST_P(Records, ObjectWithoutSitesHasNone) {
    generate(function("void @f()", "ret void\n"));
    EXPECT_TRUE(read().empty());
}

TEST_P(Records, CallStopsAtItsReturnAddress) {
    generate(function("i64 @f(i64 %a, double %d, i32 %s)",
                      call(7, "i64 %a, double %d, i32 %s") +
                          "%i = fptosi double %d to i64\n%x = add i64 %i, %a\n"
                          "%y = sext i32 %s to i64\n%z = add i64 %x, %y\nret i64 %z\n"));
    const auto stops = read();
    ASSERT_EQ(stops.size(), 1u);
    EXPECT_EQ(stops[0].function, "f");
    EXPECT_EQ(stops[0].site, 7u);
    const unsigned size = isa == Isa::x86_64 ? 5 : 4;
    const std::string instruction = code("f", stops[0].offset - size, size);
    if (isa == Isa::x86_64)
        EXPECT_EQ(instruction[0], '\xe8'); // call rel32
    else
        EXPECT_EQ(instruction[3] & '\xfc', '\x94'); // bl
    ASSERT_EQ(stops[0].locations.size(), 3u);
    for (const SiteLocation& location : stops[0].locations)
        if (location.kind == LocationKind::Register)
            EXPECT_TRUE(holdsValues(isa, location.reg));
        else
            EXPECT_EQ(location.kind, LocationKind::Memory);
    EXPECT_EQ(stops[0].locations[2].size, 4);
    expectReturnAddressSaved(stops[0]);
}

TEST_P(Records, PointIsOneNopAndACallElsewhere) {
    generate(function("i64 @f(i64 %n, ptr %p)",
                      "entry:\nbr label %loop\nloop:\n%i = phi i64 [0, %entry], [%i1, %rest]\n" +
                          point(3, "i64 %i, i64 %n, ptr %p") +
                          "store volatile i64 %i, ptr %p\n%i1 = add i64 %i, 1\n%c = icmp ult i64 %i1, %n\n"
                          "br i1 %c, label %loop, label %end\nend:\nret i64 %n\n"));
    const SiteRecords records = readAll();
    ASSERT_EQ(records.points.size(), 1u);
    EXPECT_EQ(records.points[0].function, "f");
    EXPECT_EQ(code("f", records.points[0].nop, isa == Isa::x86_64 ? 1 : 4),
              isa == Isa::x86_64 ? "\x90" : "\x1f\x20\x03\xd5");
    ASSERT_EQ(records.stops.size(), 1u);
    const auto& stop = records.stops[0];
    EXPECT_EQ(stop.site, 3u);
    // The code that stops is out of the way, and its call is the first thing that it does with the program's values in
    // place.
    EXPECT_GT(records.points[0].target, records.points[0].nop);
    EXPECT_LT(records.points[0].target, stop.offset);
    ASSERT_EQ(stop.locations.size(), 3u);
    for (const SiteLocation& location : stop.locations) {
        EXPECT_EQ(location.kind, LocationKind::Register);
        EXPECT_EQ(location.size, 8);
        EXPECT_LT(location.reg, generalRegisterCount(isa));
    }
    expectReturnAddressSaved(stop);
}

TEST_P(Records, PointsOfLocalFunctions) {
    generate(function("internal void @hidden(i64 %a)", point(5, "i64 %a") + "ret void\n") +
             function("void @f()", point(6, "") + "ret void\n") + "@keep = global ptr @hidden\n");
    const SiteRecords records = readAll();
    ASSERT_EQ(records.points.size(), 2u);
    EXPECT_EQ(records.points[0].function, "hidden");
    EXPECT_EQ(records.points[1].function, "f");
}

TEST_P(Records, ConstantsOfAllSizes) {
    generate(function("void @f()", call(0, "i64 -5, i64 1311768467463790320, double 1.0, i64 undef") + "ret void\n"));
    const auto stops = read();
    ASSERT_EQ(stops.size(), 1u);
    const auto& stop = stops[0];
    ASSERT_EQ(stop.locations.size(), 4u);
    EXPECT_EQ(stop.locations[0], (SiteLocation{LocationKind::Constant, 8, 0, -5}));
    const std::uint64_t expected[] = {1311768467463790320, 0x3ff0000000000000, 0xfefefefe};
    for (int i = 0; i < 3; ++i) {
        const SiteLocation& location = stop.locations[static_cast<std::size_t>(i) + 1];
        ASSERT_EQ(location.kind, LocationKind::LargeConstant);
        EXPECT_EQ(stop.constants[static_cast<std::size_t>(location.number)], expected[i]);
    }
}

TEST_P(Records, WideValuesOnTheCallersStackAreSlots) {
    generate(function("i128 @f(i128 %a, i128 %b, i128 %c, i128 %d, i128 %e)", point(0, "i128 %e") + "ret i128 %e\n"));
    const auto stops = read();
    ASSERT_EQ(stops.size(), 1u);
    ASSERT_EQ(stops[0].locations.size(), 1u);
    EXPECT_EQ(stops[0].locations[0].kind, LocationKind::Memory);
    EXPECT_TRUE(stops[0].locations[0].size == 0 || stops[0].locations[0].size == 16);
    // If it was left above the frame, it is where the psABI says: behind %d, which x86-64 has no registers for either.
    if (stops[0].locations[0].size == 0) {
        EXPECT_EQ(stops[0].locations[0].reg, stops[0].cfaRegister);
        EXPECT_EQ(stops[0].locations[0].number, stops[0].cfaOffset + (isa == Isa::x86_64 ? 16 : 0));
    }
}

TEST_P(Records, AddressesOfStackObjectsHaveNoSize) {
    generate(function("void @f()",
                      "%a = alloca [4 x i64]\nstore volatile i64 1, ptr %a\n" + call(0, "ptr %a") + "ret void\n"));
    const auto stops = read();
    ASSERT_EQ(stops.size(), 1u);
    EXPECT_EQ(stops[0].locations[0].kind, LocationKind::Memory);
    EXPECT_EQ(stops[0].locations[0].size, 0);
}

TEST_P(Records, CellsAreMemoryWithSizes) {
    const std::string pieces = fmt::format("ptr %cells, i64 {}, i64 {}", cellConstant(0, 4), cellConstant(16, 16));
    generate(function("void @f()", "%cells = alloca [4 x i64], align 16\nstore volatile i64 1, ptr %cells\n" +
                                       call(kValuesInCells | 3, pieces) + "ret void\n"));
    const auto stops = read();
    ASSERT_EQ(stops.size(), 1u);
    EXPECT_EQ(stops[0].site, 3u);
    ASSERT_EQ(stops[0].locations.size(), 2u);
    const SiteLocation &first = stops[0].locations[0], &second = stops[0].locations[1];
    EXPECT_EQ(first.kind, LocationKind::Memory);
    EXPECT_EQ(first.size, 4);
    EXPECT_EQ(second, (SiteLocation{LocationKind::Memory, 16, first.reg, first.number + 16}));
}

TEST_P(Records, CellsAreRefusedInAnyOtherForm) {
    const std::string expected =
        fmt::format("function 'f' of the {} half: site 3 has cells in an unexpected form", name(isa));
    for (const char* values : {"", "i64 1", "ptr %cells, i64 %a"}) {
        generate(function("void @f(i64 %a)", "%cells = alloca i64\nstore volatile i64 1, ptr %cells\n" +
                                                 call(kValuesInCells | 3, values) + "ret void\n"));
        EXPECT_EQ(error(), expected) << values;
    }
}

// While arguments are on the stack, x86-64 frames are larger than elsewhere in the function.
TEST_P(Records, FrameIncludesArgumentsOnTheStack) {
    const std::string twelve =
        "call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 1, i32 0, ptr "
        "elementtype(void "
        "(i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64)) @twelve, i32 12, i32 0, i64 1, i64 2, i64 3, "
        "i64 4, "
        "i64 5, i64 6, i64 7, i64 8, i64 9, i64 10, i64 11, i64 12, i32 0, i32 0) [\"deopt\"(double %d)]\n";
    generate(function("double @f(double %d)", call(0, "double %d") + twelve + "ret double %d\n"));
    const auto stops = read();
    ASSERT_EQ(stops.size(), 2u);
    EXPECT_GE(stops[1].cfaOffset, stops[0].cfaOffset);
    if (isa == Isa::x86_64) {
        EXPECT_EQ(stops[1].cfaOffset, stops[0].cfaOffset + 6 * 8);
    }
    // The slot does not move.
    const SiteLocation &first = stops[0].locations[0], &second = stops[1].locations[0];
    ASSERT_EQ(first.kind, second.kind);
    if (first.kind == LocationKind::Memory) {
        EXPECT_EQ(first.number - stops[0].cfaOffset, second.number - stops[1].cfaOffset);
    }
}

TEST_P(Records, RealignedFramesAreAddressedByTheFramePointer) {
    generate(function("<8 x float> @f(<8 x float> %v, ptr %p)",
                      "%a = alloca i64, align 64\nstore volatile i64 1, ptr %a\n" + call(0, "<8 x float> %v, ptr %p") +
                          "ret <8 x float> %v\n"));
    const auto stops = read();
    ASSERT_EQ(stops.size(), 1u);
    EXPECT_EQ(stops[0].cfaRegister, isa == Isa::x86_64 ? 6 : 29);
    expectReturnAddressSaved(stops[0]);
}

TEST_P(Records, LocalFunctionsHaveTheirNames) {
    generate(function("internal void @hidden(i64 %a)", call(5, "i64 %a") + "ret void\n") +
             function("void @f()", call(6, "") + "ret void\n") + "@keep = global ptr @hidden\n");
    const auto stops = read();
    ASSERT_EQ(stops.size(), 2u);
    EXPECT_EQ(stops[0].function, "hidden");
    EXPECT_EQ(stops[1].function, "f");
}

TEST_P(Records, EverySavedRegisterIsOneThatCalleesPreserve) {
    std::string body, values, sum = "0";
    for (int i = 0; i < 8; ++i)
        values += fmt::format("{}i64 %v{}", i ? ", " : "", i);
    for (int i = 0; i < 8; ++i)
        body += fmt::format("%v{} = load volatile i64, ptr %p\n", i);
    body += call(0, values);
    for (int i = 0; i < 8; ++i)
        body += fmt::format("store volatile i64 %v{}, ptr %p\n", i);
    generate(function("void @f(ptr %p)", body + "ret void\n"));
    const auto stops = read();
    ASSERT_EQ(stops.size(), 1u);
    EXPECT_GE(stops[0].saved.size(), 5u);
    for (const SiteLocation& location : stops[0].locations)
        if (location.kind == LocationKind::Register) {
            // A value in a register that the function did not save would be its caller's.
            const auto isIt = [&](const SavedRegister& saved) { return saved.reg == location.reg; };
            EXPECT_TRUE(std::ranges::any_of(stops[0].saved, isIt)) << location.reg;
        }
    for (const SavedRegister& saved : stops[0].saved)
        EXPECT_LT(saved.offset, 0);
}

TEST_P(Records, OtherStackMapsAreRefused) {
    generate("declare void @llvm.experimental.stackmap(i64, i32, ...)\n" +
             function("void @f(i64 %a)",
                      "call void (i64, i32, ...) @llvm.experimental.stackmap(i64 4, i32 8, i64 %a)\nret void\n"));
    EXPECT_EQ(error(),
              fmt::format("function 'f' of the {} half: the stack map of site 4 is not that of a statepoint with "
                          "deopt values only",
                          name(isa)));
}

TEST_P(Records, FunctionsNeedUnwindTables) {
    generate("define void @f() nounwind gc \"statepoint-example\" {\n" + call(0, "") + "ret void\n}\n");
    EXPECT_EQ(error(), fmt::format("function 'f' of the {} half: it has no unwind table", name(isa)));
}

// -- Frames that code generation of ours does not make, by hand
// --------------------------------------------------------

std::string frameError(const std::string& cfi) {
    // One function whose stack map has one record, of site 0 at offset 1, without live values.
    const ObjectFile object = assemble(Isa::x86_64, fmt::format(R"(
        .section .text.f,"ax",@progbits
        .globl f
        .type f,@function
    f:  .cfi_startproc
        {}
        nop
        ret
        .cfi_endproc
        .size f, .-f
        .section .llvm_stackmaps,"a",@progbits
        .byte 3, 0
        .short 0
        .long 1, 0, 1
        .quad f, 8, 1
        .quad 0
        .long 1
        .short 0, 3
        .byte 4, 0
        .short 8, 0, 0
        .long 0
        .byte 4, 0
        .short 8, 0, 0
        .long 0
        .byte 4, 0
        .short 8, 0, 0
        .long 0
        .p2align 3
        .short 0, 0
        .p2align 3
    )",
                                                                cfi));
    auto records =
        readSiteRecords({reinterpret_cast<const char*>(object.bytes.data()), object.bytes.size()}, Isa::x86_64);
    if (records) return records->stops.size() == 1 ? "" : "no stop";
    return llvm::toString(records.takeError());
}

TEST(RecordErrors, FramesThatTheTableCannotDescribe) {
    EXPECT_EQ(frameError(""), "");
    // DW_CFA_def_cfa_expression: DW_OP_breg7 8, DW_OP_deref
    EXPECT_EQ(frameError(".cfi_escape 0x0f, 0x03, 0x77, 0x08, 0x06"),
              "function 'f' of the x86_64 half: site 0: the frame's address is not a register with an offset");
    EXPECT_EQ(frameError(".cfi_register %rbx, %r12"),
              "function 'f' of the x86_64 half: site 0: register 3 is saved in an unusual way");
    EXPECT_EQ(frameError(".cfi_def_cfa %xmm0, 8"),
              "function 'f' of the x86_64 half: site 0: the frame's address is not a register with an offset");
}

} // namespace
