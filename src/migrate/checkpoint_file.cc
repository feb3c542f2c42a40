// Checkpoints in files.
#include "migrate/checkpoint.h"

#include "migrate/file_source.h"
#include "support/output_file.h"

namespace dyad {

namespace {

class FileSink : public ByteSink {
  public:
    explicit FileSink(OutputFile& file) : file_(file) {}
    Result<void> write(std::span<const std::byte> bytes) override { return file_.write(bytes); }

  private:
    OutputFile& file_;
};

} // namespace

Result<WrittenCheckpoint> writeCheckpointFile(const std::string& path, const Checkpoint& checkpoint,
                                              GuestMemory& memory, const CommonData& common,
                                              const CheckpointForm& form) {
    // Nobody but the owner: it holds all that the program knows.
    auto file = OutputFile::create(path, 0600);
    if (!file) return std::move(file.error());
    FileSink sink(*file);
    auto written = writeCheckpoint(sink, checkpoint, memory, common, form);
    if (!written) return written;
    // The program may be ended after this: its last copy must not be lost with the host's power.
    if (auto committed = file->commit(/*durable=*/true); !committed) return std::move(committed.error());
    return written;
}

Result<Checkpoint> readCheckpointFileStart(const std::string& path) {
    auto source = FileSource::open(path);
    if (!source) return std::move(source.error());
    return readCheckpointStart(*source, path);
}

} // namespace dyad
