// A stopped program as a stream of bytes: nothing in it depends on an ISA or holds a native address. Specification:
// docs/checkpoint.md.
#pragma once

#include "migrate/byte_stream.h"
#include "migrate/frame_list.h"
#include "migrate/state.h"

#include <string>

namespace dyad {

/// All of a checkpoint but the pages of memory, which are too many to hold twice.
struct Checkpoint {
    std::string pairId;    ///< of the image, 32 hex digits
    std::string name;      ///< of the running program, as `dyad ps` shows it
    std::string imagePath; ///< where the image was when the checkpoint was taken
    std::string toolVersion;
    Isa isa = Isa::x86_64;       ///< it was taken on
    std::uint64_t arenaSize = 0; ///< bytes; the machine that goes on must have the same
    std::uint64_t stackSize = 0; ///< native stack that the program was started with
    std::uint64_t takenNs = 0;   ///< CLOCK_REALTIME
    ProgramSetup program;
    ThreadState thread;
    FrameList frames;
    RingStates rings;
    std::vector<std::byte> monitor; ///< the monitor's own state
};

/// Writes everything, pages read straight from `memory`, whose guest is stopped.
Result<CopiedMemory> writeCheckpoint(ByteSink& sink, const Checkpoint& checkpoint, GuestMemory& memory,
                                     const CommonData& common);
/// The same into a file, whole or not at all.
Result<CopiedMemory> writeCheckpointFile(const std::string& path, const Checkpoint& checkpoint, GuestMemory& memory,
                                         const CommonData& common);

/// What a checkpoint is read for.
struct CheckpointReader {
    std::string name;         ///< of the stream, for messages
    const Manifest& manifest; ///< of the image that shall go on with it
    const SiteTable& table;   ///< the image's
    CommonData common;
    /// Gets the pages: memory of a waiting machine with an arena of the same size. Null: they are checked and dropped.
    GuestMemory* memory = nullptr;
};

/// Reads all of it: checksums first, then every number. A file is read once without memory, so that nothing is started
/// for a bad one, and a second time for its pages.
Result<Checkpoint> readCheckpoint(ByteSource& source, const CheckpointReader& reader);
Result<Checkpoint> readCheckpointFile(const std::string& path, const CheckpointReader& reader);

/// The first section only, for finding the image: pairId, name, imagePath, toolVersion, isa, sizes, program.
Result<Checkpoint> readCheckpointStart(ByteSource& source, const std::string& name);
Result<Checkpoint> readCheckpointFileStart(const std::string& path);

} // namespace dyad
