// The frame of a checkpoint, and of what goes between two hosts: header, and sections with checksums. Specification:
// docs/checkpoint.md, docs/transfer.md.
#pragma once

#include "migrate/byte_stream.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dyad {

/// What a stream of sections begins with, and what it is called in messages.
struct StreamFormat {
    std::uint64_t magic;
    std::uint32_t version;
    std::string_view noun, magicText;
};
inline constexpr StreamFormat kCheckpointStream{0x54504b4344415944, 2, "checkpoint", "DYADCKPT"};
inline constexpr StreamFormat kTransferStream{0x45564f4d44415944, 1, "transfer", "DYADMOVE"};

enum class SectionType : std::uint32_t {
    Program = 1,
    Thread = 2,
    Frames = 3,
    Ring = 4,
    Monitor = 5,
    Pages = 6,
    End = 7,
    // Of checkpoints only.
    Index = 8,
    Base = 9,
    Tail = 10,
    // Of transfers only, but for the last two.
    Offer = 32,
    Accept = 33,
    Refuse = 34,
    Ready = 35,
    Prepared = 36,
    Commit = 37,
    Taken = 38,
    Outcome = 39,
    Alive = 40,
    Zero = 41,
    Packed = 42,
    Missing = 43,
    Want = 44,
    Got = 45,
    All = 46,
    Complete = 47,
    Output = 48,
    Written = 49,
    Need = 50,
    Input = 51,
    Took = 52,
    Signal = 53,
    Ended = 54,
    Probe = 55,
};
std::string_view name(SectionType type);

inline constexpr std::uint64_t kMostPayload = 16 << 20;

class SectionWriter {
  public:
    explicit SectionWriter(ByteSink& sink, const StreamFormat& format = kCheckpointStream)
        : sink_(sink), format_(format) {}
    /// `pairId`: 32 hex digits.
    Result<void> writeHeader(std::string_view pairId);
    /// A section whose payload is made of `parts` and, behind them, `lent`: bytes that do not change while the sink
    /// lives.
    Result<void> write(SectionType type, std::initializer_list<std::span<const std::byte>> parts,
                       std::span<const std::byte> lent = {});

    /// Of the next section.
    std::uint32_t number() const { return number_; }
    std::uint64_t position() const { return position_; } ///< bytes before it
    std::uint64_t id() const { return id_; }             ///< as Section::id

  private:
    ByteSink& sink_;
    const StreamFormat& format_;
    std::uint32_t number_ = 0;
    std::uint64_t position_ = 0, id_ = 0;
};

struct Section {
    SectionType type;
    std::uint32_t number;
    std::span<const std::byte> payload; ///< valid until the stream is read on
    std::uint64_t place = 0;            ///< bytes of the stream before its head
    std::uint64_t id = 0;               ///< of a checkpoint that says what was said up to here
    /// Holds the payload; whoever wants to keep that exchanges it for another buffer.
    std::vector<std::byte>* buffer = nullptr;
};

/// "'F' cannot be used: section 3 (frames): " and what is wrong with the section. `stream`: its name.
Error unusableSection(const std::string& stream, SectionType type, std::uint32_t number, std::string_view what);

/// Puts sections together from bytes that come in any pieces, and checks everything that does not depend on what a
/// section means. Messages start with the stream's name.
class SectionAssembler {
  public:
    SectionAssembler(const StreamFormat& format, std::string name) : format_(format), name_(std::move(name)) {}

    /// Where the next bytes of the stream belong; never empty. Not all of it needs to be filled at once.
    std::span<std::byte> space();
    /// So many bytes were put there. True when the header is complete (the first time) or another section is.
    Result<bool> add(std::size_t bytes);

    /// What comes next is the section with this number, so many bytes into the stream; without a number, whichever it
    /// is.
    void goTo(std::uint64_t place, std::optional<std::uint32_t> number);
    /// Larger sections are refused.
    void setLimit(std::uint64_t bytes) { limit_ = bytes; }
    bool headerSeen() const { return part_ != Part::Header; }
    /// The stream began as one of this format does, whatever its version.
    bool rightMagic() const {
        return headerSeen() || (filled_ >= sizeof header_.magic && header_.magic == format_.magic);
    }
    const std::string& pairId() const { return pairId_; } ///< 32 hex digits
    const Section& section() const { return section_; }   ///< the last one
    const std::string& name() const { return name_; }
    /// Nothing of the next section has come yet.
    bool between() const { return part_ == Part::Head && filled_ == 0; }
    /// The stream ends here.
    Error truncated() const;

  private:
    enum class Part { Header, Head, Payload };
    struct Header {
        std::uint64_t magic;
        std::uint32_t format, zero;
        std::array<std::uint8_t, 16> pairId;
        std::uint64_t checksum;
    };
    struct SectionHead {
        std::uint32_t type, number;
        std::uint64_t size, payloadChecksum, checksum;
    };
    friend class SectionWriter;

    std::span<std::byte> part();
    std::string describePart() const;
    Error damaged() const;
    Result<void> checkHeader();
    Result<void> checkHead();

    const StreamFormat& format_;
    std::string name_, pairId_;
    std::uint64_t limit_ = kMostPayload;
    Part part_ = Part::Header;
    Header header_{};
    SectionHead head_{};
    std::uint32_t number_ = 0; ///< of the next section
    bool anyNumber_ = false;   ///< it tells its number itself
    std::uint64_t id_ = 0;
    std::size_t filled_ = 0;         ///< bytes of the present part
    std::uint64_t offset_ = 0;       ///< bytes read
    std::vector<std::byte> payload_; ///< grows only
    Section section_{};
};

/// Sections from a source that gives what is asked for.
class SectionReader {
  public:
    SectionReader(ByteSource& source, std::string name, const StreamFormat& format = kCheckpointStream)
        : source_(source), assembler_(format, std::move(name)) {}
    /// The pair id, 32 hex digits.
    Result<std::string> readHeader();
    Result<Section> read();
    /// The source was made to go on with the head of this section: as SectionAssembler::goTo().
    void goTo(std::uint64_t place, std::optional<std::uint32_t> number) { assembler_.goTo(place, number); }
    const std::string& name() const { return assembler_.name(); }

  private:
    Result<void> readOn();

    ByteSource& source_;
    SectionAssembler assembler_;
};

} // namespace dyad
