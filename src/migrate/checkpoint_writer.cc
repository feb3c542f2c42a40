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

Result<CopiedMemory> writeCheckpoint(ByteSink& sink, const Checkpoint& checkpoint, GuestMemory& memory,
                                     const CommonData& common) {
    SectionWriter writer(sink);
    if (auto written = writer.writeHeader(checkpoint.pairId); !written) return written.error();
    if (auto written = writeProgram(writer, checkpoint); !written) return written.error();
    if (auto written = writeThread(writer, checkpoint.thread); !written) return written.error();
    if (auto written = writeFrames(writer, checkpoint.frames); !written) return written.error();
    for (std::uint32_t which = 0; which < checkpoint.rings.size(); ++which)
        if (auto written = writeRing(writer, which, checkpoint.rings[which]); !written) return written.error();
    if (auto written = writer.write(SectionType::Monitor, {checkpoint.monitor}); !written) return written.error();
    CopiedMemory copied;
    auto written = forEachRun(memory, common, [&](GuestAddress address, std::span<const std::byte> pages) {
        copied.pages += pages.size() / DYAD_PAGE_SIZE;
        copied.bytes += pages.size();
        const PagesPayload fixed{static_cast<std::uint64_t>(address)};
        return writer.write(SectionType::Pages, {bytesOf(fixed), pages});
    });
    if (!written) return written.error();
    const EndPayload end{checkpoint.frames.size(), copied.pages};
    if (auto ended = writer.write(SectionType::End, {bytesOf(end)}); !ended) return ended.error();
    return copied;
}

} // namespace dyad
