// A stopped program as a stream of bytes: nothing in it depends on an ISA or holds a native address. Specification:
// docs/checkpoint.md.
#pragma once

#include "migrate/checkpoint_pages.h"
#include "migrate/frame_list.h"
#include "migrate/page_store.h"
#include "migrate/pages_section.h"

#include <string>

namespace dyad {

/// All of a checkpoint but the pages of memory, which are too many to hold twice.
struct Checkpoint {
    std::string pairId;    ///< of the image, 32 hex digits
    std::string name;      ///< of the running program, as `dyad ps` shows it
    std::string imagePath; ///< where the image was when the checkpoint was taken
    std::string toolVersion;
    Isa isa = Isa::x86_64;       ///< it was taken on
    std::uint64_t arenaSize = 0; ///< bytes; the machine that goes on must have the same
    std::uint64_t stackSize = 0; ///< native stack that the program was started with
    std::uint64_t takenNs = 0;   ///< CLOCK_REALTIME
    ProgramSetup program;
    ThreadState thread;
    FrameList frames;
    RingStates rings;
    std::vector<std::byte> monitor; ///< the monitor's own state
};

/// Writes a checkpoint section by section, in the order of the functions here.
class CheckpointWriter {
  public:
    explicit CheckpointWriter(SectionWriter& sections) : sections_(sections) {}
    Result<void> program(const Checkpoint& checkpoint);
    /// Thread, frames, rings and monitor.
    Result<void> state(const Checkpoint& checkpoint);
    Result<void> pages(GuestAddress address, std::span<const std::byte> pages);
    /// The same with pages that do not change while the sink lives.
    Result<void> lentPages(GuestAddress address, std::span<const std::byte> pages);
    /// Pages that are zero now, and pages compressed by zstd; `size`: as they are.
    Result<void> zeroPages(GuestAddress address, std::uint64_t size);
    Result<void> packedPages(GuestAddress address, std::uint64_t size, std::span<const std::byte> packed);
    Result<void> end();

    const CopiedMemory& copied() const { return copied_; }
    std::uint64_t frames() const { return frames_; }

  private:
    void count(std::uint64_t bytes);
    SectionWriter& sections_;
    CopiedMemory copied_;
    std::uint64_t frames_ = 0;
};

/// How a checkpoint is written.
struct CheckpointForm {
    static constexpr int kUsualLevel = 1, kMostLevel = 19;
    int level = kUsualLevel; ///< of zstd; 0: pages are not compressed
    /// What it builds on, and the pages of that; both or none.
    std::optional<CheckpointBase> base;
    const CheckpointPages* basePages = nullptr;
    /// All that was written since the base was taken, in rising order, if that is known: nothing else is looked at.
    std::optional<std::vector<PageRun>> writtenSince;
};

struct WrittenCheckpoint {
    CopiedMemory memory;    ///< that was written
    std::uint64_t bytes;    ///< of the file
    std::uint64_t lookedAt; ///< bytes of memory that were not zero, or may have changed
    std::uint64_t id;
};

/// Writes everything, pages read straight from `memory`, whose guest is stopped.
Result<WrittenCheckpoint> writeCheckpoint(ByteSink& sink, const Checkpoint& checkpoint, GuestMemory& memory,
                                          const CommonData& common, const CheckpointForm& form);
/// The same into a file, whole or not at all.
Result<WrittenCheckpoint> writeCheckpointFile(const std::string& path, const Checkpoint& checkpoint,
                                              GuestMemory& memory, const CommonData& common,
                                              const CheckpointForm& form);

/// What a checkpoint is read for.
struct CheckpointReader {
    std::string name;         ///< of the stream, for messages
    const Manifest& manifest; ///< of the image that shall go on with it
    const SiteTable& table;   ///< the image's
    CommonData common;
    /// Gets the pages: memory of a waiting machine with an arena of the same size. Null: they are checked and dropped.
    GuestMemory* memory = nullptr;
    /// Sections come from another host: pages in any order, also before the thread, again and again.
    bool transfer = false;
    /// Is told of the pages; of a checkpoint only.
    CheckpointIndex* index = nullptr;
};

/// Takes the sections of a checkpoint one by one, checks every number in them, and stores the pages.
class CheckpointTaker {
  public:
    explicit CheckpointTaker(CheckpointReader reader) : reader_(std::move(reader)) {}
    Result<void> checkPair(const std::string& pairId) const;
    Result<void> take(const Section& section);
    /// Where pages go from now on; everything there becomes zero. They are there when the end was taken.
    Result<void> setMemory(GuestMemory* memory);
    /// The program section was taken.
    bool started() const { return stage_ != Stage::Program; }
    /// Everything was taken but pages and end.
    bool stateComplete() const { return stage_ == Stage::Pages; }
    bool complete() const { return stage_ == Stage::Complete; }
    const Checkpoint& checkpoint() const { return checkpoint_; }
    Checkpoint& checkpoint() { return checkpoint_; }
    std::uint64_t pages() const { return pages_; }
    const CommonData& common() const { return reader_.common; }

    /// The first section: pairId is not set by it.
    static Result<void> readProgram(const std::string& name, const Section& section, Checkpoint& checkpoint);

  private:
    enum class Stage { Program, Thread, Frames, MoreFrames, FirstRing, SecondRing, Monitor, Pages, Complete };
    Error unusable(std::string_view what) const;
    Error wrongSize(std::size_t expected) const;
    Result<void> expect(SectionType type) const;
    Result<void> takeThread();
    Result<void> takeFrames();
    Result<void> checkInnermost() const;
    Result<void> takeRing(std::uint32_t which);
    Result<void> takePages();
    Result<void> checkRun(std::uint64_t address, std::uint64_t size);
    Result<void> store(const PagePiece& piece);
    Result<void> takeEnd();

    CheckpointReader reader_;
    Stage stage_ = Stage::Program;
    Section section_{};
    Checkpoint checkpoint_;
    std::uint64_t pages_ = 0, pagesEnd_ = 0; ///< taken; end of the last run
    PagesReader pagesReader_;
    std::unique_ptr<PageStore> store_; ///< since the first pages
};

/// A checkpoint without the content of its pages.
struct StoredCheckpoint {
    Checkpoint state;
    CheckpointIndex index;
    std::optional<CheckpointBase> base;
    std::uint64_t id;
};

/// Reads all of it: checksums first, then every number. Pages go to reader.memory.
Result<StoredCheckpoint> readCheckpoint(ByteSource& source, const CheckpointReader& reader);
/// The same, but for pages and end: these are not read.
Result<StoredCheckpoint> readCheckpointStructure(SeekableSource& source, const CheckpointReader& reader);
/// The id that a file's tail tells.
Result<std::uint64_t> readCheckpointId(SeekableSource& source, const std::string& name);

/// The first section only, for finding the image: pairId, name, imagePath, toolVersion, isa, sizes, program.
Result<Checkpoint> readCheckpointStart(ByteSource& source, const std::string& name);
Result<Checkpoint> readCheckpointFileStart(const std::string& path);

} // namespace dyad
