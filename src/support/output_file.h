// Writes a file whole or not at all.
#pragma once

#include "support/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace dyad {

/// A file that is written piece by piece to a temporary file in the folder of its path and then renamed: a reader sees
/// the old file or the new one. Without commit() nothing is left behind and an existing file stays as it was. A path
/// that exists and is no regular file (/dev/null, a pipe), or that standard output or error is open on (/dev/stdout),
/// is written to directly.
class OutputFile {
  public:
    /// `mode` is used as it is, less the umask.
    static Result<OutputFile> create(const std::string& path, unsigned mode = 0666);
    OutputFile(OutputFile&& other) noexcept
        : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})),
          fd_(std::exchange(other.fd_, -1)), owned_(other.owned_), mode_(other.mode_) {}
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();

    Result<void> write(std::span<const std::byte> bytes);
    /// The end. `durable`: the content has reached the disk before anybody sees the file under its name.
    Result<void> commit(bool durable = false);

  private:
    OutputFile(std::string path, std::string temporary, int fd, bool owned, unsigned mode)
        : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd), owned_(owned), mode_(mode) {}

    std::string path_, temporary_; ///< no temporary: written directly
    int fd_;
    bool owned_; ///< to be closed
    unsigned mode_;
};

/// Writes `bytes` through an OutputFile.
Result<void> writeOutputFile(const std::string& path, std::span<const std::byte> bytes, unsigned mode = 0666);

/// The standard stream, output or error, that is open on this file; -1 if neither is.
int standardStreamOf(const struct stat& file);

/// The content of a file; the error names the file.
Result<std::vector<std::byte>> readInputFile(const std::string& path);

} // namespace dyad
