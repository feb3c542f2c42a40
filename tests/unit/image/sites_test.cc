// Site tables: what is written is read back, halves that disagree are refused, images carry the table.
#include "image/pair_writer.h"
#include "image/segments.h"
#include "image/site_format.h"
#include "objects.h"
#include "sample_sites.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

TEST(SiteTable, GivesBackWhatWasPutIn) {
    SampleSites sample;
    auto bytes = sample.table();
    ASSERT_TRUE(bytes) << bytes.error().message;
    auto table = SiteTable::open(*bytes);
    ASSERT_TRUE(table) << table.error().message;

    ASSERT_EQ(table->functionCount(), 3u);
    EXPECT_EQ(table->function(0).name, "main");
    EXPECT_TRUE(table->function(0).outermost);
    EXPECT_EQ(table->function(1).name, "work");
    EXPECT_FALSE(table->function(1).outermost);
    EXPECT_EQ(table->function(1).firstSite, 1u);
    EXPECT_EQ(table->function(1).siteCount, 2u);
    EXPECT_EQ(table->functionAddress(Isa::aarch64, 1), 0x40202000u);
    EXPECT_EQ(table->resumeAddress(Isa::x86_64, 1), 0x40300100u);
    EXPECT_EQ(table->resumeAddress(Isa::aarch64, 1), 0x40310100u);
    EXPECT_EQ(table->functionAddress(Isa::x86_64, 2), 0u); // dropped by the link
    EXPECT_EQ(table->resumeAddress(Isa::aarch64, 2), 0u);

    ASSERT_EQ(table->siteCount(), 4u);
    EXPECT_EQ(table->site(1).kind, SiteKind::Point);
    EXPECT_EQ(table->site(2).kind, SiteKind::Call);
    EXPECT_EQ(table->site(2).index, 1u);
    EXPECT_EQ(table->site(2).function, 1u);
    EXPECT_THAT(table->site(1).valueSizes, ElementsAre(8, 16, 4, 8));

    ASSERT_EQ(table->stopCount(Isa::x86_64), 5u);
    const auto point = table->findStop(Isa::x86_64, 0x40202000 + 33);
    ASSERT_TRUE(point);
    EXPECT_EQ(point->site, 1u);
    EXPECT_EQ(point->cfaRegister, 7);
    EXPECT_EQ(point->cfaOffset, 48);
    EXPECT_THAT(point->saved, ElementsAre(SavedRegister{16, 0, -8}));
    EXPECT_THAT(point->locations, ElementsAre(SiteLocation{LocationKind::Register, 8, 12, 0},
                                              SiteLocation{LocationKind::Memory, 16, 7, 16}, // as large as the value
                                              SiteLocation{LocationKind::Register, 4, 3, 0}, // no larger than it
                                              SiteLocation{LocationKind::LargeConstant, 8, 0, 0}));
    EXPECT_EQ(table->constant(point->locations[3]), 0x3ff0000000000000u);
    EXPECT_EQ(table->constant({LocationKind::Constant, 8, 0, -1}), ~std::uint64_t{0});
    EXPECT_FALSE(table->findStop(Isa::x86_64, 0x40202000 + 32));
    EXPECT_FALSE(table->findStop(Isa::x86_64, 0x40202000 + 34));
    EXPECT_FALSE(table->findStop(Isa::aarch64, 0x40202000 + 33));
    EXPECT_FALSE(table->findStop(Isa::x86_64, (std::uint64_t{1} << 32) + 0x40202000 + 33));
    EXPECT_TRUE(table->findStop(Isa::aarch64, 0x40310100 + 64));
    EXPECT_THAT(table->points(Isa::x86_64),
                ElementsAre(MigrationPoint{0x40202010, 0x4020201c}, MigrationPoint{0x40300109, 0x40300137}));
    EXPECT_THAT(table->points(Isa::aarch64), ElementsAre(MigrationPoint{0x40202010, 0x40202020}));
}

TEST(SiteTable, IsDeterministicWhateverTheOrderOfStops) {
    SampleSites sample, shuffled;
    std::swap(shuffled.records[0].stops[0], shuffled.records[0].stops[4]);
    EXPECT_EQ(*sample.table(), *shuffled.table());
}

