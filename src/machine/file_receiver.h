// --fs-out: writes the files that a guest streams back into a directory, and nowhere else, whatever the guest says.
// Specification: include/dyad/abi.h, "files".
#pragma once

#include "machine/ring.h"
#include "machine/unique_fd.h"
#include "support/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace dyad {

class FileReceiver {
  public:
    /// Makes the directory if it is not there.
    static Result<FileReceiver> open(const std::string &directory);
    FileReceiver() = default;
    FileReceiver(FileReceiver &&) = default;
    ~FileReceiver();

    /// Takes one frame of the stream (types 64 to 69).
    Result<void> take(const Frame &frame);
    /// True after FILES_END.
    bool done() const { return done_; }

  private:
    struct Item;
    Result<void> checkPath(std::string_view path) const;
    Result<UniqueFd> openParent(std::string_view path, std::string &lastName) const;
    Result<void> takeDirectory(const Item &item);
    Result<void> startRegular(const Item &item);
    Result<void> takeData(std::span<const std::byte> bytes);
    Result<void> finishRegular();
    Result<void> takeSymlink(const Item &item);
    Result<void> takeLink(const Item &item);
    Result<void> finishDirectories();
    Error failed(std::string_view path, const char *what) const;

    std::string root_;
    UniqueFd rootFd_;
    bool done_ = false;

    /// The regular file whose data comes: written under a temporary name until it is whole.
    struct {
        std::string path, name, temporary;
        UniqueFd parent, file;
        std::uint64_t left = 0;
        std::uint32_t mode = 0;
        std::int64_t mtimeNs = 0;
    } current_;
    /// Modes and times of directories are set last: writing into them changes the times, and may need permission.
    struct Directory {
        std::string path;
        std::uint32_t mode;
        std::int64_t mtimeNs;
    };
    std::vector<Directory> directories_;
};

} // namespace dyad
