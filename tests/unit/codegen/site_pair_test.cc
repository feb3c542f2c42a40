// Sites all the way: from generated code through the layout and both links into a pair image, and what the check then
// says of it.
#include "check/check.h"
#include "codegen/site_records.h"
#include "image/pair_writer.h"
#include "ir.h"
#include "objects.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

// start calls work (site 0), which has a point (site 1) and a call (site 2). Both have resume functions, with sites
// again.
std::string program() {
    const std::string work = "%a = load volatile i64, ptr @data\n" + point(1, "i64 %a") + call("leaf", 2, "i64 %a") +
                             "store volatile i64 %a, ptr @data\nret void\n";
    return std::string(kDeclarations) + "@data = global i64 5\ndefine void @leaf() noinline { ret void }\n" +
           function("void @start()", call("work", 0, "") + "ret void\n", "noinline") +
           function("void @start.resume()", call("leaf", 0, "") + "ret void\n", "section \".private.text.start\"") +
           function("void @work()", work, "noinline") +
           function("void @work.resume()", work, "section \".private.text.work\"") +
           "@llvm.used = appending global [2 x ptr] [ptr @start.resume, ptr @work.resume], section \"llvm.metadata\"\n";
}

class SitePair : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        plan.functions = {{"start", "start.resume", true, {{SiteKind::Call, {}}}},
                          {"work", "work.resume", false, {{SiteKind::Point, {8}}, {SiteKind::Call, {8}}}}};
        LayoutInput input;
        for (Isa isa : kIsas) {
            ObjectFile object = compileIr(isa, program());
            auto records =
                readSiteRecords({reinterpret_cast<const char*>(object.bytes.data()), object.bytes.size()}, isa);
            ASSERT_TRUE(static_cast<bool>(records)) << llvm::toString(records.takeError());
            good[static_cast<std::size_t>(isa)] = *records;
            input.objects[static_cast<std::size_t>(isa)].push_back(std::move(object));
        }
        addBoot(input);
        add(input, "void __dyad_point(void) {}", Role::Private);
        pair = new Pair(linkPair(std::move(input)));
        addresses = *functionAddresses(pair->layout, pair->halves());
    }
    static void TearDownTestSuite() { delete pair; }

    static std::optional<std::uint64_t> find(void*, Isa isa, std::string_view name) {
        const auto& half = addresses[static_cast<std::size_t>(isa)];
        const auto found = half.find(std::string(name));
        return found == half.end() ? std::nullopt : std::optional(found->second);
    }

    /// The report on an image whose table is made of these records.
    CheckReport check(const std::array<SiteRecords, 2>& records, bool strip = false) {
        auto table = makeSiteTable(plan, records, find, nullptr);
        EXPECT_TRUE(table) << table.error().message;
        auto folder = TemporaryFolder::create();
        const std::string path = folder->file("image");
        EXPECT_TRUE(writePairImage(pair->linked[0], pair->linked[1], {}, path, {*table, strip}));
        auto image = PairImage::open(path);
        EXPECT_TRUE(image) << image.error().message;
        return *checkImage(*image);
    }

    static SitePlan plan;
    static std::array<SiteRecords, 2> good;
    static FunctionAddresses addresses;
    static Pair* pair;
};

SitePlan SitePair::plan;
std::array<SiteRecords, 2> SitePair::good;
FunctionAddresses SitePair::addresses;
Pair* SitePair::pair;

TEST_F(SitePair, HasNoDifferences) {
    for (bool strip : {false, true}) {
        const CheckReport report = check(good, strip);
        EXPECT_THAT(report.differences, IsEmpty());
        EXPECT_EQ(report.symbolsChecked, !strip);
        ASSERT_TRUE(report.sites);
        EXPECT_EQ(report.sites->functions, 2u);
        EXPECT_EQ(report.sites->sites, 3u);
        EXPECT_THAT(report.sites->stops, ElementsAre(6, 6));
        EXPECT_THAT(report.sites->points, ElementsAre(2, 2));
    }
}

TEST_F(SitePair, StopThatIsNotBehindACall) {
    for (Isa isa : kIsas) {
        auto records = good;
        records[static_cast<std::size_t>(isa)].stops[0].offset += isa == Isa::x86_64 ? 1 : 4;
        EXPECT_THAT(check(records).differences,
                    ElementsAre(::testing::AllOf(HasSubstr(std::string(name(isa)) + ": site 0 of 'start' stops at "),
                                                 HasSubstr(", which is not behind a call"))));
    }
}

TEST_F(SitePair, StopOutsideOfItsFunction) {
    auto records = good;
    records[0].stops[0].offset += 4096;
    EXPECT_THAT(check(records).differences, Contains(HasSubstr("x86_64: site 0 of 'start' stops at")));
    EXPECT_THAT(check(records).differences, Contains(HasSubstr("outside of it")));
}

TEST_F(SitePair, PointThatIsNoNop) {
    for (Isa isa : kIsas) {
        auto records = good;
        records[static_cast<std::size_t>(isa)].points[0].nop += isa == Isa::x86_64 ? 1 : 4;
        EXPECT_THAT(check(records).differences,
                    ElementsAre(::testing::AllOf(HasSubstr(std::string(name(isa)) + ": the migration point at "),
                                                 HasSubstr(" is no NOP"))));
    }
}

} // namespace
