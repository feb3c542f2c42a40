// Reads checkpoints. The sections' checksums are checked before a number in them is looked at, and every number before
// it is used.
#include "migrate/checkpoint.h"
#include "migrate/checkpoint_payloads.h"
#include "migrate/sections.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>

namespace dyad {

namespace {

constexpr std::uint64_t kArenaUnit = 2 << 20; // docs/abi.md, section 2

/// The fixed part of a section; what follows is left in `payload`.
template <class T> std::optional<T> takeFixed(std::span<const std::byte>& payload) {
    if (payload.size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, payload.data(), sizeof value);
    payload = payload.subspan(sizeof value);
    return value;
}

class Reading {
  public:
    Reading(ByteSource& source, const CheckpointReader& reader)
        : sections_(source, reader.name), reader_(reader), common_(reader.common) {}

    Result<Checkpoint> run() {
        using Step = Result<void> (Reading::*)();
        for (Step step : {&Reading::takeHeader, &Reading::takeProgram, &Reading::takeThread, &Reading::takeFrames,
                          &Reading::takeRings, &Reading::takeMonitor, &Reading::takePages, &Reading::takeEnd})
            if (auto done = (this->*step)(); !done) return done.error();
        return std::move(checkpoint_);
    }

    /// Header and program only.
    static Result<Checkpoint> readStart(SectionReader& sections) {
        Checkpoint checkpoint;
        auto pairId = sections.readHeader();
        if (!pairId) return pairId.error();
        checkpoint.pairId = *std::move(pairId);
        auto section = sections.read();
        if (!section) return section.error();
        if (auto taken = readProgram(sections, *section, checkpoint); !taken) return taken.error();
        return checkpoint;
    }

  private:
    Error wrongSize(std::size_t expected) const {
        return sections_.unusable(fmt::format("expected {} bytes, found {}", expected, section_.payload.size()));
    }

    Result<void> next() {
        auto section = sections_.read();
        if (!section) return section.error();
        section_ = *section;
        return {};
    }
    Result<void> expect(SectionType type) const {
        if (section_.type == type) return {};
        return sections_.unusable(fmt::format("expected a section of type {} ({}), found type {}",
                                              static_cast<std::uint32_t>(type), dyad::name(type),
                                              static_cast<std::uint32_t>(section_.type)));
    }
    Result<void> next(SectionType type) {
        if (auto read = next(); !read) return read;
        return expect(type);
    }

    Result<void> takeHeader() {
        auto pairId = sections_.readHeader();
        if (!pairId) return pairId.error();
        if (*pairId != reader_.manifest.id)
            return Error{fmt::format("'{}' is a checkpoint of another program: its pair id is {}, the image has {}",
                                     sections_.name(), *pairId, reader_.manifest.id)};
        checkpoint_.pairId = *std::move(pairId);
        return {};
    }

    Result<void> takeProgram() {
        if (auto read = next(); !read) return read;
        if (auto taken = readProgram(sections_, section_, checkpoint_); !taken) return taken;
        if (!reader_.memory) return {};
        if (const std::uint64_t size = reader_.memory->plan().arenaSize; size != checkpoint_.arenaSize)
            return sections_.unusable(
                fmt::format("an arena of {} bytes, the machine's has {}", checkpoint_.arenaSize, size));
        return clearMemory(*reader_.memory, common_);
    }

