// Writes checkpoints. Pages go from the guest's memory straight into the stream.
#include "migrate/checkpoint.h"
#include "migrate/checkpoint_payloads.h"
#include "migrate/packed_pages.h"

#include <fmt/format.h>

namespace dyad {

namespace {

/// Frames are cut into sections of about this size.
constexpr std::size_t kFramesInSection = 1 << 20;
/// Runs of pages have at most so much: it is unpacked for one page.
constexpr std::size_t kMostInRun = 128 << 10;

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

Result<void> CheckpointWriter::lentPages(GuestAddress address, std::span<const std::byte> pages) {
    count(pages.size());
    const PagesPayload fixed{static_cast<std::uint64_t>(address)};
    return sections_.write(SectionType::Pages, {bytesOf(fixed)}, pages);
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

namespace {

/// Writes the pages that differ from the base, or all that are not zero, as runs.
class RunWriter {
  public:
    RunWriter(SectionWriter& sections, CheckpointWriter& writer, const CheckpointForm& form)
        : sections_(sections), writer_(writer), level_(form.level) {
        if (form.basePages) base_ = form.basePages->all();
    }
    /// A page that is not zero; they come in rising order, and stay where they are until end().
    Result<void> page(std::uint64_t address, std::span<const std::byte> content);
    /// Pages between the last one and this are as in the base; else they are zero.
    void passOver(std::uint64_t address);
    /// Pages between the last one and this are zero.
    Result<void> zerosBefore(std::uint64_t address);
    Result<void> end() { return flush(); }
    const CheckpointIndex& index() const { return index_; }

  private:
    Result<void> add(std::uint64_t address, const std::byte* content);
    Result<void> flush();

    SectionWriter& sections_;
    CheckpointWriter& writer_;
    const int level_;
    PagePacker packer_;
    CheckpointIndex index_;
    std::span<const CheckpointPages::Page> base_; ///< what is still to be compared
    // The present run.
    std::uint64_t address_ = 0, size_ = 0;
    const std::byte* content_ = nullptr; ///< null: zeros
    std::vector<std::uint64_t> checksums_;
};

Result<void> RunWriter::page(std::uint64_t address, std::span<const std::byte> content) {
    if (auto written = zerosBefore(address); !written) return written;
    const std::uint64_t checksum = pageChecksum(content);
    if (!base_.empty() && base_[0].address == address) {
        const bool same = base_[0].checksum == checksum;
        base_ = base_.subspan(1);
        if (same) return {};
    }
    if (auto added = add(address, content.data()); !added) return added;
    checksums_.push_back(checksum);
    return {};
}

void RunWriter::passOver(std::uint64_t address) {
    while (!base_.empty() && base_[0].address < address)
        base_ = base_.subspan(1);
}

Result<void> RunWriter::zerosBefore(std::uint64_t address) {
    for (; !base_.empty() && base_[0].address < address; base_ = base_.subspan(1))
        if (auto added = add(base_[0].address, nullptr); !added) return added;
    return {};
}

Result<void> RunWriter::add(std::uint64_t address, const std::byte* content) {
    const bool goesOn = address == address_ + size_ && !content == !content_ && (!content || size_ < kMostInRun);
    if (size_ && !goesOn)
        if (auto flushed = flush(); !flushed) return flushed;
    if (!size_) {
        address_ = address;
        content_ = content;
    }
    size_ += DYAD_PAGE_SIZE;
    return {};
}

Result<void> RunWriter::flush() {
    if (!size_) return {};
    CheckpointIndex::Run run{address_, size_, sections_.position(), static_cast<std::uint32_t>(SectionType::Pages),
                             sections_.number()};
    const GuestAddress address{address_};
    const std::span pages(content_, content_ ? size_ : 0);
    const auto packed = content_ && level_ ? packer_.pack(pages, level_) : std::span<const std::byte>();
    Result<void> written;
    if (!content_) {
        run.type = static_cast<std::uint32_t>(SectionType::Zero);
        written = writer_.zeroPages(address, size_);
    } else if (!packed.empty()) {
        run.type = static_cast<std::uint32_t>(SectionType::Packed);
        written = writer_.packedPages(address, size_, packed);
    } else {
        written = writer_.pages(address, pages);
    }
    index_.add(run, checksums_);
    checksums_.clear();
    size_ = 0;
    return written;
}

/// Everything but pages of zeros.
Result<void> writeAll(RunWriter& runs, GuestMemory& memory, const CommonData& common, std::uint64_t& lookedAt) {
    auto written = forEachRun(memory, common, [&](GuestAddress run, std::span<const std::byte> pages) -> Result<void> {
        auto address = static_cast<std::uint64_t>(run);
        lookedAt += pages.size();
        for (; !pages.empty(); pages = pages.subspan(DYAD_PAGE_SIZE), address += DYAD_PAGE_SIZE)
            if (auto added = runs.page(address, pages.first(DYAD_PAGE_SIZE)); !added) return added;
        return {};
    });
    if (!written) return written;
    return runs.zerosBefore(~std::uint64_t{0});
}

Result<void> writeChanged(RunWriter& runs, GuestMemory& memory, const std::vector<PageRun>& ranges,
                          std::uint64_t& lookedAt) {
    for (const PageRun& range : ranges) {
        auto address = static_cast<std::uint64_t>(range.address);
        const auto found = memory.translate(range.address, range.size);
        if (!found) return Error{fmt::format("{} bytes at {:#x} are no memory", range.size, address)};
        lookedAt += range.size;
        runs.passOver(address);
        for (std::span<const std::byte> pages = *found; !pages.empty(); pages = pages.subspan(DYAD_PAGE_SIZE)) {
            const auto page = pages.first(DYAD_PAGE_SIZE);
            if (!isZero(page))
                if (auto added = runs.page(address, page); !added) return added;
            address += DYAD_PAGE_SIZE;
        }
        if (auto written = runs.zerosBefore(address); !written) return written;
    }
    return {};
}

} // namespace

Result<WrittenCheckpoint> writeCheckpoint(ByteSink& sink, const Checkpoint& checkpoint, GuestMemory& memory,
                                          const CommonData& common, const CheckpointForm& form) {
    SectionWriter sections(sink);
    CheckpointWriter writer(sections);
    if (auto written = sections.writeHeader(checkpoint.pairId); !written) return std::move(written.error());
    if (auto written = writer.program(checkpoint); !written) return std::move(written.error());
    if (auto written = writer.state(checkpoint); !written) return std::move(written.error());
    RunWriter runs(sections, writer, form);
    std::uint64_t lookedAt = 0;
    if (auto written = form.writtenSince ? writeChanged(runs, memory, *form.writtenSince, lookedAt)
                                         : writeAll(runs, memory, common, lookedAt);
        !written)
        return std::move(written.error());
    if (auto ended = runs.end(); !ended) return std::move(ended.error());
    if (auto ended = writer.end(); !ended) return std::move(ended.error());
    if (auto ended = writeTrailer(sections, runs.index(), form.base); !ended) return std::move(ended.error());
    return WrittenCheckpoint{writer.copied(), sections.position(), lookedAt, sections.id()};
}

} // namespace dyad
