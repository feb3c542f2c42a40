// The program's memory: break, mappings, protection, files in memory.
#include "fake_machine.h"

#include "libos/portable/regions.h"

#include <cstring>

using namespace libos;

namespace {

constexpr unsigned kRw = L_PROT_READ | L_PROT_WRITE;
constexpr unsigned kAnonymous = L_MAP_PRIVATE | L_MAP_ANONYMOUS;

class Memory : public LibosTest {
  protected:
    Memory() { start(); }
    static long map(uint64_t size, unsigned flags = kAnonymous, uint64_t hint = 0, unsigned protection = kRw,
                    long fd = -1, uint64_t offset = 0) {
        return call(kMmap, hint, size, protection, flags, fd, offset);
    }
    static char* at(long address) { return reinterpret_cast<char*>(address); }
};

TEST_F(Memory, FreshPagesAreZeroAlsoAfterUse) {
    long a = map(100000);
    ASSERT_GT(a, 0);
    EXPECT_EQ(a % 4096, 0);
    std::memset(at(a), 'x', 100000);
    ASSERT_EQ(call(kMunmap, a, 100000ul), 0);
    long b = map(100000);
    EXPECT_EQ(b, a); // first fit from the top
    for (int i = 0; i < 100000; ++i)
        ASSERT_EQ(at(b)[i], 0) << i;
}

TEST_F(Memory, BreakGrowsAndShrinks) {
    long start = call(kBrk, 0);
    EXPECT_EQ(call(kBrk, start + 10000), start + 10000);
    std::memset(at(start), 'x', 10000);
    EXPECT_EQ(call(kBrk, start + 100), start + 100);
    EXPECT_EQ(call(kBrk, start + 10000), start + 10000);
    EXPECT_EQ(at(start)[99], 'x');
    for (int i = 100; i < 10000; ++i)
        ASSERT_EQ(at(start)[i], 0) << i;
    EXPECT_EQ(call(kBrk, start + (1l << 40)), start + 10000);
    EXPECT_EQ(call(kBrk, start - 1), start + 10000);
}

TEST_F(Memory, ErrorsAreLinuxs) {
    EXPECT_EQ(map(0), -L_EINVAL);
    EXPECT_EQ(map(1ul << 40), -L_ENOMEM);
    EXPECT_EQ(map(UINT64_MAX - 100), -L_ENOMEM);
    EXPECT_EQ(map(4096, L_MAP_ANONYMOUS), -L_EINVAL);
    EXPECT_EQ(map(4096, kAnonymous, 0, L_PROT_EXEC), -L_EACCES);
    EXPECT_EQ(map(4096, L_MAP_PRIVATE, 0, kRw, 99), -L_EBADF);
    EXPECT_EQ(map(4096, kAnonymous | L_MAP_FIXED, 4096), -L_ENOMEM);
    long a = map(8192);
    EXPECT_EQ(map(4096, kAnonymous | L_MAP_FIXED_NOREPLACE, static_cast<uint64_t>(a)), -L_EEXIST);
    EXPECT_EQ(call(kMunmap, a + 1, 4096ul), -L_EINVAL);
    EXPECT_EQ(call(kMunmap, a, 0ul), -L_EINVAL);
    EXPECT_EQ(call(kMprotect, a, 4096ul, L_PROT_READ | L_PROT_EXEC), -L_EACCES);
    ASSERT_EQ(call(kMunmap, a, 8192ul), 0);
    EXPECT_EQ(call(kMprotect, a, 4096ul, L_PROT_READ), -L_ENOMEM);
}

TEST_F(Memory, FixedMappingsReplaceAndPartsAreUnmapped) {
    long a = map(5 * 4096);
    std::memset(at(a), 'x', 5 * 4096);
    ASSERT_EQ(map(4096, kAnonymous | L_MAP_FIXED, static_cast<uint64_t>(a) + 4096), a + 4096);
    EXPECT_EQ(at(a)[4096], 0);
    EXPECT_EQ(at(a)[0], 'x');
    ASSERT_EQ(call(kMunmap, a + 2 * 4096, 4096ul), 0);
    EXPECT_EQ(at(a)[3 * 4096], 'x');
    EXPECT_EQ(map(4096, kAnonymous | L_MAP_FIXED_NOREPLACE, static_cast<uint64_t>(a) + 2 * 4096), a + 2 * 4096);
    EXPECT_TRUE(arena.consistent());
}

TEST_F(Memory, ProtectionIsPassedOnAndTakenBack) {
    long a = map(4 * 4096);
    using Changes = std::vector<std::pair<uint64_t, uint32_t>>;
    auto first = static_cast<uint64_t>(a), second = first + 4096;
    auto changes = [&] { // of these pages; the libOS opens others for its book-keeping
        Changes found;
        for (auto [address, protection] : fake->protections)
            if (address >= first && address < first + 4 * 4096) found.emplace_back(address, protection);
        fake->protections.clear();
        return found;
    };
    changes();
    ASSERT_EQ(call(kMprotect, second, 4096ul, 0), 0);
    EXPECT_EQ(changes(), (Changes{{second, 0}}));
    ASSERT_EQ(call(kMprotect, second, 4096ul, 0), 0); // nothing to do
    EXPECT_EQ(changes(), Changes{});
    ASSERT_EQ(call(kMunmap, first, 4ul * 4096), 0); // opened to be cleared, then closed
    EXPECT_EQ(changes(), (Changes{{second, 3}, {first, 0}}));
    EXPECT_EQ(call(kMunmap, first, 4ul * 4096), 0); // free already
    EXPECT_EQ(changes(), Changes{});
    EXPECT_EQ(call(kMmap, first, 4096, kRw, kAnonymous | L_MAP_FIXED, -1, 0), a);
    EXPECT_EQ(changes(), (Changes{{first, 3}}));
}

TEST_F(Memory, RemapMovesContent) {
    long a = map(8192); // the second page is in the way
    std::memcpy(at(a), "content", 8);
    EXPECT_EQ(call(kMremap, a, 4096ul, 8192ul, 0), -L_ENOMEM);
    long b = call(kMremap, a, 4096ul, 100000ul, L_MREMAP_MAYMOVE);
    ASSERT_GT(b, 0);
    EXPECT_NE(b, a);
    EXPECT_STREQ(at(b), "content");
    EXPECT_EQ(at(b)[99999], 0);
    EXPECT_EQ(call(kMremap, b, 100000ul, 4096ul, 0), b);
    EXPECT_EQ(call(kMremap, b, 4096ul, 8192ul, 0), b); // the space behind is free again
    EXPECT_EQ(call(kMremap, a, 4096ul, 8192ul, L_MREMAP_MAYMOVE), -L_EFAULT);
}

TEST_F(Memory, PrivateFileMappingsAreCopies) {
    makeFile("/f", std::string(5000, 'f'));
    long fd = openFile("/f", L_O_RDONLY);
    long a = map(8192, L_MAP_PRIVATE, 0, kRw, fd);
    ASSERT_GT(a, 0);
    EXPECT_EQ(at(a)[4999], 'f');
    EXPECT_EQ(at(a)[5000], 0);
    at(a)[0] = 'x';
    EXPECT_EQ(contentOf("/f")[0], 'f');
    long b = map(4096, L_MAP_PRIVATE, 0, kRw, fd, 4096);
    EXPECT_EQ(at(b)[903], 'f');
    EXPECT_EQ(map(4096, L_MAP_SHARED, 0, kRw, fd), -L_EACCES);
    EXPECT_EQ(map(4096, L_MAP_PRIVATE, 0, kRw, fd, 100), -L_EINVAL);
}

TEST_F(Memory, SharedFileMappingsAndTheFileAreAlike) {
    makeFile("/f", std::string(10000, 'f'));
    long fd = openFile("/f", L_O_RDWR);
    long a = map(12288, L_MAP_SHARED, 0, kRw, fd);
    ASSERT_GT(a, 0);
    std::memcpy(at(a) + 5000, "mapped", 6);
    EXPECT_EQ(contentOf("/f").substr(5000, 6), "mapped"); // read sees stores
    EXPECT_EQ(call(kPwrite64, fd, "written", 7ul, 100), 7);
    EXPECT_EQ(std::string(at(a) + 100, 7), "written"); // loads see writes
    at(a)[11000] = 'x';
    ASSERT_EQ(call(kClose, fd), 0); // the mapping outlives the descriptor
    at(a)[9000] = 'z';
    ASSERT_EQ(call(kMunmap, a, 4096ul), 0); // a part
    ASSERT_EQ(call(kMunmap, a + 4096, 8192ul), 0);
    std::string content = contentOf("/f");
    EXPECT_EQ(content.size(), 10000u); // stores beyond the end do not grow the file
    EXPECT_EQ(content[9000], 'z');
    EXPECT_EQ(content.substr(100, 7), "written");
}

TEST_F(Memory, AdviseDontneedClears) {
    long a = map(8192);
    std::memset(at(a), 'x', 8192);
    ASSERT_EQ(call(kMadvise, a, 4096ul, L_MADV_DONTNEED), 0);
    EXPECT_EQ(at(a)[0], 0);
    EXPECT_EQ(at(a)[4096], 'x');
}

TEST_F(Memory, TheLibosOwnPagesAreOutOfReach) {
    makeFile("/f", std::string(1 << 20, 'f'));
    long whole = static_cast<long>(arena.start());
    EXPECT_EQ(call(kMunmap, whole, arenaSize), -L_EINVAL);
    EXPECT_EQ(map(arenaSize, kAnonymous | L_MAP_FIXED, arena.start()), -L_ENOMEM);
    EXPECT_EQ(contentOf("/f"), std::string(1 << 20, 'f'));
}

} // namespace
