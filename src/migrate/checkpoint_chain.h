// A checkpoint in a file, with the files that it builds on: checked, and their pages read one run at a time.
// Specification: docs/checkpoint.md.
#pragma once

#include "migrate/checkpoint.h"
#include "migrate/file_source.h"
#include "migrate/pages_section.h"

#include <memory>

namespace dyad {

class CheckpointChain {
  public:
    enum class Check {
        Everything, ///< every byte of every file
        Structure,  ///< all but the pages
    };
    /// `reader`: for which image; its name and memory do not count. `bases`: files to look for bases in first.
    static Result<CheckpointChain> open(const std::string& path, const CheckpointReader& reader, Check check,
                                        const std::vector<std::string>& bases = {});

    const Checkpoint& checkpoint() const { return checkpoint_; }
    std::uint64_t id() const { return id_; }
    std::size_t files() const { return files_.size(); }
    /// One of the files is this one.
    bool has(const struct stat& file) const;

    const CheckpointPages& pages() const { return pages_; }
    /// Reads the run of pages in which this one lies, checks it, and calls `take` for what counts of it: not what a
    /// newer file has. An error says what is wrong with which file.
    Result<void> load(GuestAddress page, const TakePages& take);
    /// The same for all runs.
    Result<void> loadAll(const TakePages& take);

  private:
    struct File {
        FileSource source;
        std::vector<CheckpointIndex::Run> runs;
    };
    Result<std::optional<CheckpointBase>> add(const std::string& path, const CheckpointReader& reader, Check check,
                                              std::vector<CheckpointIndex>& indexes);
    Result<std::span<const std::byte>> readRun(File& file, const CheckpointIndex::Run& run);

    Checkpoint checkpoint_;
    std::uint64_t id_ = 0;
    std::vector<File> files_; ///< the newest first
    CheckpointPages pages_;
    std::unique_ptr<SectionReader> sections_; ///< has the run that was read last
    PagesReader pieces_;
};

/// What a checkpoint that is written to `path` shall say of its base, which is `baseId` at `basePath`.
CheckpointBase baseFor(const std::string& path, const std::string& basePath, std::uint64_t baseId);

} // namespace dyad
