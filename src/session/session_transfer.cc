// What clients ask of a session about moves to other hosts.
#include "session/session.h"

#include "session/request_fields.h"
#include "transfer/security.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

nlohmann::ordered_json describeTransfer(const TransferReport& report) {
    auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e3; };
    return {{"from", name(report.from)},
            {"to", name(report.isa)},
            {"address", report.to},
            {"machine", report.machine},
            {"frames", report.frames},
            {"pages", report.pages},
            {"bytes", report.bytes},
            {"bytes_sent", report.bytesSent},
            {"bytes_in_use", report.bytesInUse},
            {"downtime_us", us(report.down)},
            {"total_us", us(report.total)},
            {"stopping_us", us(report.stopping)},
            {"sending_us", us(report.sending)},
            {"rebuilding_us", us(report.rebuilding)},
            {"taking_us", us(report.taking)},
            {"rounds", report.preCopy.rounds},
            {"converged", report.preCopy.converged},
            {"slowed_percent", report.preCopy.slowedPercent},
            {"bytes_followed", report.bytesFollowed},
            {"pages_waited_for", report.wants},
            {"bytes_per_second", report.bytesPerSecond}};
}

struct Mode {
    std::string_view name;
    TransferMode mode;
};
constexpr Mode kModes[] = {{"auto", TransferMode::automatic},
                           {"stop", TransferMode::stop},
                           {"precopy", TransferMode::preCopy},
                           {"postcopy", TransferMode::postCopy},
                           {"hybrid", TransferMode::hybrid}};

} // namespace

void Session::transfer(const nlohmann::json& request, const Answer& answer) {
    auto refuse = [&](const Error& error) { answer(refusal(error.message)); };
    auto endpoint = Endpoint::parse(textField(request, "to"), Endpoint::Names::numeric);
    if (!endpoint) return refuse(endpoint.error());
    auto tls = securityFor(*endpoint, textField(request, "tls"), flagField(request, "insecure"));
    if (!tls) return refuse(tls.error());
    TransferOrder order;
    order.to = *endpoint;
    order.tls = std::move(*tls);
    order.link.silenceNs = timeField(request, "link_timeout_ms", order.link.silenceNs);
    order.link.mostPerSecond = numberField(request, "max_bandwidth");
    if (std::string isa = textField(request, "isa"); !isa.empty()) {
        order.isa = parseIsa(isa);
        if (!order.isa) return refuse({fmt::format("expected the ISA x86_64 or aarch64, found '{}'", isa)});
    }
    if (std::string mode = textField(request, "mode"); !mode.empty()) {
        const auto known = std::ranges::find(kModes, mode, &Mode::name);
        if (known == std::end(kModes))
            return refuse({fmt::format("expected the mode auto, stop, precopy, postcopy or hybrid, found '{}'", mode)});
        order.mode = known->mode;
    }
    order.downtimeLimitNs = timeField(request, "downtime_limit_ms", order.downtimeLimitNs);
    order.askingNs = timeField(request, "reconnect_ms", order.askingNs);
    order.tryOnly = flagField(request, "dry_run");
    order.keepConsole = flagField(request, "keep_console");
    order.patienceNs = timeField(request, "timeout_ms", order.patienceNs);
    order.name = setup_.name;
    order.done = [this, answer](const TransferReport& report) {
        // On a console that stays the program's nothing is said.
        if (!report.tried && !report.attached)
            say(fmt::format("the program goes on at {} ({})", report.to, report.machine));
        nlohmann::ordered_json told = {{"ok", true}};
        told.update(describeTransfer(report));
        answer(told);
    };
    order.failed = [answer](const MoveFailure& failure) { answer(refusal(failure.message)); };
    order.doubtful = [answer](const std::string& why) { answer(refusal(why)); };
    mover_.begin(std::move(order));
}

void Session::receive(Reception& reception) {
    reception_ = &reception;
    reception.onSignal = [this](int signal) { return monitor_.interrupt(signal); };
    reception.onFinished = [this] { doWaiting(); };
    add(reception);
    mover_.setHindrance([&reception] { return reception.missing() ? reception.describeMissing() : std::string(); });
}

/// What it means to end now, if it means more than usual.
void Session::sayWhatIsLost() {
    if (Outgoing* outgoing = mover_.outgoing(); outgoing && outgoing->serving())
        say(fmt::format("the program at {} will wait for ever if it needs the {:.1f} MiB of its memory that were still "
                        "here",
                        outgoing->report().to, static_cast<double>(outgoing->server()->left().bytes()) / (1 << 20)));
}

void Session::recover(const Answer& answer) {
    Outgoing* outgoing = mover_.outgoing();
    auto asked = outgoing ? outgoing->recover() : Result<void>(Error{"it is not in doubt where the program is"});
    if (!asked) return answer(refusal(asked.error().message));
    answer({{"ok", true}});
}

nlohmann::ordered_json Session::stats() {
    nlohmann::ordered_json told = status();
    if (Outgoing* outgoing = mover_.outgoing()) {
        const double seconds = static_cast<double>(monotonicNs() - outgoing->begunNs()) / 1e9;
        const std::uint64_t sent = outgoing->bytesSent(), use = outgoing->report().bytesInUse;
        told["transfer"] = {{"state", outgoing->describeState()},
                            {"address", outgoing->report().to},
                            {"machine", outgoing->report().machine},
                            {"seconds", seconds},
                            {"bytes_sent", sent},
                            {"bytes_per_second", static_cast<double>(sent) / std::max(seconds, 1e-3)},
                            {"bytes_in_use", use},
                            {"bytes_remaining", use - std::min(use, outgoing->bytesWritten())}};
        if (const PreCopy* preCopy = outgoing->preCopy()) {
            const PreCopyReport& report = preCopy->report();
            told["transfer"]["rounds"] = report.rounds;
            told["transfer"]["dirty_bytes_per_second"] = report.dirtyPerSecond;
            told["transfer"]["slowed_percent"] = report.slowedPercent;
            told["transfer"]["expected_downtime_us"] = static_cast<double>(report.expectedDownNs) / 1e3;
        }
        if (const PageServer* server = outgoing->server()) {
            told["transfer"]["bytes_following"] = server->left().bytes();
            told["transfer"]["pages_waited_for"] = outgoing->wants();
        }
    }
    if (reception_ && reception_->missing()) {
        const MissingPages::Figures figures = reception_->missing()->figures();
        told["arriving"] = {{"state", reception_->describeMissing()},
                            {"missing_bytes", figures.missingBytes},
                            {"pages_waited_for", figures.wants},
                            {"wait_median_us", static_cast<double>(figures.medianNs) / 1e3},
                            {"wait_p99_us", static_cast<double>(figures.p99Ns) / 1e3}};
    }
    return told;
}

} // namespace dyad
