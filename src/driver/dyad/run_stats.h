// `dyad run --stats=FILE`: what a run took, as JSON. The keys are described in docs/running.md.
#pragma once

#include "session/session.h"

namespace dyad {

/// The file, made before the run so that a path that cannot be written is found out in time.
class StatsFile {
  public:
    static Result<StatsFile> create(const std::string &path);
    StatsFile(StatsFile &&) = default;
    ~StatsFile();
    /// Writes the report, whole or not at all. `machine` describes where it ran; `status` is the exit status of `dyad`.
    Result<void> write(const RunReport &report, const Moves &moves, const std::string &machine, int status);

  private:
    StatsFile(std::string path, std::string temporary, UniqueFd file);
    Error failed() const;
    std::string path_, temporary_;
    UniqueFd file_;
};

/// The file of --stats, or null if there is no such option.
Result<std::unique_ptr<StatsFile>> openStats(const std::string &path);

/// One line about all moves of a run.
std::string describeMoves(const Moves &moves);

} // namespace dyad