TEST(SiteTable, OfAProgramWithoutSitesIsEmpty) {
    SampleSites sample;
    sample.plan = {};
    sample.records = {};
    auto bytes = sample.table();
    ASSERT_TRUE(bytes) << bytes.error().message;
    auto table = SiteTable::open(*bytes);
    ASSERT_TRUE(table);
    EXPECT_EQ(table->siteCount(), 0u);
    EXPECT_FALSE(table->findStop(Isa::x86_64, 0x40200000));
}

// So many different locations that 2 bytes do not hold an index.
TEST(SiteTable, CountsManyLocations) {
    constexpr int kValues = 40000;
    SampleSites sample;
    auto& sites = sample.plan.functions[1].sites;
    sites[0].valueSizes.assign(kValues, 8);
    sites[1].valueSizes.assign(kValues, 8);
    for (auto& half : sample.records)
        for (SiteRecords::Stop& stop : half.stops)
            if (stop.function.starts_with("work")) {
                stop.locations.clear();
                for (int v = 0; v < kValues; ++v)
                    stop.locations.push_back({LocationKind::Memory, 8, 7, 8 * (v + int(stop.site) * kValues)});
            }
    auto bytes = sample.table();
    ASSERT_TRUE(bytes) << bytes.error().message;
    auto table = SiteTable::open(*bytes);
    ASSERT_TRUE(table) << table.error().message;
    for (Isa isa : kIsas) {
        const auto stop = table->nextStop(isa, table->functionAddress(isa, 1));
        ASSERT_TRUE(stop && stop->site == 1);
        ASSERT_EQ(stop->locations.size(), std::size_t{kValues});
        EXPECT_EQ(stop->locations[kValues - 1].number, 8 * (2 * kValues - 1));
        EXPECT_EQ(table->nextStop(isa, stop->address)->locations[kValues - 1].number, 8 * (3 * kValues - 1));
    }
}

class Disagreement : public ::testing::Test {
  protected:
    std::string error() {
        auto bytes = sample.table();
        return bytes ? "" : bytes.error().message;
    }
    SampleSites sample;
};

TEST_F(Disagreement, SiteInOneHalfOnly) {
    sample.records[1].stops.erase(sample.records[1].stops.begin() + 3);
    EXPECT_EQ(error(), "site 1 of 'work' (a call) exists for x86_64 only; migration needs it in both halves");
}

TEST_F(Disagreement, AnotherNumberOfValues) {
    sample.records[1].stops[2].locations.pop_back();
    EXPECT_EQ(error(), "site 0 of 'work' (a migration point) has 3 live values for aarch64; expected 4");
}

TEST_F(Disagreement, UnknownSite) {
    sample.records[0].stops[0].site = 4;
    EXPECT_EQ(error(), "'main' has site 4 for x86_64; the program has 4 sites");
}

TEST_F(Disagreement, SiteInAnotherFunction) {
    sample.records[0].stops[0].site = 2;
    sample.records[0].stops[0].locations.clear();
    EXPECT_EQ(error(), "site 1 of 'work' (a call) is in 'main' for x86_64");
}

TEST_F(Disagreement, ValuesInPlacesThatTheTableCannotDescribe) {
    sample.records[0].stops[0].locations[0] = {LocationKind::Memory, 0, 7, 8};
    EXPECT_EQ(error(), "site 0 of 'main' (a call) keeps value 0 of 8 bytes for x86_64 as the address of an object on "
                       "the native stack");
    sample.records[0].stops[0].locations[0] = {LocationKind::Register, 8, 118, 0}; // a mask register of AVX-512
    EXPECT_THAT(error(), HasSubstr("for x86_64 in register 118, which migration does not know"));
    sample = {};
    sample.records[1].stops[2].locations[1] = {LocationKind::Constant, 8, 0, 5};
    EXPECT_THAT(error(), HasSubstr("keeps value 1 of 16 bytes for aarch64 as a constant of 16 bytes"));
}

TEST_F(Disagreement, ValueSizeThatNoRecordHas) {
    sample.plan.functions[0].sites[0].valueSizes[0] = 2;
    EXPECT_EQ(error(), "site 0 of 'main' (a call) has a live value of 2 bytes; expected 4, 8, 16, 32 or 64");
}

