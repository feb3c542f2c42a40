// The time between the first bytes that were dealt with and the last ones counts: without the way there and back.
#include "session/line_probe.h"

#include "machine/ticks.h"

#include <array>

namespace dyad {

namespace {

constexpr std::uint64_t kMostBytes = 8 << 20, kSendingNs = 200'000'000;
/// What was not dealt with by then is slow enough to judge by what was.
constexpr std::uint64_t kWaitingNs = 1'000'000'000;
constexpr std::size_t kPiece = 128 << 10;
constexpr std::array<std::byte, kPiece> kBytes{};

} // namespace

Result<std::optional<double>> LineProbe::step(Link& link, std::uint64_t got) {
    const std::uint64_t now = monotonicNs();
    if (!begun_) begun_ = Moment{now, link.bytesSent() + link.waiting()};
    const auto sends = [&] { return sent_ < kMostBytes && now - begun_->ns < kSendingNs; };
    while (sends() && link.waiting() < kPiece) {
        if (auto written = link.outgoing().write(SectionType::Probe, {kBytes}); !written)
            return std::move(written.error());
        sent_ += kPiece;
    }
    if (got > begun_->bytes && (!last_ || got > last_->bytes)) {
        last_ = Moment{now, got};
        if (!first_) first_ = last_;
    }
    const bool all = !sends() && link.waiting() == 0 && last_ && last_->bytes >= link.bytesSent();
    if (!all && now - begun_->ns < kWaitingNs) return std::optional<double>();
    if (!last_) return std::optional(0.0);
    const Moment& from = first_->bytes < last_->bytes ? *first_ : *begun_;
    return std::optional(static_cast<double>(last_->bytes - from.bytes) * 1e9 /
                         static_cast<double>(last_->ns - from.ns));
}

} // namespace dyad