    static Result<void> readProgram(const SectionReader& sections, const Section& section, Checkpoint& checkpoint) {
        auto rest = section.payload;
        const auto fixed = takeFixed<ProgramPayload>(rest);
        if (section.type != SectionType::Program || !fixed)
            return sections.unusable(fmt::format("expected the program, at least {} bytes", sizeof(ProgramPayload)));
        if (fixed->isa >= kIsas.size() || fixed->zero)
            return sections.unusable(fmt::format("unknown ISA {}", fixed->isa));
        constexpr std::uint64_t kMost = DYAD_ARENA_LIMIT - DYAD_ARENA_BASE;
        if (fixed->arenaSize == 0 || fixed->arenaSize % kArenaUnit || fixed->arenaSize > kMost)
            return sections.unusable(fmt::format("an arena of {} bytes", fixed->arenaSize));
        if (fixed->stackSize % DYAD_PAGE_SIZE || fixed->stackSize > DYAD_IMAGE_LIMIT - DYAD_IMAGE_BASE)
            return sections.unusable(fmt::format("a native stack of {} bytes", fixed->stackSize));
        checkpoint.isa = kIsas[fixed->isa];
        checkpoint.arenaSize = fixed->arenaSize;
        checkpoint.stackSize = fixed->stackSize;
        checkpoint.takenNs = fixed->takenNs;
        checkpoint.program.flags = fixed->flags;

        std::vector<std::string> strings;
        while (!rest.empty()) {
            const auto end = std::ranges::find(rest, std::byte{0});
            if (end == rest.end()) return sections.unusable("its last string is not terminated");
            const auto size = static_cast<std::size_t>(end - rest.begin());
            strings.emplace_back(reinterpret_cast<const char*>(rest.data()), size);
            rest = rest.subspan(size + 1);
        }
        const std::uint64_t expected = std::uint64_t{3} + fixed->argumentCount + fixed->environmentCount;
        if (strings.size() != expected)
            return sections.unusable(fmt::format("expected {} strings, found {}", expected, strings.size()));
        auto string = std::make_move_iterator(strings.begin());
        checkpoint.toolVersion = *string++;
        checkpoint.name = *string++;
        checkpoint.imagePath = *string++;
        checkpoint.program.arguments.assign(string, string + fixed->argumentCount);
        checkpoint.program.environment.assign(string + fixed->argumentCount, std::make_move_iterator(strings.end()));
        return {};
    }

    Result<void> takeThread() {
        if (auto read = next(SectionType::Thread); !read) return read;
        auto rest = section_.payload;
        const auto fixed = takeFixed<ThreadPayload>(rest);
        if (!fixed || !rest.empty()) return wrongSize(sizeof(ThreadPayload));
        if (fixed->atCall > 1 || fixed->zero) return sections_.unusable(fmt::format("at_call is {}", fixed->atCall));
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
            return sections_.unusable(checked.error().message);
        return {};
    }

    Result<void> takeFrames() {
        if (auto read = next(SectionType::Frames); !read) return read;
        do {
            if (auto taken = takeFramesSection(); !taken) return taken;
            if (auto read = next(); !read) return read;
        } while (section_.type == SectionType::Frames);
        // How the innermost frame was stopped shows only now.
        const FrameList& frames = checkpoint_.frames;
        const SiteKind innermost = reader_.table.site(frames.site(frames.size() - 1)).kind;
        if ((innermost == SiteKind::Call) != checkpoint_.thread.atCall)
            return sections_.unusable("the frames before it: the innermost does not stand where the thread stopped");
        return {};
    }

    Result<void> takeFramesSection() {
        auto rest = section_.payload;
        const auto fixed = takeFixed<FramesPayload>(rest);
        if (!fixed || fixed->zero || fixed->count == 0 || rest.size() / sizeof(std::uint32_t) < fixed->count)
            return sections_.unusable(fmt::format("{} bytes cannot hold its frames", section_.payload.size()));
        const auto sites = rest.first(fixed->count * sizeof(std::uint32_t));
        rest = rest.subspan(sites.size());
        for (std::uint32_t i = 0; i < fixed->count; ++i) {
            std::uint32_t number;
            std::memcpy(&number, &sites[i * sizeof number], sizeof number);
            if (number >= reader_.table.siteCount())
                return sections_.unusable(
                    fmt::format("site {} in a program of {} sites", number, reader_.table.siteCount()));
            const SiteTable::Site site = reader_.table.site(number);
            FrameList& frames = checkpoint_.frames;
            const SiteTable::Function function = reader_.table.function(site.function);
            if (function.outermost != frames.empty())
                return sections_.unusable(fmt::format("frame {} is in '{}', which is {} outermost function",
                                                      frames.size(), function.name, frames.empty() ? "no" : "an"));
            // At a point that the program arrived at, see docs/migration.md.
            if (!frames.empty() && reader_.table.site(frames.site(frames.size() - 1)).kind != SiteKind::Call &&
                function.name != kArrivedFunction)
                return sections_.unusable(fmt::format("frame {} stands at a migration point and calls '{}'",
                                                      frames.size() - 1, function.name));
            const std::uint64_t size = valuesSize(site);
            if (rest.size() < size)
                return sections_.unusable(fmt::format("the values of frame {}: expected {} bytes, found {}",
                                                      frames.size(), size, rest.size()));
            std::ranges::copy(rest.first(size), frames.append(number, size).begin());
            rest = rest.subspan(size);
        }
        if (!rest.empty()) return sections_.unusable(fmt::format("{} bytes follow its values", rest.size()));
        return {};
    }

