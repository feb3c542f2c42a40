// Checkpoints in files.
#include "migrate/checkpoint.h"

#include "machine/unique_fd.h"
#include "support/output_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace dyad {

namespace {

class FileSink : public ByteSink {
  public:
    explicit FileSink(OutputFile& file) : file_(file) {}
    Result<void> write(std::span<const std::byte> bytes) override { return file_.write(bytes); }

  private:
    OutputFile& file_;
};

class FileSource : public ByteSource {
  public:
    static Result<FileSource> open(const std::string& path) {
        UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!fd) return failed(path);
        return FileSource(std::move(fd), path);
    }

    Result<std::size_t> read(std::span<std::byte> bytes) override {
        std::size_t got = 0;
        while (got < bytes.size()) {
            const ssize_t n = ::read(fd_.get(), bytes.data() + got, bytes.size() - got);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return failed(path_);
            if (n == 0) break;
            got += static_cast<std::size_t>(n);
        }
        return got;
    }

  private:
    FileSource(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    static Error failed(const std::string& path) {
        return Error{fmt::format("cannot read '{}': {}", path, std::strerror(errno))};
    }

    UniqueFd fd_;
    std::string path_;
};

} // namespace

Result<CopiedMemory> writeCheckpointFile(const std::string& path, const Checkpoint& checkpoint, GuestMemory& memory,
                                         const CommonData& common) {
    // Nobody but the owner: it holds all that the program knows.
    auto file = OutputFile::create(path, 0600);
    if (!file) return file.error();
    FileSink sink(*file);
    auto written = writeCheckpoint(sink, checkpoint, memory, common);
    if (!written) return written;
    // The program may be ended after this: its last copy must not be lost with the host's power.
    if (auto committed = file->commit(/*durable=*/true); !committed) return committed.error();
    return written;
}

Result<Checkpoint> readCheckpointFile(const std::string& path, const CheckpointReader& reader) {
    auto source = FileSource::open(path);
    if (!source) return source.error();
    auto checkpoint = readCheckpoint(*source, reader);
    if (!checkpoint) return checkpoint;
    std::byte more;
    const auto rest = source->read({&more, 1});
    if (!rest) return rest.error();
    if (*rest) return Error{fmt::format("'{}' cannot be used: bytes follow its end", reader.name)};
    return checkpoint;
}

Result<Checkpoint> readCheckpointFileStart(const std::string& path) {
    auto source = FileSource::open(path);
    if (!source) return source.error();
    return readCheckpointStart(*source, path);
}

} // namespace dyad
