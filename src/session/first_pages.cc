// A guess from what is known of a stopped program; what it misses is fetched like any other page.
#include "session/first_pages.h"

#include "support/rounding.h"

#include <algorithm>
#include <cstring>

namespace dyad {

namespace {

constexpr std::uint64_t kPage = DYAD_PAGE_SIZE;
/// A page takes about 1 us to send, to wait for one takes about 100.
constexpr std::uint64_t kMostCommon = 128 << 10, kMostThread = 32 << 10, kMostPointedTo = 32 * kPage;
constexpr std::size_t kMostFrames = 16;

class Chosen {
  public:
    Chosen(const CommonData& common, std::uint64_t arenaSize, const PageSet& among)
        : among_(among), set_(common, arenaSize) {}

    void add(std::uint64_t address) {
        const GuestAddress page{roundDown(address, kPage)};
        if (among_.contains(page)) set_.add({page, kPage});
    }
    void add(std::uint64_t start, std::uint64_t size) {
        for (std::uint64_t at = roundDown(start, kPage); at < start + size; at += kPage)
            add(at);
    }
    std::uint64_t bytes() const { return set_.bytes(); }
    PageSet take() { return std::move(set_); }

  private:
    const PageSet& among_;
    PageSet set_;
};

} // namespace

PageSet firstPages(const FrameList& frames, const ThreadState& thread, const CommonData& common,
                   std::uint64_t arenaSize, const PageSet& among) {
    Chosen chosen(common, arenaSize, among);
    chosen.add(static_cast<std::uint64_t>(common.address), std::min(common.size, kMostCommon));
    chosen.add(thread.blockAddress, std::min(thread.blockSize, kMostThread));
    // Any value may be a pointer.
    const std::uint64_t most = chosen.bytes() + kMostPointedTo;
    for (std::size_t frame = frames.size(); frame > 0 && frames.size() - frame < kMostFrames; --frame) {
        const auto values = frames.values(frame - 1);
        for (std::size_t at = 0; at + sizeof(std::uint64_t) <= values.size() && chosen.bytes() < most;
             at += sizeof(std::uint64_t)) {
            std::uint64_t value;
            std::memcpy(&value, &values[at], sizeof value);
            chosen.add(value);
        }
    }
    return chosen.take();
}

} // namespace dyad