TEST_F(Disagreement, Addresses) {
    sample.addresses["work"][1] += 16;
    EXPECT_EQ(error(), "'work' was placed at 0x40202000 for x86_64 and at 0x40202010 for aarch64");
    sample = {};
    sample.addresses["work.resume"][0] = 0;
    EXPECT_EQ(error(), "the x86_64 half has 'work' and not 'work.resume'");
    sample = {};
    sample.records[0].stops[3].offset = 33;
    EXPECT_EQ(error(), "site 0 of 'work' (a migration point) and site 1 of 'work' (a call) stop at the same address "
                       "0x40202021 of the x86_64 half");
}

// -- Damage: one field at a time, each with its own message
// ---------------------------------------------------------------

class Damaged : public ::testing::Test {
  protected:
    Damaged() : bytes(*SampleSites().table()) { std::memcpy(&header, bytes.data(), sizeof header); }
    template <class T> T& at(std::size_t offset) { return *reinterpret_cast<T*>(bytes.data() + offset); }
    std::string error() {
        auto table = SiteTable::open(bytes);
        return table ? "" : table.error().message;
    }
    std::vector<std::byte> bytes;
    site_format::Header header;
};

TEST_F(Damaged, Header) {
    at<std::uint64_t>(0) ^= 1;
    EXPECT_THAT(error(), HasSubstr("does not start with the magic number"));
    at<std::uint64_t>(0) ^= 1;
    at<std::uint32_t>(8) = 3;
    EXPECT_EQ(error(), "the site table has format 3, this dyad reads format 2");
    at<std::uint32_t>(8) = 2;
    at<std::uint32_t>(12) += 8;
    EXPECT_THAT(error(), HasSubstr("its header says"));
    at<std::uint32_t>(12) -= 8;
    at<std::uint32_t>(20) += 8; // offset of the functions
    EXPECT_THAT(error(), HasSubstr("an array lies at an offset other than 0xa0"));
    at<std::uint32_t>(20) -= 8;
    EXPECT_EQ(error(), "");
}

TEST_F(Damaged, CutOffAnywhere) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<long>(size));
        EXPECT_FALSE(SiteTable::open(part)) << size;
    }
}

TEST_F(Damaged, OrderOfStops) {
    auto* stops = &at<site_format::Stop>(header.parts[1].stops.offset);
    std::swap(stops[0], stops[1]);
    EXPECT_THAT(error(), HasSubstr("stop 1 for aarch64 has address"));
}

TEST_F(Damaged, Points) {
    auto* points = &at<MigrationPoint>(header.parts[0].points.offset);
    std::swap(points[0], points[1]);
    EXPECT_THAT(error(), HasSubstr("migration point 1 for x86_64 has its NOP at 0x40202010"));
    std::swap(points[0], points[1]);
    points[0].target = 0x1000;
    EXPECT_THAT(error(), HasSubstr("migration point 0 for x86_64 has its NOP at 0x40202010 and its target at 0x1000"));
}

TEST_F(Damaged, Indices) {
    auto& stop = at<site_format::Stop>(header.parts[0].stops.offset);
    const auto good = stop;
    stop.site = 99;
    EXPECT_THAT(error(), HasSubstr("stop 0 for x86_64 has site 99"));
    stop = good;
    stop.shape = 99;
    EXPECT_THAT(error(), HasSubstr("and shape 99"));
    stop = good;
    stop.list = 0xffffffff;
    EXPECT_THAT(error(), HasSubstr("stop 0 for x86_64 has 1 values from 4294967295"));
    stop = good;
    auto& index = at<std::uint16_t>(header.parts[0].lists.offset);
    const auto first = index;
    index = static_cast<std::uint16_t>(header.parts[0].locations.count);
    EXPECT_THAT(error(), HasSubstr("stop 0 for x86_64 keeps value 0 in no known place"));
    index = first;
    at<site_format::Shape>(header.parts[0].shapes.offset).savedCount = 99;
    EXPECT_THAT(error(), HasSubstr("shape 0 for x86_64 has 99 saved registers"));
}

