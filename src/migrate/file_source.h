// A file to read from, at any place. It is read, not mapped: a file that becomes shorter meanwhile is an error, not the
// end of the process.
#pragma once

#include "machine/unique_fd.h"
#include "migrate/byte_stream.h"

#include <string>
#include <sys/stat.h>

namespace dyad {

class FileSource : public SeekableSource {
  public:
    static Result<FileSource> open(const std::string& path);
    Result<std::size_t> read(std::span<std::byte> bytes) override;
    Result<std::uint64_t> size() override;
    void seek(std::uint64_t place) override { place_ = place; }
    const std::string& path() const { return path_; }
    /// Whether it is the same file, by whatever name.
    bool is(const struct stat& other) const;

  private:
    FileSource(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    UniqueFd fd_;
    std::string path_;
    std::uint64_t place_ = 0;
};

} // namespace dyad
