// What follows the end of a checkpoint in a file: which runs of pages there are and where, a checksum of each page,
// what the checkpoint builds on, and its id. Specification: docs/checkpoint.md.
#pragma once

#include "migrate/sections.h"
#include "migrate/state.h"

#include <optional>

namespace dyad {

/// The base of an incremental checkpoint.
struct CheckpointBase {
    std::uint64_t id = 0;
    std::string path; ///< relative to the folder of the checkpoint that builds on it
    bool operator==(const CheckpointBase&) const = default;
};

std::uint64_t pageChecksum(std::span<const std::byte> page);

/// The runs of pages of one file, in rising order.
class CheckpointIndex {
  public:
    /// As it lies in the file.
    struct Run {
        std::uint64_t address, size;
        std::uint64_t place;        ///< of its section's head
        std::uint32_t type, number; ///< of its section
        bool zero() const { return SectionType{type} == SectionType::Zero; }
        std::uint64_t pages() const { return size / DYAD_PAGE_SIZE; }
        bool operator==(const Run&) const = default;
    };
    static_assert(sizeof(Run) == 32);

    const std::vector<Run>& runs() const { return runs_; }
    /// Of the pages of all runs that are not zero, in order.
    const std::vector<std::uint64_t>& checksums() const { return checksums_; }
    std::uint64_t pages() const { return pages_; } ///< of all runs

    void add(const Run& run, std::span<const std::uint64_t> checksums);
    /// Computes the checksums; `pages` of a zero run are not looked at.
    void add(const Run& run, std::span<const std::byte> pages);
    bool operator==(const CheckpointIndex&) const = default;

  private:
    std::vector<Run> runs_;
    std::vector<std::uint64_t> checksums_;
    std::uint64_t pages_ = 0;
};

/// Writes index, base and tail behind the end.
Result<void> writeTrailer(SectionWriter& sections, const CheckpointIndex& index,
                          const std::optional<CheckpointBase>& base);

/// Takes index, base and tail, and checks every number in them.
class TrailerTaker {
  public:
    /// `name`: of the stream; `common`, `arenaSize`: where pages may lie.
    TrailerTaker(std::string name, const CommonData& common, std::uint64_t arenaSize)
        : name_(std::move(name)), common_(common), arenaSize_(arenaSize) {}
    Result<void> take(const Section& section);
    bool complete() const { return complete_; }

    CheckpointIndex& index() { return index_; }
    std::optional<CheckpointBase>& base() { return base_; }
    std::uint64_t id() const { return id_; }

    /// Of a tail by itself: where the trailer begins, and the number of the section there.
    struct Start {
        std::uint64_t place, id;
        std::uint32_t number;
    };
    static Result<Start> readTail(const std::string& name, const Section& section);
    /// A file's last bytes, from the head of its tail on.
    static constexpr std::uint64_t kTailSize = 64;

  private:
    Result<void> takeIndex(const Section& section);
    Result<void> takeBase(const Section& section);
    Result<void> takeTail(const Section& section);

    std::string name_;
    CommonData common_;
    std::uint64_t arenaSize_, id_ = 0;
    CheckpointIndex index_;
    std::optional<CheckpointBase> base_;
    std::optional<Section> first_; ///< its place and number
    std::uint32_t indexSections_ = 0;
    bool complete_ = false;
};

} // namespace dyad
