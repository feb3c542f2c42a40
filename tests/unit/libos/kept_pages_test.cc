// Free pages that keep their memory: closed like all free pages, zero whenever they are taken, never more than the limit.
#include "fake_machine.h"

#include "libos/portable/kept_pages.h"
#include "libos/portable/regions.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

using namespace libos;

namespace {

class Kept : public LibosTest {
  protected:
    Kept() { start(); }
    static char* take(uint64_t pages) { return static_cast<char*>(takePages(pages * kPage)); }
    /// Free pages of [start, start + pages) whose content is not zero; opened to look and closed again.
    static std::size_t dirty(char* start, std::size_t pages) {
        std::size_t count = 0;
        for (char* page = start; page < start + pages * kPage; page += kPage) {
            auto address = reinterpret_cast<uintptr_t>(page);
            if (arena.find(address)->kind != RegionKind::Free) continue; // taken by the book-keeping
            __dyad_protect(address, kPage, L_PROT_READ);
            count += std::any_of(page, page + kPage, [](char byte) { return byte != 0; });
            __dyad_protect(address, kPage, L_PROT_NONE);
        }
        return count;
    }
};

TEST_F(Kept, SmallPiecesKeepTheirMemoryAndLargeOnesDoNot) {
    char* small = take(10);
    std::memset(small, 'x', 10 * kPage);
    releasePages(small, 10 * kPage);
    EXPECT_EQ(dirty(small, 10), 10u);
    constexpr std::size_t kLarge = KeptPages::kMostPiece / kPage + 1;
    char* large = take(kLarge);
    std::memset(large, 'x', kLarge * kPage);
    releasePages(large, kLarge * kPage);
    EXPECT_EQ(dirty(large, kLarge), 0u);
}

TEST_F(Kept, FreedPagesAreClosed) {
    char* pages = take(10);
    fake->protections.clear();
    releasePages(pages, 10 * kPage);
    ASSERT_FALSE(fake->protections.empty());
    EXPECT_EQ(fake->protections[0], (std::pair<uint64_t, uint32_t>(reinterpret_cast<uint64_t>(pages), 0)));
}

TEST_F(Kept, NoMoreThanASixteenthOfTheArenaIsKept) {
    std::vector<char*> pieces;
    const std::size_t pages = 100, count = arenaSize / 8 / (pages * kPage);
    for (std::size_t i = 0; i < 2 * count; ++i) {
        pieces.push_back(take(pages));
        ASSERT_NE(pieces.back(), nullptr);
        std::memset(pieces.back(), 'x', pages * kPage);
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < pieces.size(); i += 2) // every second: no neighbours
        releasePages(pieces[i], pages * kPage);
    for (std::size_t i = 0; i < pieces.size(); i += 2)
        kept += dirty(pieces[i], pages);
    EXPECT_LE(kept, arenaSize / 16 / kPage);
    EXPECT_GT(kept, arenaSize / 32 / kPage);
    EXPECT_EQ(dirty(pieces[2 * count - 2], pages), pages) << "the newest stay";
    EXPECT_EQ(dirty(pieces[0], pages), 0u) << "the oldest go";
}

TEST_F(Kept, WhateverIsTakenIsZeroAndNobodyElses) {
    for (unsigned seed = 0; seed < 3; ++seed) {
        std::mt19937 random(seed);
        std::map<char*, std::size_t> taken; // pages, each filled with its low address byte pattern
        for (int step = 0; step < 20000; ++step) {
            std::size_t pages = 1 + random() % (random() % 8 ? 12 : 400);
            if (taken.size() < 40 && random() % 2) {
                long address = call(kMmap, 0, pages * kPage, 3, L_MAP_PRIVATE | L_MAP_ANONYMOUS, -1, 0);
                if (address < 0) continue;
                char* start = reinterpret_cast<char*>(address);
                for (std::size_t i = 0; i < pages; ++i) {
                    ASSERT_EQ(start[i * kPage], 0) << "seed " << seed << " step " << step;
                    ASSERT_EQ(start[i * kPage + 4095], 0) << "seed " << seed << " step " << step;
                    start[i * kPage] = start[i * kPage + 4095] = static_cast<char>(1 + pages % 100);
                }
                taken[start] = pages;
            } else if (!taken.empty()) {
                auto chosen = std::next(taken.begin(), static_cast<long>(random() % taken.size()));
                auto [start, size] = *chosen;
                taken.erase(chosen);
                for (std::size_t i = 0; i < size; ++i)
                    ASSERT_EQ(start[i * kPage], static_cast<char>(1 + size % 100)) << "seed " << seed << " step " << step;
                // Often in two parts, one of which is soon mapped again at the same place.
                std::size_t first = size > 1 && random() % 2 ? 1 + random() % (size - 1) : size;
                ASSERT_EQ(call(kMunmap, start, first * kPage), 0);
                if (first == size) continue;
                ASSERT_EQ(call(kMunmap, start + first * kPage, (size - first) * kPage), 0);
                long again = call(kMmap, start + kPage, kPage, 3, L_MAP_PRIVATE | L_MAP_ANONYMOUS | L_MAP_FIXED, -1, 0);
                if (again < 0) continue;
                ASSERT_EQ(start[kPage], 0);
                ASSERT_EQ(start[kPage + 4095], 0);
                ASSERT_EQ(call(kMunmap, start + kPage, kPage), 0);
            }
            if (step % 200 == 0) {
                ASSERT_TRUE(arena.consistent());
            }
        }
        for (auto [start, size] : taken)
            ASSERT_EQ(call(kMunmap, start, size * kPage), 0);
    }
}

} // namespace
