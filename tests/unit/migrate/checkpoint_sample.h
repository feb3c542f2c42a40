// A program to take checkpoints of, and sinks and sources in memory.
#pragma once

#include "migrate/checkpoint.h"
#include "model.h"

#include <algorithm>

namespace dyad::test {

class MemorySink : public ByteSink {
  public:
    Result<void> write(std::span<const std::byte> more) override {
        if (bytes.size() + more.size() > room) return Error{"no space left"};
        bytes.insert(bytes.end(), more.begin(), more.end());
        return {};
    }
    std::vector<std::byte> bytes;
    std::size_t room = ~std::size_t{0};
};

class MemorySource : public SeekableSource {
  public:
    explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}
    Result<std::size_t> read(std::span<std::byte> to) override {
        const std::size_t n = std::min(to.size(), bytes_.size() - place_);
        std::ranges::copy(bytes_.subspan(place_, n), to.begin());
        place_ += n;
        return n;
    }
    Result<std::uint64_t> size() override { return bytes_.size(); }
    void seek(std::uint64_t place) override { place_ = std::min<std::size_t>(place, bytes_.size()); }

  private:
    std::span<const std::byte> bytes_;
    std::size_t place_ = 0;
};

/// A stopped program with a few pages.
struct Sample {
    explicit Sample(std::uint64_t seed = 1, std::size_t frames = 12) : model(seed) {
        manifest.id = "00112233445566778899aabbccddeeff";
        checkpoint.pairId = manifest.id;
        checkpoint.name = "brave-otter";
        checkpoint.imagePath = "/opt/programs/program";
        checkpoint.toolVersion = "0.1.0";
        checkpoint.isa = Isa::aarch64;
        checkpoint.arenaSize = memory.plan().arenaSize;
        checkpoint.stackSize = memory.plan().stackSize;
        checkpoint.takenNs = 1'700'000'000'000'000'000;
        checkpoint.program = {};
        checkpoint.program.arguments = {"program", "", "-x"};
        checkpoint.program.environment = {"HOME=/"};
        checkpoint.program.flags = DYAD_FLAG_FILES_OUT;
        checkpoint.thread = {.atCall = true,
                             .clockNs = 12345,
                             .cpuTimeNs = 99,
                             .blockAddress = DYAD_ARENA_BASE + 64,
                             .blockSize = 128,
                             .blockAlign = 64};
        checkpoint.frames = model.randomFrames(frames, true);
        checkpoint.rings[0] = {800, 768, true, false, std::vector<std::byte>(32, std::byte{4})};
        checkpoint.rings[1] = {64, 64, false, true, {}};
        checkpoint.monitor = {std::byte{1}, std::byte{2}, std::byte{3}};
        const std::uint64_t start = memory.plan().arenaOffset;
        for (std::uint64_t page : {0, 1, 7})
            memory.ram()[start + page * DYAD_PAGE_SIZE + 11 * page] = std::byte{0x77};
        memory.ram()[DYAD_COMMON_BASE - DYAD_IMAGE_BASE] = std::byte{0x66};
    }

    std::vector<std::byte> write(const CheckpointForm& form = {}) {
        MemorySink sink;
        auto written = writeCheckpoint(sink, checkpoint, memory, common, form);
        if (!written) throw std::runtime_error(written.error().message);
        return std::move(sink.bytes);
    }
    Result<StoredCheckpoint> read(std::span<const std::byte> bytes, GuestMemory* into = nullptr) {
        MemorySource source(bytes);
        return readCheckpoint(source, reader(into));
    }
    Result<StoredCheckpoint> readStructure(std::span<const std::byte> bytes) {
        MemorySource source(bytes);
        return readCheckpointStructure(source, reader());
    }
    CheckpointReader reader(GuestMemory* into = nullptr) { return {"F", manifest, model.table(), common, into}; }

    Model model;
    Manifest manifest;
    Checkpoint checkpoint;
    GuestMemory memory = makeMemory();
    CommonData common{GuestAddress{DYAD_COMMON_BASE}, 0x40000};
};

} // namespace dyad::test
