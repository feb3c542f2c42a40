// Walks a directory in a fixed order and turns it into frames.
#include "machine/file_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>

namespace dyad {

namespace {

Error failed(const std::string &root, const std::string &path, const char *what) {
    return Error{fmt::format("--fs: {}{}{}: {}: {}", root, path.empty() ? "" : "/", path, what, std::strerror(errno))};
}

std::span<const std::byte> bytesOf(const std::string &text) {
    return std::as_bytes(std::span(text));
}

} // namespace

Result<FileSender> FileSender::open(const std::string &directory) {
    FileSender sender;
    sender.root_ = directory;
    sender.rootFd_ = UniqueFd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!sender.rootFd_) return failed(directory, "", "cannot open the directory");
    Entry root{"", {}, "", DYAD_FRAME_FILE_DIRECTORY};
    if (fstat(sender.rootFd_.get(), &root.status) != 0) return failed(directory, "", "cannot stat");
    sender.entries_.push_back(std::move(root));
    if (auto listed = sender.list(sender.rootFd_.get(), ""); !listed) return std::move(listed.error());
    return sender;
}

Result<void> FileSender::list(int directory, const std::string &path) {
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::unique_ptr<DIR, int (*)(DIR *)> stream(copy < 0 ? nullptr : fdopendir(copy), closedir);
    if (!stream) return failed(root_, path, "cannot read the directory");
    std::vector<std::string> names;
    while (dirent *found = readdir(stream.get()))
        if (std::strcmp(found->d_name, ".") != 0 && std::strcmp(found->d_name, "..") != 0)
            names.emplace_back(found->d_name);
    // The same tree gives the same stream.
    std::sort(names.begin(), names.end());
    for (const std::string &name : names) {
        Entry entry{path.empty() ? name : path + "/" + name, {}, "", 0};
        if (fstatat(directory, name.c_str(), &entry.status, AT_SYMLINK_NOFOLLOW) != 0)
            return failed(root_, entry.path, "cannot stat");
        if (entry.path.size() >= PATH_MAX)
            return Error{fmt::format("--fs: {}/{}: path is too long", root_, entry.path)};
        mode_t mode = entry.status.st_mode;
        if (S_ISDIR(mode)) {
            entry.frameType = DYAD_FRAME_FILE_DIRECTORY;
            UniqueFd child(openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (!child) return failed(root_, entry.path, "cannot open the directory");
            std::string childPath = entry.path;
            entries_.push_back(std::move(entry));
            if (auto listed = list(child.get(), childPath); !listed) return listed;
        } else if (S_ISREG(mode)) {
            entry.frameType = DYAD_FRAME_FILE_REGULAR;
            if (entry.status.st_nlink > 1) {
                auto [first, isNew] = links_.try_emplace({entry.status.st_dev, entry.status.st_ino}, entry.path);
                if (!isNew) {
                    entry.frameType = DYAD_FRAME_FILE_LINK;
                    entry.target = first->second;
                }
            }
            entries_.push_back(std::move(entry));
        } else if (S_ISLNK(mode)) {
            entry.frameType = DYAD_FRAME_FILE_SYMLINK;
            entry.target.resize(PATH_MAX);
            ssize_t size = readlinkat(directory, name.c_str(), entry.target.data(), entry.target.size());
            if (size < 0) return failed(root_, entry.path, "cannot read the symbolic link");
            entry.target.resize(static_cast<std::size_t>(size));
            entries_.push_back(std::move(entry));
        } else {
            ++skipped_;
        }
    }
    return {};
}

Result<bool> FileSender::putEntry(FrameWriter &writer, const Entry &entry) {
    bool regular = entry.frameType == DYAD_FRAME_FILE_REGULAR;
    UniqueFd file;
    if (regular) {
        file = UniqueFd(openat(rootFd_.get(), entry.path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file) return failed(root_, entry.path, "cannot open");
    }
    dyad_file_info info = {};
    info.mode = entry.status.st_mode;
    info.path_size = static_cast<std::uint32_t>(entry.path.size());
    info.size = regular ? static_cast<std::uint64_t>(entry.status.st_size) : entry.target.size();
    info.mtime_ns =
        static_cast<std::int64_t>(entry.status.st_mtim.tv_sec) * 1'000'000'000 + entry.status.st_mtim.tv_nsec;
    auto put =
        writer.put(entry.frameType, {std::as_bytes(std::span(&info, 1)), bytesOf(entry.path), bytesOf(entry.target)});
    if (!put || !*put) return put;
    if (regular) {
        left_ = info.size;
        if (left_ > 0) file_ = std::move(file);
    }
    return true;
}

Result<bool> FileSender::putData(FrameWriter &writer) {
    if (chunk_.empty()) {
        chunk_.resize(std::min<std::uint64_t>(left_, DYAD_FRAME_MAX));
        ssize_t size = read(file_.get(), chunk_.data(), chunk_.size());
        const std::string &path = entries_[next_ - 1].path;
        if (size < 0) return failed(root_, path, "cannot read");
        if (size == 0) return Error{fmt::format("--fs: {}/{}: became shorter while it was copied", root_, path)};
        chunk_.resize(static_cast<std::size_t>(size));
    }
    auto put = writer.put(DYAD_FRAME_FILE_DATA, {chunk_});
    if (!put || !*put) return put;
    left_ -= chunk_.size();
    bytesSent_ += chunk_.size();
    chunk_.clear();
    if (left_ == 0) file_.reset();
    return true;
}

Result<void> FileSender::pump(FrameWriter &writer) {
    while (!done_) {
        Result<bool> put = true;
        if (left_ > 0) {
            put = putData(writer);
        } else if (next_ < entries_.size()) {
            put = putEntry(writer, entries_[next_]);
            if (put && *put) ++next_;
        } else {
            constexpr std::uint32_t kEnd[2] = {0, 0};
            put = writer.put(DYAD_FRAME_FILES_END, {std::as_bytes(std::span(kEnd))});
            done_ = put && *put;
        }
        if (!put) return std::move(put.error());
        if (!*put) break;
    }
    return {};
}

} // namespace dyad
