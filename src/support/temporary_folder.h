// A folder for intermediate files, removed with all that is in it.
#pragma once

#include "support/result.h"

#include <string>

namespace dyad {

class TemporaryFolder {
  public:
    /// In $TMPDIR, or /tmp.
    static Result<TemporaryFolder> create();

    TemporaryFolder(TemporaryFolder &&other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder &operator=(TemporaryFolder &&) = delete;
    ~TemporaryFolder();

    std::string file(const std::string &name) const { return path_ + "/" + name; }
    const std::string &path() const { return path_; }

  private:
    explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

} // namespace dyad
