// `dyad check`: finds nothing in images of the layout, and each kind of difference in halves that were linked apart.
#include "check/check.h"
#include "image/pair_writer.h"
#include "objects.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;

namespace {

CheckReport check(const std::array<std::vector<std::byte>, 2> &linked, bool strip = false) {
    auto folder = TemporaryFolder::create();
    const std::string path = folder->file("image");
    if (Result<void> written = writePairImage(linked[0], linked[1], {}, path); !written)
        throw std::runtime_error(written.error().message);
    auto image = PairImage::open(path);
    if (image && strip) {
        if (!writeOutputFile(path, *stripPairImage(*image))) throw std::runtime_error("cannot strip");
        image = PairImage::open(path);
    }
    if (!image) throw std::runtime_error(image.error().message);
    auto report = checkImage(*image);
    if (!report) throw std::runtime_error(report.error().message);
    return *std::move(report);
}

const char *const kEntry = "void __attribute__((section(\".text.boot\"))) __dyad_boot(void) {}"
                           "void __attribute__((section(\".text.boot\"))) __dyad_linux_entry(void) {}";

/// Links two sources as they are: without the layout, common sections are what the sources say.
CheckReport checkApart(const std::string &x86, const std::string &arm) {
    std::array<std::vector<std::byte>, 2> linked;
    for (Isa isa : kIsas) {
        LayoutOutput layout;
        const auto i = static_cast<std::size_t>(isa);
        layout.objects[i].push_back(compile(isa, kEntry + (isa == Isa::x86_64 ? x86 : arm), Role::Portable,
                                            "-fno-unwind-tables -fno-asynchronous-unwind-tables"));
        linked[i] = link(isa, layout, {"--no-gc-sections"});
    }
    return check(linked);
}

#define DATA "__attribute__((section(\".dyad.data.0\"))) "
#define RODATA "__attribute__((section(\".dyad.rodata.0\"))) "

TEST(Check, FindsNothingInImagesOfTheLayout) {
    LayoutInput input;
    add(input, R"(
        int data = 3; static int hidden[4] = {1}; _Thread_local int local = 2; const char text[] = "text";
        extern const char *const words[]; const char *const words[] = {text, text + 1};
        __attribute__((noinline)) int work(int i) { return data++ + hidden[i]++ + local + *words[i & 1]; }
        __attribute__((constructor)) void early(void) { data = work(data); }
        void start(void) { data = work(data); } )");
    addBoot(input);
    const auto linked = linkPair(std::move(input)).linked;
    const CheckReport report = check(linked);
    EXPECT_TRUE(report.differences.empty()) << report.differences.front();
    EXPECT_TRUE(report.symbolsChecked);
    EXPECT_EQ(report.counts.functions, 3u);
    EXPECT_EQ(report.counts.objects, 3u);
    EXPECT_EQ(report.counts.locals, 1u);
    EXPECT_EQ(report.counts.threadLocals, 1u);
    EXPECT_GT(report.counts.dataBytes, 20u);

    const CheckReport stripped = check(linked, /*strip=*/true);
    EXPECT_FALSE(stripped.symbolsChecked);
    EXPECT_TRUE(stripped.differences.empty());
}

using Differences = std::vector<std::string>;

TEST(Check, NamesDataThatDiffers) {
    EXPECT_EQ(checkApart(DATA "int a = 1;", DATA "int a = 2;").differences,
              Differences{"object 'a' holds 0x01 at byte 0 for x86_64 and 0x02 for aarch64"});
}

TEST(Check, NamesPrivateAddressesInCommonData) {
    const std::string common = "void __dyad_linux_entry(void); " RODATA "void (*const p)(void) = __dyad_linux_entry;";
    const Differences differences = checkApart(common + " void pad(void) {}", common).differences;
    ASSERT_EQ(differences.size(), 1u);
    EXPECT_EQ(differences[0].substr(0, 16), "object 'p' holds");
}

TEST(Check, NamesSymbolsThatDiffer) {
    EXPECT_EQ(checkApart(DATA "int a = 1; " DATA "int b = 1;", DATA "int b = 1; " DATA "int a = 1;").differences,
              (Differences{"object 'a' has address 0x40200000 for x86_64 and 0x40200004 for aarch64",
                           "object 'b' has address 0x40200004 for x86_64 and 0x40200000 for aarch64"}));
    EXPECT_EQ(
        checkApart(DATA "int a[2] = {1, 0};", DATA "int a = 1; " DATA "int b = 0;").differences,
        (Differences{"object 'a' has 8 bytes for x86_64 and 4 for aarch64",
                     "object 'b' is in the common window for aarch64 (0x40200004) and does not exist for x86_64"}));
    EXPECT_EQ(checkApart(DATA "int a = 1;", DATA "static int a __attribute__((used)) = 1;").differences,
              Differences{"object 'a' is global for x86_64 and local for aarch64"});
}

TEST(Check, NamesSectionsAndSegmentsThatDiffer) {
    const Differences differences = checkApart(DATA "int a[2] = {1};", DATA "int a[3] = {1};").differences;
    ASSERT_GE(differences.size(), 3u);
    EXPECT_EQ(differences[0],
              "common segment 0: 0x40200000..0x40200008 rw- for x86_64, 0x40200000..0x4020000c rw- for aarch64");
    EXPECT_EQ(differences[1],
              "common section 0: '.data' at 0x40200000 with 0x8 bytes for x86_64, '.data' at 0x40200000 with "
              "0xc bytes for aarch64");
}

} // namespace
