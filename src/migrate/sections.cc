// Header and sections of a checkpoint.
#include "migrate/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#define XXH_STATIC_LINKING_ONLY // the state as a complete type: no allocation
#include <xxhash.h>

namespace dyad {

namespace {

constexpr std::uint64_t kMagic = 0x54504b4344415944; // "DYADCKPT"

struct Header {
    std::uint64_t magic;
    std::uint32_t format, zero;
    std::array<std::uint8_t, 16> pairId;
    std::uint64_t checksum;
};
static_assert(sizeof(Header) == 40);

struct SectionHeader {
    std::uint32_t type, number;
    std::uint64_t size, payloadChecksum, checksum;
};
static_assert(sizeof(SectionHeader) == 32);

/// Of a header: everything before its checksum, which comes last.
template <class T> std::uint64_t checksumOf(const T& header) {
    return XXH3_64bits(&header, offsetof(T, checksum));
}

} // namespace

std::string_view name(SectionType type) {
    constexpr std::string_view kNames[] = {"?", "program", "thread", "frames", "ring", "monitor", "pages", "end"};
    const auto index = static_cast<std::uint32_t>(type);
    return kNames[index < std::size(kNames) ? index : 0];
}

Result<void> SectionWriter::writeHeader(std::string_view pairId) {
    Header header{kMagic, kCheckpointFormat, 0, {}, 0};
    bool good = pairId.size() == 2 * header.pairId.size();
    for (std::size_t i = 0; good && i < header.pairId.size(); ++i) {
        const char* digits = pairId.data() + 2 * i;
        good = std::from_chars(digits, digits + 2, header.pairId[i], 16).ptr == digits + 2;
    }
    if (!good) return Error{fmt::format("expected a pair id of 32 hex digits, found '{}'", pairId)};
    header.checksum = checksumOf(header);
    return sink_.write(std::as_bytes(std::span(&header, 1)));
}

Result<void> SectionWriter::write(SectionType type, std::initializer_list<std::span<const std::byte>> parts) {
    SectionHeader header{static_cast<std::uint32_t>(type), number_, 0, 0, 0};
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (auto part : parts) {
        header.size += part.size();
        XXH3_64bits_update(&state, part.data(), part.size());
    }
    if (header.size > kMostPayload)
        return Error{fmt::format("a checkpoint's section ({}) of {} bytes: at most {} are allowed", name(type),
                                 header.size, kMostPayload)};
    header.payloadChecksum = XXH3_64bits_digest(&state);
    header.checksum = checksumOf(header);
    ++number_;
    if (auto written = sink_.write(std::as_bytes(std::span(&header, 1))); !written) return written;
    for (auto part : parts)
        if (auto written = sink_.write(part); !written) return written;
    return {};
}

Error SectionReader::unusable(std::string what) const {
    return Error{fmt::format("'{}' cannot be used: section {} ({}): {}", name_, number_ ? number_ - 1 : 0,
                             dyad::name(type_), what)};
}

Error SectionReader::damaged(std::string_view what) const {
    return Error{fmt::format("'{}' is damaged: the checksum of {} does not match", name_, what)};
}

Result<void> SectionReader::fill(std::span<std::byte> bytes, std::string_view what) {
    auto got = source_.read(bytes);
    if (!got) return got.error();
    offset_ += *got;
    if (*got < bytes.size())
        return Error{fmt::format("'{}' is truncated: expected {}, {} bytes, found {} at its end, byte {}", name_, what,
                                 bytes.size(), *got, offset_)};
    return {};
}

Result<std::string> SectionReader::readHeader() {
    Header header{};
    const auto bytes = std::as_writable_bytes(std::span(&header, 1));
    auto got = fill(bytes, "its header");
    // A short file of another kind is no truncated checkpoint.
    if (header.magic != kMagic && (got || offset_ >= sizeof header.magic || offset_ == 0))
        return Error{fmt::format("'{}' is not a checkpoint: expected it to start with \"DYADCKPT\"", name_)};
    if (!got) return got.error();
    if (header.checksum != checksumOf(header)) return damaged("its header");
    if (header.format != kCheckpointFormat)
        return Error{fmt::format("'{}' cannot be used: it has checkpoint format {}, this dyad reads format {}", name_,
                                 header.format, kCheckpointFormat)};
    if (header.zero) return Error{fmt::format("'{}' cannot be used: its header: expected 0 at byte 12", name_)};
    std::string pairId;
    for (std::uint8_t byte : header.pairId)
        pairId += fmt::format("{:02x}", byte);
    return pairId;
}

Result<Section> SectionReader::read() {
    const std::string which = fmt::format("the header of section {}", number_);
    SectionHeader header{};
    if (auto got = fill(std::as_writable_bytes(std::span(&header, 1)), which); !got) return got.error();
    if (header.checksum != checksumOf(header)) return damaged(which);
    type_ = SectionType{header.type};
    const std::uint32_t number = number_++;
    if (header.number != number) return unusable(fmt::format("it says that it is section {}", header.number));
    if (header.size > kMostPayload)
        return unusable(fmt::format("{} bytes: at most {} are allowed", header.size, kMostPayload));
    payload_.resize(header.size);
    const std::string what = fmt::format("section {} ({})", number, dyad::name(type_));
    if (auto got = fill(payload_, what); !got) return got.error();
    if (header.payloadChecksum != XXH3_64bits(payload_.data(), payload_.size())) return damaged(what);
    return Section{type_, number, payload_};
}

} // namespace dyad
