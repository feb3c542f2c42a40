// Buffers, clocks and the limit of a connection.
#include "transfer/link.h"

#include "machine/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dyad {

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
/// A side that has sent nothing for so long says that it is alive.
constexpr std::uint64_t kAliveNs = 2 * kSecondNs;
/// A peer that was refused gets this long to read why.
constexpr std::uint64_t kFinishNs = 2 * kSecondNs;
/// With a limit, bytes are sent for so long at once.
constexpr std::uint64_t kBurstNs = 20'000'000;
/// One turn of the loop sends no more: the program's own input and output wait meanwhile.
constexpr std::size_t kMostInTurn = 4 << 20;
/// Before a limit lets so many bytes go it waits.
constexpr std::uint64_t kLeastBurst = 4096;
/// Copying less than this costs less than keeping it apart.
constexpr std::size_t kLeastLent = 16 << 10;
/// Bytes of one part: sending one moves nothing of the others.
constexpr std::size_t kMostInPart = 1 << 20;

} // namespace

Link::Link(std::unique_ptr<Channel> channel, std::string peer, LinkSetup setup)
    : channel_(std::move(channel)), peer_(std::move(peer)), setup_(setup), assembler_(kTransferStream, peer_),
      writer_(*this, kTransferStream), heardNs_(monotonicNs()), progressNs_(heardNs_), spokeNs_(heardNs_),
      allowedNs_(heardNs_) {}

void Link::add(std::size_t bytes) {
    if (waiting_ == 0) progressNs_ = monotonicNs();
    waiting_ += bytes;
    greeted_ = true;
}

Result<void> Link::write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return {};
    if (parts_.empty() || parts_.back().own.empty() || parts_.back().own.size() + bytes.size() > kMostInPart)
        parts_.emplace_back();
    auto& own = parts_.back().own;
    own.insert(own.end(), bytes.begin(), bytes.end());
    add(bytes.size());
    return {};
}

Result<void> Link::lend(std::span<const std::byte> bytes) {
    if (bytes.size() < kLeastLent) return write(bytes);
    parts_.push_back({{}, bytes});
    add(bytes.size());
    return {};
}

/// The channel took so many bytes.
void Link::sent(std::size_t bytes) {
    waiting_ -= bytes;
    total_ += bytes;
    for (sent_ += bytes; !parts_.empty() && sent_ >= parts_.front().bytes().size(); parts_.pop_front())
        sent_ -= parts_.front().bytes().size();
}

/// Bytes that may be sent now.
std::size_t Link::allowance(std::uint64_t now) {
    if (!setup_.mostPerSecond) return kMostInTurn;
    const std::uint64_t most = std::max(setup_.mostPerSecond / (kSecondNs / kBurstNs), kLeastBurst);
    const std::uint64_t passed = std::min(now - allowedNs_, kSecondNs);
    const auto more = static_cast<std::uint64_t>(static_cast<double>(setup_.mostPerSecond) *
                                                 static_cast<double>(passed) / static_cast<double>(kSecondNs));
    if (allowed_ + more >= kLeastBurst) {
        allowed_ = std::min(allowed_ + more, most);
        allowedNs_ = now;
    }
    return std::min<std::size_t>(allowed_ >= kLeastBurst || waiting() < kLeastBurst ? allowed_ : 0, kMostInTurn);
}

Result<void> Link::send() {
    const std::uint64_t now = monotonicNs();
    std::size_t left = waiting() ? allowance(now) : 0;
    while (waiting() && left) {
        std::array<std::span<const std::byte>, Channel::kMostParts> parts;
        std::size_t count = 0, bytes = 0;
        for (; count < std::min(parts.size(), parts_.size()) && bytes < left; ++count) {
            const auto part = parts_[count].bytes().subspan(count == 0 ? sent_ : 0);
            parts[count] = part.first(std::min(part.size(), left - bytes));
            bytes += parts[count].size();
        }
        auto n = channel_->write(std::span(parts).first(count));
        if (!n) return std::move(n.error());
        if (*n == 0) break;
        sent(*n);
        left -= *n;
        if (setup_.mostPerSecond) allowed_ -= *n;
        progressNs_ = spokeNs_ = now;
    }
    // A limit is no fault of the peer's.
    if (setup_.mostPerSecond && left == 0) progressNs_ = now;
    return {};
}

Result<void> Link::checkSilence() {
    const std::uint64_t now = monotonicNs();
    if (now - heardNs_ > setup_.silenceNs)
        return Error{fmt::format("nothing was heard for {:g} s", static_cast<double>(setup_.silenceNs) / 1e9)};
    if (waiting() && now - progressNs_ > setup_.silenceNs)
        return Error{fmt::format("nothing could be sent for {:g} s", static_cast<double>(setup_.silenceNs) / 1e9)};
    return {};
}

Result<void> Link::step() {
    room_ = kMostInTurn;
    if (!open_) {
        auto opened = channel_->open();
        if (!opened) return std::move(opened.error()).in(peer_);
        if (!*opened) {
            if (auto silent = checkSilence(); !silent) return std::move(silent.error()).in(peer_);
            return {};
        }
        open_ = true;
        heardNs_ = progressNs_ = spokeNs_ = monotonicNs();
    }
    if (greeted_ && !finishing_ && !waiting() && monotonicNs() - spokeNs_ > kAliveNs)
        if (auto written = writer_.write(SectionType::Alive, {}); !written) return written;
    if (auto sent = send(); !sent) return std::move(sent.error()).in(peer_);
    if (auto silent = checkSilence(); !silent) return std::move(silent.error()).in(peer_);
    return {};
}

Result<bool> Link::receive() {
    more_ = false;
    if (!open_) return false;
    while (room_ > 0) {
        const auto space = assembler_.space();
        auto n = channel_->read(space);
        if (!n) {
            if (received_ == 0) n.error().message += "; is --tls the same on both sides?";
            return std::move(n.error()).in(peer_);
        }
        if (*n == 0) return false;
        heardNs_ = monotonicNs();
        received_ += *n;
        room_ -= std::min(room_, *n);
        const bool wasHeader = !assembler_.headerSeen();
        auto complete = assembler_.add(*n);
        if (!complete) return std::move(complete.error());
        if (*complete && (wasHeader || assembler_.section().type != SectionType::Alive)) return true;
    }
    more_ = true; // TLS may hold bytes that poll does not know of
    return false;
}

bool Link::finished() {
    if (!finishing_) {
        finishing_ = true;
        finishNs_ = monotonicNs();
    }
    if (!open_ || monotonicNs() - finishNs_ > kFinishNs || !step()) return true;
    if (!waiting()) channel_->finish();
    discarded_.resize(1 << 16);
    for (std::size_t room = kMostInTurn; room > 0;) {
        auto n = channel_->read(discarded_);
        if (!n) return true;
        if (*n == 0) break;
        heardNs_ = monotonicNs();
        room -= std::min(room, *n);
    }
    return false;
}

void Link::addEntry(std::vector<pollfd>& entries) const {
    const bool writes = waiting() && (!setup_.mostPerSecond || allowed_ >= kLeastBurst);
    entries.push_back({channel_->fd(), channel_->events(writes), 0});
}

std::uint64_t Link::nextTurn() const {
    if (more_) return 0;
    return waiting() && setup_.mostPerSecond ? allowedNs_ + kBurstNs : UINT64_MAX;
}

} // namespace dyad