TEST_F(Damaged, Locations) {
    auto& location = at<SiteLocation>(header.parts[1].locations.offset);
    for (const SiteLocation& wrong :
         {SiteLocation{LocationKind::Register, 8, 32, 0},  // no such register
          SiteLocation{LocationKind::Register, 16, 19, 0}, // larger than the value
          SiteLocation{LocationKind::Memory, 8, 72, 0},    // a vector register as base
          SiteLocation{LocationKind::LargeConstant, 8, 0, 1}, SiteLocation{LocationKind::LargeConstant, 8, 0, -1},
          SiteLocation{LocationKind(0), 8, 0, 0}, SiteLocation{LocationKind(5), 8, 0, 0},
          SiteLocation{LocationKind::Register, 3, 19, 0}}) {
        location = wrong;
        EXPECT_THAT(error(), HasSubstr("stop 0 for aarch64 keeps value 0 in no known place"));
    }
}

TEST_F(Damaged, NameWithoutEnd) {
    bytes[header.names.offset + header.names.count - 1] = std::byte{'x'};
    EXPECT_THAT(error(), HasSubstr("its last name is not terminated"));
}

TEST_F(Damaged, FunctionElsewhereInTheOtherHalf) {
    at<site_format::Addresses>(header.parts[1].addressesOffset).function += 4;
    EXPECT_THAT(error(), HasSubstr("function 0 lies at 0x40201000 for x86_64 and at 0x40201004 for aarch64"));
}

// -- In a pair image
// ------------------------------------------------------------------------------------------------------

class ImageWithSites : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        LayoutInput input;
        add(input, "int start(int i) { return i + 1; }");
        addBoot(input);
        pair = new Pair(linkPair(std::move(input)));
    }
    static void TearDownTestSuite() { delete pair; }

    PairImage make(const PairOptions& options) {
        const std::string path = folder->file("image");
        EXPECT_TRUE(writePairImage(pair->linked[0], pair->linked[1], {}, path, options));
        auto image = PairImage::open(path);
        if (!image) throw std::runtime_error(image.error().message);
        return *std::move(image);
    }

    static Pair* pair;
    const std::vector<std::byte> table = *SampleSites().table();
    Result<TemporaryFolder> folder = TemporaryFolder::create();
};

Pair* ImageWithSites::pair;

TEST_F(ImageWithSites, HoldsTheTableAndItsIdCoversIt) {
    const PairImage with = make({.sites = table}), without = make({});
    ASSERT_TRUE(with.sites());
    EXPECT_TRUE(std::ranges::equal(with.sites()->bytes(), table));
    EXPECT_FALSE(without.sites());
    EXPECT_NE(with.manifest().id, without.manifest().id);
    SampleSites other;
    other.records[0].stops[0].cfaOffset += 8;
    const auto otherTable = *other.table();
    EXPECT_NE(make({.sites = otherTable}).manifest().id, with.manifest().id);
}

TEST_F(ImageWithSites, KeepsTheTableWhenStrippedAndDropsItWhenExtracted) {
    SiteNotes notes;
    notes.recomputed.resize(4);
    const std::string text = writeSiteNotes(notes);
    const PairImage image = make({.sites = table, .notes = text});
    EXPECT_EQ(image.manifest().id, make({.sites = table}).manifest().id);
    auto read = image.siteNotes();
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->recomputed.size(), 4u);
    const auto stripped = *stripPairImage(image);
    const std::string path = folder->file("stripped");
    ASSERT_TRUE(writeOutputFile(path, stripped));
    auto opened = PairImage::open(path);
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE(opened->sites());
    EXPECT_EQ(opened->sites()->siteCount(), 4u);
    auto none = opened->siteNotes();
    EXPECT_TRUE(none && !*none) << "the notes go with the symbols";
    EXPECT_EQ(opened->manifest().id, image.manifest().id);
    for (Isa isa : kIsas)
        EXPECT_FALSE(findSectionBytes(*extractHalf(image, isa), kSitesSection));
    EXPECT_EQ(*makePairImage(pair->linked[0], pair->linked[1], {}, {.sites = table, .strip = true, .notes = text}), stripped);
}

TEST_F(ImageWithSites, IsRefusedWithADamagedTable) {
    std::vector<std::byte> damaged = table;
    damaged[16] ^= std::byte{1}; // count of functions
    const std::string path = folder->file("damaged");
    ASSERT_TRUE(writePairImage(pair->linked[0], pair->linked[1], {}, path, {.sites = damaged}));
    auto image = PairImage::open(path);
    ASSERT_FALSE(image);
    EXPECT_THAT(image.error().message, HasSubstr("cannot be used: the site table is damaged: "));
}

} // namespace
