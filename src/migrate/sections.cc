// Header and sections of a stream.
#include "migrate/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#define XXH_STATIC_LINKING_ONLY // the state as a complete type: no allocation
#include <xxhash.h>

namespace dyad {

namespace {

/// Of a header: everything before its checksum, which comes last.
template <class T> std::uint64_t checksumOf(const T& header) {
    return XXH3_64bits(&header, offsetof(T, checksum));
}

/// Pages are told by the index, and how they lie in a file does not count.
std::uint64_t foldId(std::uint64_t id, SectionType type, std::uint64_t checksum) {
    switch (type) {
    case SectionType::Pages:
    case SectionType::Packed:
    case SectionType::Zero:
    case SectionType::End:
    case SectionType::Tail:
        return id;
    default: {
        const std::array<std::uint64_t, 2> both{id, checksum};
        return XXH3_64bits(both.data(), sizeof both);
    }
    }
}

} // namespace

std::string_view name(SectionType type) {
    constexpr std::string_view kCheckpoint[] = {"?",     "program", "thread", "frames", "ring", "monitor",
                                                "pages", "end",     "index",  "base",   "tail"};
    constexpr std::string_view kTransfer[] = {"offer", "accept",  "refuse", "ready",    "prepared", "commit",
                                              "taken", "outcome", "alive",  "zero",     "packed",   "missing",
                                              "want",  "got",     "all",    "complete", "output",   "written",
                                              "need",  "input",   "took",   "signal",   "ended",    "probe"};
    const auto index = static_cast<std::uint32_t>(type), first = static_cast<std::uint32_t>(SectionType::Offer);
    if (index >= first && index - first < std::size(kTransfer)) return kTransfer[index - first];
    return kCheckpoint[index < std::size(kCheckpoint) ? index : 0];
}

Result<void> SectionWriter::writeHeader(std::string_view pairId) {
    using Header = SectionAssembler::Header;
    static_assert(sizeof(Header) == 40);
    Header header{format_.magic, format_.version, 0, {}, 0};
    bool good = pairId.size() == 2 * header.pairId.size();
    for (std::size_t i = 0; good && i < header.pairId.size(); ++i) {
        const char* digits = pairId.data() + 2 * i;
        good = std::from_chars(digits, digits + 2, header.pairId[i], 16).ptr == digits + 2;
    }
    if (!good) return Error{fmt::format("expected a pair id of 32 hex digits, found '{}'", pairId)};
    header.checksum = checksumOf(header);
    position_ += sizeof header;
    return sink_.write(std::as_bytes(std::span(&header, 1)));
}

Result<void> SectionWriter::write(SectionType type, std::initializer_list<std::span<const std::byte>> parts,
                                  std::span<const std::byte> lent) {
    SectionAssembler::SectionHead head{static_cast<std::uint32_t>(type), number_, 0, 0, 0};
    static_assert(sizeof head == 32);
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (auto part : parts) {
        head.size += part.size();
        XXH3_64bits_update(&state, part.data(), part.size());
    }
    head.size += lent.size();
    XXH3_64bits_update(&state, lent.data(), lent.size());
    if (head.size > kMostPayload)
        return Error{
            fmt::format("a section ({}) of {} bytes: at most {} are allowed", name(type), head.size, kMostPayload)};
    head.payloadChecksum = XXH3_64bits_digest(&state);
    head.checksum = checksumOf(head);
    ++number_;
    position_ += sizeof head + head.size;
    id_ = foldId(id_, type, head.payloadChecksum);
    if (auto written = sink_.write(std::as_bytes(std::span(&head, 1))); !written) return written;
    for (auto part : parts)
        if (auto written = sink_.write(part); !written) return written;
    return lent.empty() ? Result<void>() : sink_.lend(lent);
}

Error unusableSection(const std::string& stream, SectionType type, std::uint32_t number, std::string_view what) {
    return Error{fmt::format("'{}' cannot be used: section {} ({}): {}", stream, number, name(type), what)};
}

std::span<std::byte> SectionAssembler::part() {
    switch (part_) {
    case Part::Header:
        return std::as_writable_bytes(std::span(&header_, 1));
    case Part::Head:
        return std::as_writable_bytes(std::span(&head_, 1));
    case Part::Payload:
        break;
    }
    return std::span(payload_).first(head_.size);
}

std::span<std::byte> SectionAssembler::space() {
    return part().subspan(filled_);
}

std::string SectionAssembler::describePart() const {
    switch (part_) {
    case Part::Header:
        return "its header";
    case Part::Head:
        return fmt::format("the header of section {}", number_);
    case Part::Payload:
        break;
    }
    return fmt::format("section {} ({})", number_, dyad::name(SectionType{head_.type}));
}

Error SectionAssembler::damaged() const {
    return Error{fmt::format("'{}' is damaged: the checksum of {} does not match", name_, describePart())};
}

Error SectionAssembler::truncated() const {
    // A short file of another kind is no truncated stream.
    if (part_ == Part::Header && header_.magic != format_.magic && (filled_ >= sizeof header_.magic || filled_ == 0))
        return Error{
            fmt::format("'{}' is not a {}: expected it to start with \"{}\"", name_, format_.noun, format_.magicText)};
    const std::size_t size = part_ == Part::Header ? sizeof header_
                             : part_ == Part::Head ? sizeof head_
                                                   : static_cast<std::size_t>(head_.size);
    return Error{fmt::format("'{}' is truncated: expected {}, {} bytes, found {} at its end, byte {}", name_,
                             describePart(), size, filled_, offset_)};
}

Result<bool> SectionAssembler::add(std::size_t bytes) {
    filled_ += bytes;
    offset_ += bytes;
    // Something else is told at once: it may never send a whole header.
    if (part_ == Part::Header && filled_ >= sizeof header_.magic && header_.magic != format_.magic) return truncated();
    if (filled_ < part().size()) return false;
    if (part_ == Part::Header) {
        if (auto checked = checkHeader(); !checked) return std::move(checked.error());
        part_ = Part::Head;
        filled_ = 0;
        return true;
    }
    if (part_ == Part::Head) {
        if (auto checked = checkHead(); !checked) return std::move(checked.error());
        part_ = Part::Payload;
        filled_ = 0;
        if (payload_.size() < head_.size) payload_.resize(head_.size);
        if (head_.size) return false;
    }
    const auto payload = std::span<const std::byte>(payload_).first(head_.size);
    if (head_.payloadChecksum != XXH3_64bits(payload.data(), payload.size())) return damaged();
    const SectionType type{head_.type};
    id_ = foldId(id_, type, head_.payloadChecksum);
    section_ = {type, number_++, payload, offset_ - head_.size - sizeof head_, id_, &payload_};
    part_ = Part::Head;
    filled_ = 0;
    return true;
}

void SectionAssembler::goTo(std::uint64_t place, std::optional<std::uint32_t> number) {
    part_ = Part::Head;
    filled_ = 0;
    offset_ = place;
    number_ = number.value_or(0);
    anyNumber_ = !number;
}

Result<void> SectionAssembler::checkHeader() {
    if (header_.checksum != checksumOf(header_)) return damaged();
    if (header_.format != format_.version)
        return Error{fmt::format("'{0}' cannot be used: it has {1} format {2}, this dyad reads format {3}", name_,
                                 format_.noun, header_.format, format_.version)};
    if (header_.zero) return Error{fmt::format("'{}' cannot be used: its header: expected 0 at byte 12", name_)};
    for (std::uint8_t byte : header_.pairId)
        pairId_ += fmt::format("{:02x}", byte);
    return {};
}

Result<void> SectionAssembler::checkHead() {
    if (head_.checksum != checksumOf(head_)) return damaged();
    const SectionType type{head_.type};
    if (std::exchange(anyNumber_, false)) number_ = head_.number;
    if (head_.number != number_)
        return unusableSection(name_, type, number_, fmt::format("it says that it is section {}", head_.number));
    if (head_.size > limit_)
        return unusableSection(name_, type, number_,
                               fmt::format("{} bytes: at most {} are allowed", head_.size, limit_));
    return {};
}

Result<void> SectionReader::readOn() {
    for (;;) {
        const auto space = assembler_.space();
        auto got = source_.read(space);
        if (!got) return std::move(got.error());
        auto complete = assembler_.add(*got);
        if (!complete) return std::move(complete.error());
        if (*complete) return {};
        if (*got < space.size()) return assembler_.truncated();
    }
}

Result<std::string> SectionReader::readHeader() {
    if (auto read = readOn(); !read) return std::move(read.error());
    return assembler_.pairId();
}

Result<Section> SectionReader::read() {
    if (auto read = readOn(); !read) return std::move(read.error());
    return assembler_.section();
}

} // namespace dyad
