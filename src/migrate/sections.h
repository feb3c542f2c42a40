// The frame of a checkpoint: header, and sections with checksums. Specification: docs/checkpoint.md.
#pragma once

#include "migrate/byte_stream.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace dyad {

inline constexpr std::uint32_t kCheckpointFormat = 1;

enum class SectionType : std::uint32_t {
    Program = 1,
    Thread = 2,
    Frames = 3,
    Ring = 4,
    Monitor = 5,
    Pages = 6,
    End = 7,
};
std::string_view name(SectionType type);

inline constexpr std::uint64_t kMostPayload = 16 << 20;

class SectionWriter {
  public:
    explicit SectionWriter(ByteSink& sink) : sink_(sink) {}
    /// `pairId`: 32 hex digits.
    Result<void> writeHeader(std::string_view pairId);
    /// A section whose payload is made of `parts`.
    Result<void> write(SectionType type, std::initializer_list<std::span<const std::byte>> parts);

  private:
    ByteSink& sink_;
    std::uint32_t number_ = 0;
};

struct Section {
    SectionType type;
    std::uint32_t number;
    std::span<const std::byte> payload; ///< valid until the next section is read
};

/// Checks everything that does not depend on what a section means. Messages start with the stream's name.
class SectionReader {
  public:
    SectionReader(ByteSource& source, std::string name) : source_(source), name_(std::move(name)) {}
    /// The pair id, 32 hex digits.
    Result<std::string> readHeader();
    Result<Section> read();

    /// "'F' cannot be used: section 3 (frames): " and what is wrong with the section read last.
    Error unusable(std::string what) const;
    const std::string& name() const { return name_; }

  private:
    Result<void> fill(std::span<std::byte> bytes, std::string_view what);
    Error damaged(std::string_view what) const;

    ByteSource& source_;
    std::string name_;
    std::uint32_t number_ = 0; ///< of the next section
    SectionType type_{};       ///< of the section read last
    std::uint64_t offset_ = 0; ///< bytes read
    std::vector<std::byte> payload_;
};

} // namespace dyad
