// A whole transfer as bytes, and a destination that takes bytes in any pieces.
#pragma once

#include "../migrate/checkpoint_sample.h"
#include "migrate/packed_pages.h"
#include "transfer/destination_side.h"
#include "transfer/source_side.h"

namespace dyad::test {

inline constexpr TransferId kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/// What a source sends when everything goes well: also pages before the thread, zero and packed ones.
inline std::vector<std::byte> recordTransfer(Sample& sample) {
    const auto must = [](const Result<void>& done) {
        if (!done) throw std::runtime_error(done.error().message);
    };
    MemorySink sink;
    SectionWriter writer(sink, kTransferStream);
    SourceSide source(writer, "D", sample.manifest.id, {.id = kId, .features = kFeaturePacked});
    must(source.begin(&sample.checkpoint));
    CheckpointWriter checkpoint(writer);
    const std::vector<std::byte> page(DYAD_PAGE_SIZE, std::byte{0x55});
    must(checkpoint.pages(GuestAddress{DYAD_ARENA_BASE + 5 * DYAD_PAGE_SIZE}, page));
    must(checkpoint.pages(GuestAddress{DYAD_ARENA_BASE}, page));
    must(checkpoint.state(sample.checkpoint));
    must(checkpoint.zeroPages(GuestAddress{DYAD_ARENA_BASE + 5 * DYAD_PAGE_SIZE}, DYAD_PAGE_SIZE));
    PagePacker packer;
    RunCursor cursor(sample.memory, sample.common);
    for (bool packs = true;; packs = !packs) {
        auto run = cursor.next();
        if (!run || !*run) break;
        const auto packed = packs ? packer.pack((*run)->pages, 1) : std::span<const std::byte>();
        must(packed.empty() ? checkpoint.pages((*run)->address, (*run)->pages)
                            : checkpoint.packedPages((*run)->address, (*run)->pages.size(), packed));
    }
    must(checkpoint.end());
    must(source.commit());
    return std::move(sink.bytes);
}

/// A destination that says yes to everything it may say yes to.
struct TestDestination {
    explicit TestDestination(Sample& sample, GuestMemory& memory)
        : memory(memory), side(writer, [&] {
              CheckpointReader reader = sample.reader();
              reader.transfer = true;
              return reader;
          }()) {}

    /// Takes a stream, in pieces of `piece` bytes at most.
    Result<void> feed(std::span<const std::byte> bytes, std::size_t piece = ~std::size_t{0}) {
        while (!bytes.empty()) {
            const auto space = assembler.space();
            const std::size_t n = std::min({space.size(), bytes.size(), piece});
            std::ranges::copy(bytes.first(n), space.begin());
            bytes = bytes.subspan(n);
            auto complete = assembler.add(n);
            if (!complete) return std::move(complete.error());
            if (!*complete) continue;
            const bool header = !std::exchange(headerTaken, true);
            auto taken = header ? side.takeHeader(assembler.pairId()) : side.take(assembler.section());
            if (taken) taken = answer();
            if (!taken) return taken;
        }
        return {};
    }
    Result<void> answer() {
        using State = DestinationSide::State;
        if (side.state() == State::Offered)
            if (auto accepted = side.accept({Isa::x86_64, kFeaturePacked, "a machine"}); !accepted) return accepted;
        if (side.state() == State::Starting) return side.ready(memory);
        if (side.state() == State::Arriving) return side.prepared();
        return {};
    }

    MemorySink said;
    SectionWriter writer{said, kTransferStream};
    GuestMemory& memory;
    DestinationSide side;
    SectionAssembler assembler{kTransferStream, "F"};
    bool headerTaken = false;
};

} // namespace dyad::test
