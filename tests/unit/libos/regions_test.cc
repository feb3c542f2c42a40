// The arena's regions against a page map: random changes, always tiled, merged and summarised right.
#include "libos/portable/regions.h"

#include <gtest/gtest.h>

#include <random>
#include <sys/mman.h>
#include <vector>

using namespace libos;

namespace {

TEST(RegionsTest, AgreeWithAPageMapUnderRandomChanges) {
    constexpr std::size_t pages = 3000;
    void* memory = mmap(nullptr, pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    auto start = reinterpret_cast<uint64_t>(memory);
    for (unsigned seed = 0; seed < 5; ++seed) {
        Regions regions;
        regions.initialise(start, start + pages * kPage);
        std::vector<RegionKind> map(pages, RegionKind::Free);
        std::mt19937 random(seed);
        for (int step = 0; step < 4000; ++step) {
            // Pages that the book-keeping took for itself show up as Internal.
            for (std::size_t i = 0; i < pages && step % 50 == 0; ++i) {
                RegionKind kind = regions.find(start + i * kPage)->kind;
                if (map[i] != kind) {
                    ASSERT_EQ(kind, RegionKind::Internal);
                }
                map[i] = kind;
            }
            std::size_t size = 1 + random() % (random() % 10 ? 8 : 200);
            if (random() % 2) {
                uint64_t at = regions.take(size * kPage, RegionKind::Mapped, 3);
                if (!at) continue;
                std::size_t first = (at - start) / kPage;
                for (std::size_t i = first; i < first + size; ++i) {
                    ASSERT_EQ(map[i], RegionKind::Free) << "taken twice";
                    map[i] = RegionKind::Mapped;
                }
            } else {
                std::size_t first = random() % (pages - size);
                auto from = start + first * kPage, to = from + size * kPage;
                if (!regions.noneInternal(from, to)) continue;
                auto kind = random() % 3 ? RegionKind::Free : RegionKind::Mapped;
                ASSERT_TRUE(regions.set(from, to, kind, kind == RegionKind::Free ? 0 : random() % 4));
                // The book-keeping may take a page that has just become free, but none that the change is about.
                if (kind != RegionKind::Free) {
                    ASSERT_EQ(regions.find(from)->kind, kind);
                    ASSERT_GE(regions.find(from)->end, to);
                }
                for (std::size_t i = first; i < first + size; ++i)
                    if (regions.find(start + i * kPage)->kind == kind) map[i] = kind;
            }
            ASSERT_TRUE(regions.consistent()) << "seed " << seed << " step " << step;
        }
    }
    munmap(memory, pages * kPage);
}

TEST(RegionsTest, FillUpAndComeBack) {
    constexpr std::size_t pages = 256;
    void* memory = mmap(nullptr, pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    auto start = reinterpret_cast<uint64_t>(memory);
    Regions regions;
    regions.initialise(start, start + pages * kPage);
    std::size_t taken = 0;
    while (regions.take(kPage, taken % 2 ? RegionKind::Mapped : RegionKind::Heap, 3))
        ++taken;
    EXPECT_GT(taken, pages - 16);
    EXPECT_TRUE(regions.consistent());
    EXPECT_EQ(regions.freeBytes(), 0u);
    EXPECT_EQ(regions.take(kPage, RegionKind::Mapped, 3), 0u);
    munmap(memory, pages * kPage);
}

TEST(RegionsTest, TakeNoPageForNodesFromAHoleBetweenMappings) {
    constexpr std::size_t pages = 600, mapped = 200;
    void* memory = mmap(nullptr, pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    auto start = reinterpret_cast<uint64_t>(memory);
    Regions regions;
    regions.initialise(start, start + pages * kPage);
    uint64_t block = regions.take(mapped * kPage, RegionKind::Mapped, 3);
    std::size_t internal = 0;
    for (std::size_t i = 1; i < mapped; i += 2) {
        ASSERT_TRUE(regions.set(block + i * kPage, block + (i + 1) * kPage, RegionKind::Free, 0));
        for (std::size_t hole = 1; hole <= i; hole += 2)
            ASSERT_EQ(regions.find(block + hole * kPage)->kind, RegionKind::Free) << "after " << i << " pages";
    }
    for (std::size_t i = 0; i < pages; ++i)
        internal += regions.find(start + i * kPage)->kind == RegionKind::Internal;
    EXPECT_GE(internal, 2u); // nodes were needed
    EXPECT_TRUE(regions.consistent());
    munmap(memory, pages * kPage);
}

} // namespace
