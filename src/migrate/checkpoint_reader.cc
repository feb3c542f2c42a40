// Reads checkpoints. The sections' checksums are checked before a number in them is looked at, and every number before
// it is used.
#include "migrate/checkpoint.h"
#include "migrate/checkpoint_payloads.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>

namespace dyad {

namespace {

constexpr std::uint64_t kArenaUnit = 2 << 20; // docs/abi.md, section 2

} // namespace

Error CheckpointTaker::unusable(std::string_view what) const {
    return unusableSection(reader_.name, section_.type, section_.number, what);
}

Error CheckpointTaker::wrongSize(std::size_t expected) const {
    return unusable(fmt::format("expected {} bytes, found {}", expected, section_.payload.size()));
}

Result<void> CheckpointTaker::expect(SectionType type) const {
    if (section_.type == type) return {};
    return unusable(fmt::format("expected a section of type {} ({}), found type {}", static_cast<std::uint32_t>(type),
                                dyad::name(type), static_cast<std::uint32_t>(section_.type)));
}

Result<void> CheckpointTaker::checkPair(const std::string& pairId) const {
    if (pairId == reader_.manifest.id) return {};
    return Error{fmt::format("'{}' is a {} of another program: its pair id is {}, the image has {}", reader_.name,
                             (reader_.transfer ? kTransferStream : kCheckpointStream).noun, pairId,
                             reader_.manifest.id)};
}

Result<void> CheckpointTaker::setMemory(GuestMemory* memory) {
    reader_.memory = memory;
    store_.reset();
    if (!memory) return {};
    if (const std::uint64_t size = memory->plan().arenaSize; size != checkpoint_.arenaSize)
        return unusable(fmt::format("an arena of {} bytes, the machine's has {}", checkpoint_.arenaSize, size));
    return clearMemory(*memory, reader_.common);
}

Result<void> CheckpointTaker::take(const Section& section) {
    section_ = section;
    if (PagesReader::reads(section.type) && (stage_ == Stage::Pages || (reader_.transfer && stage_ == Stage::Thread)))
        return takePages();
    // The last frames section, and the last pages, show only by what follows.
    if (stage_ == Stage::MoreFrames && section.type != SectionType::Frames) {
        if (auto checked = checkInnermost(); !checked) return checked;
        stage_ = Stage::FirstRing;
    }
    switch (stage_) {
    case Stage::Program:
        if (auto taken = readProgram(reader_.name, section, checkpoint_); !taken) return taken;
        stage_ = Stage::Thread;
        return setMemory(reader_.memory);
    case Stage::Thread:
        if (auto right = expect(SectionType::Thread); !right) return right;
        stage_ = Stage::Frames;
        return takeThread();
    case Stage::Frames:
    case Stage::MoreFrames:
        if (auto right = expect(SectionType::Frames); !right) return right;
        stage_ = Stage::MoreFrames;
        return takeFrames();
    case Stage::FirstRing:
    case Stage::SecondRing: {
        if (auto right = expect(SectionType::Ring); !right) return right;
        const bool first = stage_ == Stage::FirstRing;
        stage_ = first ? Stage::SecondRing : Stage::Monitor;
        return takeRing(first ? 0 : 1);
    }
    case Stage::Monitor:
        if (auto right = expect(SectionType::Monitor); !right) return right;
        stage_ = Stage::Pages;
        checkpoint_.monitor.assign(section_.payload.begin(), section_.payload.end());
        return {};
    case Stage::Pages:
        if (auto right = expect(SectionType::End); !right) return right;
        stage_ = Stage::Complete;
        return takeEnd();
    case Stage::Complete:
        break;
    }
    return unusable("it comes after the end");
}

Result<void> CheckpointTaker::readProgram(const std::string& name, const Section& section, Checkpoint& checkpoint) {
    const auto bad = [&](std::string_view what) { return unusableSection(name, section.type, section.number, what); };
    auto rest = section.payload;
    const auto fixed = takeFixed<ProgramPayload>(rest);
    if (section.type != SectionType::Program || !fixed)
        return bad(fmt::format("expected the program, at least {} bytes", sizeof(ProgramPayload)));
    if (fixed->isa >= kIsas.size() || fixed->zero) return bad(fmt::format("unknown ISA {}", fixed->isa));
    constexpr std::uint64_t kMost = DYAD_ARENA_LIMIT - DYAD_ARENA_BASE;
    if (fixed->arenaSize == 0 || fixed->arenaSize % kArenaUnit || fixed->arenaSize > kMost)
        return bad(fmt::format("an arena of {} bytes", fixed->arenaSize));
    if (fixed->stackSize % DYAD_PAGE_SIZE || fixed->stackSize > DYAD_IMAGE_LIMIT - DYAD_IMAGE_BASE)
        return bad(fmt::format("a native stack of {} bytes", fixed->stackSize));
    checkpoint.isa = kIsas[fixed->isa];
    checkpoint.arenaSize = fixed->arenaSize;
    checkpoint.stackSize = fixed->stackSize;
    checkpoint.takenNs = fixed->takenNs;
    checkpoint.program.flags = fixed->flags;

    std::vector<std::string> strings;
    while (!rest.empty()) {
        const auto end = std::ranges::find(rest, std::byte{0});
        if (end == rest.end()) return bad("its last string is not terminated");
        const auto size = static_cast<std::size_t>(end - rest.begin());
        strings.emplace_back(reinterpret_cast<const char*>(rest.data()), size);
        rest = rest.subspan(size + 1);
    }
    const std::uint64_t expected = std::uint64_t{3} + fixed->argumentCount + fixed->environmentCount;
    if (strings.size() != expected) return bad(fmt::format("expected {} strings, found {}", expected, strings.size()));
    auto string = std::make_move_iterator(strings.begin());
    checkpoint.toolVersion = *string++;
    checkpoint.name = *string++;
    checkpoint.imagePath = *string++;
    checkpoint.program.arguments.assign(string, string + fixed->argumentCount);
    checkpoint.program.environment.assign(string + fixed->argumentCount, std::make_move_iterator(strings.end()));
    return {};
}

Result<void> CheckpointTaker::takeThread() {
    auto rest = section_.payload;
    const auto fixed = takeFixed<ThreadPayload>(rest);
    if (!fixed || !rest.empty()) return wrongSize(sizeof(ThreadPayload));
    if (fixed->atCall > 1 || fixed->zero) return unusable(fmt::format("at_call is {}", fixed->atCall));
    checkpoint_.thread = {
        .atCall = fixed->atCall == 1,
        .rounding = fixed->rounding,
        .fpFlags = fixed->fpFlags,
        .clockNs = fixed->clockNs,
        .cpuTimeNs = fixed->cpuTimeNs,
        .blockAddress = fixed->blockAddress,
        .blockSize = fixed->blockSize,
        .blockAlign = fixed->blockAlign,
    };
    if (auto checked = checkThreadState(checkpoint_.thread, checkpoint_.arenaSize); !checked)
        return unusable(checked.error().message);
    return {};
}

/// How the innermost frame was stopped.
Result<void> CheckpointTaker::checkInnermost() const {
    const FrameList& frames = checkpoint_.frames;
    const SiteKind innermost = reader_.table.site(frames.site(frames.size() - 1)).kind;
    if ((innermost == SiteKind::Call) == checkpoint_.thread.atCall) return {};
    return unusable("the frames before it: the innermost does not stand where the thread stopped");
}

Result<void> CheckpointTaker::takeFrames() {
    auto rest = section_.payload;
    const auto fixed = takeFixed<FramesPayload>(rest);
    if (!fixed || fixed->zero || fixed->count == 0 || rest.size() / sizeof(std::uint32_t) < fixed->count)
        return unusable(fmt::format("{} bytes cannot hold its frames", section_.payload.size()));
    const auto sites = rest.first(fixed->count * sizeof(std::uint32_t));
    rest = rest.subspan(sites.size());
    for (std::uint32_t i = 0; i < fixed->count; ++i) {
        std::uint32_t number;
        std::memcpy(&number, &sites[i * sizeof number], sizeof number);
        if (number >= reader_.table.siteCount())
            return unusable(fmt::format("site {} in a program of {} sites", number, reader_.table.siteCount()));
        const SiteTable::Site site = reader_.table.site(number);
        FrameList& frames = checkpoint_.frames;
        const SiteTable::Function function = reader_.table.function(site.function);
        if (function.outermost != frames.empty())
            return unusable(fmt::format("frame {} is in '{}', which is {} outermost function", frames.size(),
                                        function.name, frames.empty() ? "no" : "an"));
        // At a point that the program arrived at, see docs/migration.md.
        if (!frames.empty() && reader_.table.site(frames.site(frames.size() - 1)).kind != SiteKind::Call &&
            function.name != kArrivedFunction)
            return unusable(
                fmt::format("frame {} stands at a migration point and calls '{}'", frames.size() - 1, function.name));
        const std::uint64_t size = valuesSize(site);
        if (rest.size() < size)
            return unusable(
                fmt::format("the values of frame {}: expected {} bytes, found {}", frames.size(), size, rest.size()));
        std::ranges::copy(rest.first(size), frames.append(number, size).begin());
        rest = rest.subspan(size);
    }
    if (!rest.empty()) return unusable(fmt::format("{} bytes follow its values", rest.size()));
    return {};
}

Result<void> CheckpointTaker::takeRing(std::uint32_t which) {
    auto rest = section_.payload;
    const auto fixed = takeFixed<RingPayload>(rest);
    if (!fixed || fixed->which != which || fixed->zero || fixed->producerWaiting > 1 || fixed->consumerWaiting > 1)
        return unusable(fmt::format("this is not ring {}", which));
    if (fixed->head - fixed->tail != rest.size() || fixed->head % 8 || fixed->tail % 8)
        return unusable(
            fmt::format("{} bytes produced and {} consumed leave no {} bytes", fixed->head, fixed->tail, rest.size()));
    checkpoint_.rings[which] = {
        fixed->head, fixed->tail, fixed->producerWaiting == 1, fixed->consumerWaiting == 1, {rest.begin(), rest.end()}};
    return {};
}

/// Pages, zero or packed ones.
Result<void> CheckpointTaker::takePages() {
    auto read = pagesReader_.read(reader_.name, section_);
    if (!read) return std::move(read.error());
    if (auto right = checkRun(static_cast<std::uint64_t>(read->address), read->size); !right) return right;
    return store(*read);
}

Result<void> CheckpointTaker::checkRun(std::uint64_t address, std::uint64_t size) {
    if (!reader_.transfer && address < pagesEnd_)
        return unusable(fmt::format("its pages at {:#x} come after those before {:#x}", address, pagesEnd_));
    if (!isTransferred(reader_.common, checkpoint_.arenaSize, address, size))
        return unusable(fmt::format("{} bytes at {:#x} lie neither in common data nor in the arena", size, address));
    pagesEnd_ = address + size;
    pages_ += size / DYAD_PAGE_SIZE;
    return {};
}

Result<void> CheckpointTaker::store(const PagePiece& piece) {
    if (reader_.index)
        reader_.index->add({static_cast<std::uint64_t>(piece.address), piece.size, section_.place,
                            static_cast<std::uint32_t>(section_.type), section_.number},
                           piece.pages);
    if (!reader_.memory) return {};
    if (piece.pages.empty()) {
        // Not before what came before it.
        if (store_)
            if (auto stored = store_->finish(); !stored) return stored;
        return clearPages(*reader_.memory, reader_.common, piece.address, piece.size);
    }
    // A few pages are stored sooner than a thread begins.
    constexpr std::size_t kFew = 64 << 10;
    if (!store_ && piece.pages.size() <= kFew)
        return writePages(*reader_.memory, reader_.common, piece.address, piece.pages);
    if (!store_) {
        auto made = PageStore::of(*reader_.memory, reader_.common);
        if (!made) return std::move(made.error());
        store_ = std::move(*made);
    }
    return store_->store(piece.address, piece.pages, pagesReader_.buffer(section_));
}

Result<void> CheckpointTaker::takeEnd() {
    auto rest = section_.payload;
    const auto fixed = takeFixed<EndPayload>(rest);
    if (!fixed || !rest.empty()) return wrongSize(sizeof(EndPayload));
    if (fixed->frames != checkpoint_.frames.size() || fixed->pages != pages_)
        return unusable(fmt::format("{} frames and {} pages were written, {} and {} found", fixed->frames, fixed->pages,
                                    checkpoint_.frames.size(), pages_));
    return store_ ? store_->finish() : Result<void>();
}

namespace {

/// Header, and sections until `done`.
template <class Done> Result<void> takeUntil(SectionReader& sections, CheckpointTaker& taker, Done done) {
    auto pairId = sections.readHeader();
    if (!pairId) return std::move(pairId.error());
    if (auto right = taker.checkPair(*pairId); !right) return right;
    while (!done()) {
        auto section = sections.read();
        if (!section) return std::move(section.error());
        if (auto taken = taker.take(*section); !taken) return taken;
    }
    taker.checkpoint().pairId = *std::move(pairId);
    return {};
}

/// What follows the end.
Result<StoredCheckpoint> takeTrailer(SectionReader& sections, const CheckpointReader& reader, CheckpointTaker& taker) {
    TrailerTaker trailer(reader.name, reader.common, taker.checkpoint().arenaSize);
    while (!trailer.complete()) {
        auto section = sections.read();
        if (!section) return std::move(section.error());
        if (auto taken = trailer.take(*section); !taken) return std::move(taken.error());
    }
    return StoredCheckpoint{std::move(taker.checkpoint()), std::move(trailer.index()), std::move(trailer.base()),
                            trailer.id()};
}

/// The tail alone. A file that does not end with one was cut off, or something was put behind it.
Result<TrailerTaker::Start> readTail(SeekableSource& source, const std::string& name) {
    auto size = source.size();
    if (!size) return std::move(size.error());
    const Error wrong{fmt::format("'{}' is truncated or damaged: expected a tail in its last {} bytes", name,
                                  TrailerTaker::kTailSize)};
    if (*size < TrailerTaker::kTailSize) return wrong;
    source.seek(*size - TrailerTaker::kTailSize);
    SectionReader sections(source, name);
    sections.goTo(*size - TrailerTaker::kTailSize, std::nullopt);
    auto section = sections.read();
    if (!section || section->type != SectionType::Tail) return wrong;
    return TrailerTaker::readTail(name, *section);
}

} // namespace

Result<StoredCheckpoint> readCheckpoint(ByteSource& source, const CheckpointReader& reader) {
    SectionReader sections(source, reader.name);
    CheckpointIndex found;
    CheckpointReader indexed = reader;
    indexed.index = &found;
    CheckpointTaker taker(std::move(indexed));
    if (auto taken = takeUntil(sections, taker, [&] { return taker.complete(); }); !taken)
        return std::move(taken.error());
    auto stored = takeTrailer(sections, reader, taker);
    if (!stored) return stored;
    if (stored->index != found)
        return Error{fmt::format("'{}' cannot be used: its index tells of other pages than it has", reader.name)};
    std::byte more;
    auto rest = source.read({&more, 1});
    if (!rest) return std::move(rest.error());
    if (*rest) return Error{fmt::format("'{}' cannot be used: bytes follow its end", reader.name)};
    return stored;
}

Result<StoredCheckpoint> readCheckpointStructure(SeekableSource& source, const CheckpointReader& reader) {
    SectionReader sections(source, reader.name);
    CheckpointTaker taker(reader);
    source.seek(0);
    if (auto taken = takeUntil(sections, taker, [&] { return taker.stateComplete(); }); !taken)
        return std::move(taken.error());
    auto start = readTail(source, reader.name);
    if (!start) return std::move(start.error());
    source.seek(start->place);
    sections.goTo(start->place, start->number);
    return takeTrailer(sections, reader, taker);
}

Result<std::uint64_t> readCheckpointId(SeekableSource& source, const std::string& name) {
    auto start = readTail(source, name);
    if (!start) return std::move(start.error());
    return start->id;
}

Result<Checkpoint> readCheckpointStart(ByteSource& source, const std::string& name) {
    SectionReader sections(source, name);
    Checkpoint checkpoint;
    auto pairId = sections.readHeader();
    if (!pairId) return pairId.error();
    auto section = sections.read();
    if (!section) return section.error();
    if (auto taken = CheckpointTaker::readProgram(name, *section, checkpoint); !taken) return taken.error();
    checkpoint.pairId = *std::move(pairId);
    return checkpoint;
}

} // namespace dyad
