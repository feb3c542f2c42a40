// A fuzz target for readers of pair images: random damage to a good image, its checksum made to fit again, so that
// what interprets the content gets it. Deterministic; DYAD_FUZZ_ROUNDS=N runs longer, DYAD_FUZZ_SEED=N elsewhere.
// Under the sanitizers (tests/run.sh --sanitize) any bad access ends it.
#include "check/check.h"
#include "image/checksum.h"
#include "image/elf_tables.h"
#include "image/pair_writer.h"
#include "image/segments.h"
#include "objects.h"
#include "support/output_file.h"
#include "support/temporary_folder.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace dyad;
using namespace dyad::test;

namespace {

std::uint64_t number(const char *variable, std::uint64_t otherwise) {
    const char *text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::vector<std::byte> goodImage() {
    LayoutInput input;
    add(input, "int data = 3; char zero[9000]; _Thread_local int mine = 4; const char *text(void) { return \"text\"; }"
               "int start(int i) { return data++ + zero[i] + mine + text()[0]; }");
    addBoot(input);
    const Pair pair = linkPair(std::move(input));
    Manifest manifest;
    manifest.padding = pair.layout.padding;
    auto bytes = makePairImage(pair.linked[0], pair.linked[1], manifest);
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

class Damage {
  public:
    explicit Damage(std::uint64_t seed) : random_(seed) {}

    void apply(std::vector<std::byte> &bytes) {
        for (std::uint64_t count = 1 + random_() % 4; count > 0; --count)
            one(bytes);
    }

  private:
    void one(std::vector<std::byte> &bytes) {
        constexpr std::uint64_t kNasty[] = {
            0, 1, 7, 8, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x40200000, 0x7fffffffffffffff, ~0ull, ~7ull};
        const std::size_t at = place(bytes.size());
        switch (random_() % 4) {
        case 0:
            bytes[at] ^= std::byte(1u << random_() % 8);
            break;
        case 1:
            bytes[at] = std::byte(random_());
            break;
        default:
            const std::uint64_t value = random_() % 8 ? kNasty[random_() % std::size(kNasty)] : random_();
            const std::size_t size = std::min<std::size_t>(std::size_t{1} << random_() % 4, bytes.size() - at);
            std::memcpy(bytes.data() + at, &value, size);
        }
    }
    /// Headers stand at the front, tables and the manifest in the last part; what is loaded is mostly not looked at.
    std::size_t place(std::size_t size) {
        switch (random_() % 4) {
        case 0:
            return random_() % std::min<std::size_t>(size, 1024);
        case 1:
            return size - 1 - random_() % std::min<std::size_t>(size, 8192);
        default:
            return random_() % size;
        }
    }
    std::mt19937_64 random_;
};

TEST(ImageFuzz, DamagedImagesAreReadOrRefused) {
    const std::vector<std::byte> good = goodImage();
    auto folder = TemporaryFolder::create();
    const std::string path = folder->file("image");
    const std::uint64_t rounds = number("DYAD_FUZZ_ROUNDS", 3000);
    Damage damage(number("DYAD_FUZZ_SEED", 1));
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