    /// The first one was read already.
    Result<void> takeRings() {
        for (std::uint32_t which = 0; which < checkpoint_.rings.size(); ++which) {
            if (which > 0)
                if (auto read = next(); !read) return read;
            if (auto right = expect(SectionType::Ring); !right) return right;
            auto rest = section_.payload;
            const auto fixed = takeFixed<RingPayload>(rest);
            if (!fixed || fixed->which != which || fixed->zero || fixed->producerWaiting > 1 ||
                fixed->consumerWaiting > 1)
                return sections_.unusable(fmt::format("this is not ring {}", which));
            if (fixed->head - fixed->tail != rest.size() || fixed->head % 8 || fixed->tail % 8)
                return sections_.unusable(fmt::format("{} bytes produced and {} consumed leave no {} bytes",
                                                      fixed->head, fixed->tail, rest.size()));
            checkpoint_.rings[which] = {fixed->head,
                                        fixed->tail,
                                        fixed->producerWaiting == 1,
                                        fixed->consumerWaiting == 1,
                                        {rest.begin(), rest.end()}};
        }
        return {};
    }

    Result<void> takeMonitor() {
        if (auto read = next(SectionType::Monitor); !read) return read;
        checkpoint_.monitor.assign(section_.payload.begin(), section_.payload.end());
        return {};
    }

    /// Reads the section behind the last pages as well.
    Result<void> takePages() {
        std::uint64_t end = 0; // of the run before
        for (;;) {
            if (auto read = next(); !read) return read;
            if (section_.type != SectionType::Pages) return {};
            auto pages = section_.payload;
            const auto fixed = takeFixed<PagesPayload>(pages);
            if (!fixed || pages.empty() || pages.size() % DYAD_PAGE_SIZE || fixed->address % DYAD_PAGE_SIZE)
                return sections_.unusable(fmt::format("{} bytes are no pages", section_.payload.size()));
            if (fixed->address < end)
                return sections_.unusable(
                    fmt::format("its pages at {:#x} come after those before {:#x}", fixed->address, end));
            if (!isTransferred(fixed->address, pages.size()))
                return sections_.unusable(fmt::format("{} bytes at {:#x} lie neither in common data nor in the arena",
                                                      pages.size(), fixed->address));
            end = fixed->address + pages.size();
            pages_ += pages.size() / DYAD_PAGE_SIZE;
            if (!reader_.memory) continue;
            if (auto written = writePages(*reader_.memory, common_, GuestAddress{fixed->address}, pages); !written)
                return written;
        }
    }

    bool isTransferred(std::uint64_t address, std::uint64_t size) const {
        const auto within = [&](std::uint64_t start, std::uint64_t length) {
            const std::uint64_t offset = address - start; // wraps below the start, and is too large then
            return offset <= length && size <= length - offset;
        };
        return within(static_cast<std::uint64_t>(common_.address), common_.size) ||
               within(DYAD_ARENA_BASE, checkpoint_.arenaSize);
    }

    /// It was read already.
    Result<void> takeEnd() {
        if (auto right = expect(SectionType::End); !right) return right;
        auto rest = section_.payload;
        const auto fixed = takeFixed<EndPayload>(rest);
        if (!fixed || !rest.empty()) return wrongSize(sizeof(EndPayload));
        if (fixed->frames != checkpoint_.frames.size() || fixed->pages != pages_)
            return sections_.unusable(fmt::format("{} frames and {} pages were written, {} and {} found", fixed->frames,
                                                  fixed->pages, checkpoint_.frames.size(), pages_));
        return {};
    }

    SectionReader sections_;
    const CheckpointReader& reader_;
    const CommonData common_;
    Section section_{};
    Checkpoint checkpoint_;
    std::uint64_t pages_ = 0;
};

} // namespace

Result<Checkpoint> readCheckpoint(ByteSource& source, const CheckpointReader& reader) {
    return Reading(source, reader).run();
}

Result<Checkpoint> readCheckpointStart(ByteSource& source, const std::string& name) {
    SectionReader sections(source, name);
    return Reading::readStart(sections);
}

} // namespace dyad
