// --fs: streams a directory to the guest, as its root. Specification: include/dyad/abi.h, "files".
#pragma once

#include "machine/ring.h"
#include "machine/unique_fd.h"
#include "support/result.h"

#include <map>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace dyad {

class FileSender {
  public:
    /// Lists the whole tree; contents are read as they are sent. Regular files, directories and symbolic links are
    /// copied, hard links among them kept; skipped() counts everything else.
    static Result<FileSender> open(const std::string &directory);

    /// Puts frames until the ring is full or the stream has ended.
    Result<void> pump(FrameWriter &writer);
    bool done() const { return done_; }
    std::size_t skipped() const { return skipped_; }
    std::uint64_t bytesSent() const { return bytesSent_; }

  private:
    struct Entry {
        std::string path;
        struct stat status;
        std::string target; ///< of a symbolic link, or the earlier path of a hard link
        std::uint32_t frameType;
    };
    Result<void> list(int directory, const std::string &path);
    Result<bool> putEntry(FrameWriter &writer, const Entry &entry);
    Result<bool> putData(FrameWriter &writer);

    std::string root_;
    UniqueFd rootFd_;
    std::vector<Entry> entries_;
    std::map<std::pair<dev_t, ino_t>, std::string> links_; ///< first path of files with several names
    std::size_t next_ = 0, skipped_ = 0;
    UniqueFd file_; ///< the regular file whose data is being sent
    std::uint64_t left_ = 0, bytesSent_ = 0;
    std::vector<std::byte> chunk_;
    bool done_ = false;
};

} // namespace dyad
