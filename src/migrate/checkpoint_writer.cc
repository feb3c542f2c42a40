// Writes checkpoints. Pages go from the guest's memory straight into the stream.
#include "migrate/checkpoint.h"
#include "migrate/checkpoint_payloads.h"
#include "migrate/sections.h"

namespace dyad {

namespace {

/// Frames are cut into sections of about this size.
constexpr std::size_t kFramesInSection = 1 << 20;

template <class T> std::span<const std::byte> bytesOf(const T& value) {
    return std::as_bytes(std::span(&value, 1));
}

Result<void> writeProgram(SectionWriter& writer, const Checkpoint& checkpoint) {
    const ProgramPayload fixed{
        .isa = static_cast<std::uint32_t>(checkpoint.isa),
        .zero = 0,
        .flags = checkpoint.program.flags,
        .arenaSize = checkpoint.arenaSize,
        .stackSize = checkpoint.stackSize,
        .takenNs = checkpoint.takenNs,
        .argumentCount = static_cast<std::uint32_t>(checkpoint.program.arguments.size()),
        .environmentCount = static_cast<std::uint32_t>(checkpoint.program.environment.size()),
    };
    std::string strings;
    for (const std::string* string : {&checkpoint.toolVersion, &checkpoint.name, &checkpoint.imagePath})
        strings.append(string->c_str(), string->size() + 1);
    for (const auto* list : {&checkpoint.program.arguments, &checkpoint.program.environment})
        for (const std::string& string : *list)
            strings.append(string.c_str(), string.size() + 1);
    return writer.write(SectionType::Program, {bytesOf(fixed), std::as_bytes(std::span(strings))});
}

Result<void> writeThread(SectionWriter& writer, const ThreadState& thread) {
    const ThreadPayload payload{
        .atCall = thread.atCall,
        .rounding = thread.rounding,
        .fpFlags = thread.fpFlags,
        .zero = 0,
        .clockNs = thread.clockNs,
        .cpuTimeNs = thread.cpuTimeNs,
        .blockAddress = thread.blockAddress,
        .blockSize = thread.blockSize,
        .blockAlign = thread.blockAlign,
    };
    return writer.write(SectionType::Thread, {bytesOf(payload)});
}

Result<void> writeFrames(SectionWriter& writer, const FrameList& frames) {
    std::vector<std::uint32_t> sites;
    std::vector<std::byte> values;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        sites.push_back(frames.site(i));
        const auto bytes = frames.values(i);
        values.insert(values.end(), bytes.begin(), bytes.end());
        if (i + 1 < frames.size() && values.size() + sites.size() * sizeof sites[0] < kFramesInSection) continue;
        const FramesPayload fixed{static_cast<std::uint32_t>(sites.size()), 0};
        const auto siteBytes = std::as_bytes(std::span(sites));
        if (auto written = writer.write(SectionType::Frames, {bytesOf(fixed), siteBytes, values}); !written)
            return written;
        sites.clear();
        values.clear();
    }
    return {};
}

Result<void> writeRing(SectionWriter& writer, std::uint32_t which, const RingState& ring) {
    const RingPayload fixed{which, 0, ring.head, ring.tail, ring.producerWaiting, ring.consumerWaiting};
    return writer.write(SectionType::Ring, {bytesOf(fixed), ring.bytes});
}

} // namespace

Result<void> CheckpointWriter::program(const Checkpoint& checkpoint) {
    return writeProgram(sections_, checkpoint);
}

Result<void> CheckpointWriter::state(const Checkpoint& checkpoint) {
    frames_ = checkpoint.frames.size();
    if (auto written = writeThread(sections_, checkpoint.thread); !written) return written;
    if (auto written = writeFrames(sections_, checkpoint.frames); !written) return written;
    for (std::uint32_t which = 0; which < checkpoint.rings.size(); ++which)
        if (auto written = writeRing(sections_, which, checkpoint.rings[which]); !written) return written;
    return sections_.write(SectionType::Monitor, {checkpoint.monitor});
}

void CheckpointWriter::count(std::uint64_t bytes) {
    copied_.pages += bytes / DYAD_PAGE_SIZE;
    copied_.bytes += bytes;
}

Result<void> CheckpointWriter::pages(GuestAddress address, std::span<const std::byte> pages) {
    count(pages.size());
    const PagesPayload fixed{static_cast<std::uint64_t>(address)};
    return sections_.write(SectionType::Pages, {bytesOf(fixed), pages});
}

Result<void> CheckpointWriter::zeroPages(GuestAddress address, std::uint64_t size) {
    count(size);
    const RangePayload fixed{static_cast<std::uint64_t>(address), size};
    return sections_.write(SectionType::Zero, {bytesOf(fixed)});
}

Result<void> CheckpointWriter::packedPages(GuestAddress address, std::uint64_t size,
                                           std::span<const std::byte> packed) {
    count(size);
    const RangePayload fixed{static_cast<std::uint64_t>(address), size};
    return sections_.write(SectionType::Packed, {bytesOf(fixed), packed});
}

Result<void> CheckpointWriter::end() {
    const EndPayload end{frames_, copied_.pages};
    return sections_.write(SectionType::End, {bytesOf(end)});
}

Result<CopiedMemory> writeCheckpoint(ByteSink& sink, const Checkpoint& checkpoint, GuestMemory& memory,
                                     const CommonData& common) {
    SectionWriter sections(sink);
    CheckpointWriter writer(sections);
    if (auto written = sections.writeHeader(checkpoint.pairId); !written) return written.error();
    if (auto written = writer.program(checkpoint); !written) return written.error();
    if (auto written = writer.state(checkpoint); !written) return written.error();
    auto written = forEachRun(memory, common, [&](GuestAddress address, std::span<const std::byte> pages) {
        return writer.pages(address, pages);
    });
    if (!written) return written.error();
    if (auto ended = writer.end(); !ended) return ended.error();
    return writer.copied();
}

} // namespace dyad
