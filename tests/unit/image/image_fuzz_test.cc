// A fuzz target for readers of pair images: random damage to a good image, its checksum made to fit again, so that
// what interprets the content gets it. Deterministic; DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere.
// Under the sanitizers (tests/run.sh --sanitize) any bad access ends it.
#include "check/check.h"
#include "damage.h"
#include "image/checksum.h"
#include "image/elf_tables.h"
#include "image/pair_writer.h"
#include "image/segments.h"
#include "objects.h"
#include "sample_sites.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace dyad;
using namespace dyad::test;

namespace {

std::vector<std::byte> goodImage() {
    LayoutInput input;
    add(input, "int data = 3; char zero[9000]; _Thread_local int mine = 4; const char *text(void) { return \"text\"; }"
               "int start(int i) { return data++ + zero[i] + mine + text()[0]; }");
    addBoot(input);
    const Pair pair = linkPair(std::move(input));
    Manifest manifest;
    manifest.padding = pair.layout.padding;
    const std::vector<std::byte> sites = *SampleSites().table();
    auto bytes = makePairImage(pair.linked[0], pair.linked[1], manifest, {.sites = sites});
    if (!bytes) throw std::runtime_error(bytes.error().message);
    return *std::move(bytes);
}

/// Makes the checksum fit, where there still is one.
void seal(std::vector<std::byte> &bytes) {
    const auto hole = findSectionBytes(bytes, kChecksumSection);
    if (!hole || hole->size() != sizeof(Checksum)) return;
    const auto offset = static_cast<std::size_t>(hole->data() - bytes.data());
    const Checksum checksum = checksumWithHole(bytes, offset);
    std::memcpy(bytes.data() + offset, checksum.data(), checksum.size());
}

TEST(ImageFuzz, DamagedImagesAreReadOrRefused) {
    const std::vector<std::byte> good = goodImage();
    auto folder = TemporaryFolder::create();
    const std::string path = folder->file("image");
    const std::uint64_t rounds = fuzzNumber("DYAD_FUZZ_ROUNDS", 3000);
    Damage damage(fuzzNumber("DYAD_FUZZ_SEED", 1));
    std::uint64_t opened = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        std::vector<std::byte> bytes = good;
        damage.apply(bytes);
        seal(bytes);
        ASSERT_TRUE(writeOutputFile(path, bytes));
        auto image = PairImage::open(path);
        if (!image) {
            ASSERT_FALSE(image.error().message.empty()) << "round " << round;
            continue;
        }
        ++opened;
        std::ignore = checkImage(*image);
        std::ignore = stripPairImage(*image);
        for (Isa isa : kIsas) {
            std::ignore = extractHalf(*image, isa);
            std::ignore = readElfTables(image->elf(isa));
        }
    }
    // Damage outside what is loaded passes the reader: the rest was reached.
    EXPECT_GT(opened, rounds / 20);
}

} // namespace
