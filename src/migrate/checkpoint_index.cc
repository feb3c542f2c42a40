// Index, base and tail.
#include "migrate/checkpoint_index.h"

#include "migrate/checkpoint_payloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <xxhash.h>

namespace dyad {

namespace {

/// An index is cut into sections of about this size.
constexpr std::size_t kIndexInSection = 1 << 20;

Error unusable(const std::string& name, const Section& section, std::string_view what) {
    return unusableSection(name, section.type, section.number, what);
}

} // namespace

std::uint64_t pageChecksum(std::span<const std::byte> page) {
    return XXH3_64bits(page.data(), page.size());
}

void CheckpointIndex::add(const Run& run, std::span<const std::uint64_t> checksums) {
    runs_.push_back(run);
    checksums_.insert(checksums_.end(), checksums.begin(), checksums.end());
    pages_ += run.pages();
}

void CheckpointIndex::add(const Run& run, std::span<const std::byte> pages) {
    add(run, std::span<const std::uint64_t>());
    if (run.zero()) return;
    for (; !pages.empty(); pages = pages.subspan(DYAD_PAGE_SIZE))
        checksums_.push_back(pageChecksum(pages.first(DYAD_PAGE_SIZE)));
}

Result<void> writeTrailer(SectionWriter& sections, const CheckpointIndex& index,
                          const std::optional<CheckpointBase>& base) {
    TailPayload tail{sections.position(), sections.number(), 0, index.pages(), 0};
    std::span runs(index.runs());
    std::span checksums(index.checksums());
    while (!runs.empty()) {
        std::size_t count = 0, pages = 0;
        while (count < runs.size() && count * sizeof runs[0] + pages * sizeof checksums[0] < kIndexInSection) {
            if (!runs[count].zero()) pages += runs[count].pages();
            ++count;
        }
        const IndexPayload fixed{static_cast<std::uint32_t>(count), 0};
        auto written =
            sections.write(SectionType::Index, {std::as_bytes(std::span(&fixed, 1)), std::as_bytes(runs.first(count)),
                                                std::as_bytes(checksums.first(pages))});
        if (!written) return written;
        runs = runs.subspan(count);
        checksums = checksums.subspan(pages);
        ++tail.indexSections;
    }
    if (base) {
        const BasePayload fixed{base->id};
        const std::span path(base->path.c_str(), base->path.size() + 1);
        auto written = sections.write(SectionType::Base, {std::as_bytes(std::span(&fixed, 1)), std::as_bytes(path)});
        if (!written) return written;
    }
    tail.id = sections.id();
    return sections.write(SectionType::Tail, {std::as_bytes(std::span(&tail, 1))});
}

Result<void> TrailerTaker::take(const Section& section) {
    if (!first_) first_ = section;
    switch (section.type) {
    case SectionType::Index:
        if (base_) break;
        ++indexSections_;
        return takeIndex(section);
    case SectionType::Base:
        if (base_) break;
        return takeBase(section);
    case SectionType::Tail:
        return takeTail(section);
    default:
        break;
    }
    return unusable(name_, section,
                    fmt::format("expected {}the tail", base_ ? "" : "a section of the index, the base, or "));
}

Result<void> TrailerTaker::takeIndex(const Section& section) {
    const auto bad = [&](std::string_view what) { return unusable(name_, section, what); };
    auto rest = section.payload;
    const auto fixed = takeFixed<IndexPayload>(rest);
    if (!fixed || fixed->zero || fixed->count == 0 || rest.size() / sizeof(CheckpointIndex::Run) < fixed->count)
        return bad(fmt::format("{} bytes cannot hold its runs", section.payload.size()));
    auto checksums = rest.subspan(fixed->count * sizeof(CheckpointIndex::Run));
    std::uint64_t end = index_.runs().empty() ? 0 : index_.runs().back().address + index_.runs().back().size;
    std::vector<std::uint64_t> copy;
    for (std::uint32_t i = 0; i < fixed->count; ++i) {
        const auto run = *takeFixed<CheckpointIndex::Run>(rest);
        const SectionType type{run.type};
        if (type != SectionType::Pages && type != SectionType::Packed && type != SectionType::Zero)
            return bad(fmt::format("a run in a section of type {}", run.type));
        if (run.size == 0 || run.size % DYAD_PAGE_SIZE || run.address % DYAD_PAGE_SIZE ||
            (!run.zero() && run.size > kMostPayload))
            return bad(fmt::format("{} bytes at {:#x} are no run of pages", run.size, run.address));
        if (run.address < end)
            return bad(fmt::format("the run at {:#x} comes after one that ends at {:#x}", run.address, end));
        if (!isTransferred(common_, arenaSize_, run.address, run.size))
            return bad(
                fmt::format("{} bytes at {:#x} lie neither in common data nor in the arena", run.size, run.address));
        if (run.place >= first_->place || run.number >= first_->number)
            return bad(fmt::format("the run at {:#x} lies in section {}, behind the end", run.address, run.number));
        end = run.address + run.size;
        const std::uint64_t pages = run.zero() ? 0 : run.pages();
        if (checksums.size() / sizeof copy[0] < pages)
            return bad(fmt::format("expected {} checksums of pages at {:#x}, found {}", pages, run.address,
                                   checksums.size() / sizeof copy[0]));
        copy.resize(pages);
        if (pages) std::memcpy(copy.data(), checksums.data(), pages * sizeof copy[0]);
        checksums = checksums.subspan(pages * sizeof copy[0]);
        index_.add(run, copy);
    }
    if (!checksums.empty()) return bad(fmt::format("{} bytes follow its checksums", checksums.size()));
    return {};
}

Result<void> TrailerTaker::takeBase(const Section& section) {
    auto rest = section.payload;
    const auto fixed = takeFixed<BasePayload>(rest);
    const std::string text(reinterpret_cast<const char*>(rest.data()), rest.size());
    if (!fixed || text.size() < 2 || text.find('\0') != text.size() - 1)
        return unusable(name_, section, "expected an id and a path");
    base_ = CheckpointBase{fixed->id, text.substr(0, text.size() - 1)};
    return {};
}

Result<TrailerTaker::Start> TrailerTaker::readTail(const std::string& name, const Section& section) {
    auto rest = section.payload;
    const auto tail = takeFixed<TailPayload>(rest);
    if (section.type != SectionType::Tail || !tail || !rest.empty())
        return unusable(name, section, fmt::format("expected a tail of {} bytes", sizeof(TailPayload)));
    if (tail->place > section.place || tail->number > section.number)
        return unusable(name, section, "it says that the index lies behind it");
    return Start{tail->place, tail->id, tail->number};
}

Result<void> TrailerTaker::takeTail(const Section& section) {
    if (auto start = readTail(name_, section); !start) return std::move(start.error());
    auto payload = section.payload;
    const auto tail = *takeFixed<TailPayload>(payload);
    if (tail.place != first_->place || tail.number != first_->number || tail.indexSections != indexSections_ ||
        tail.pages != index_.pages())
        return unusable(name_, section,
                        fmt::format("it tells of {} index sections with {} pages from section {} on, found {} with {} "
                                    "from {} on",
                                    tail.indexSections, tail.pages, tail.number, indexSections_, index_.pages(),
                                    first_->number));
    if (tail.id != section.id)
        return unusable(name_, section,
                        fmt::format("it says that this is the checkpoint {:016x}, found {:016x}", tail.id, section.id));
    if (!base_ && std::ranges::any_of(index_.runs(), &CheckpointIndex::Run::zero))
        return unusable(name_, section, "there are pages that have become zero, and no base");
    id_ = tail.id;
    complete_ = true;
    return {};
}

} // namespace dyad
