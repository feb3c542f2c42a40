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
            {"rounds", report.preCopy.rounds},
            {"converged", report.preCopy.converged}};
}

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
    if (std::string mode = textField(request, "mode"); mode == "precopy")
        order.mode = TransferMode::preCopy;
    else if (!mode.empty() && mode != "stop")
        return refuse({fmt::format("expected the mode stop or precopy, found '{}'; post-copy is not there yet", mode)});
    order.downtimeLimitNs = timeField(request, "downtime_limit_ms", order.downtimeLimitNs);
    order.tryOnly = flagField(request, "dry_run");
    order.patienceNs = timeField(request, "timeout_ms", order.patienceNs);
    order.name = setup_.name;
    order.done = [this, answer](const TransferReport& report) {
        if (!report.tried) say(fmt::format("the program goes on at {} ({})", report.to, report.machine));
        nlohmann::ordered_json told = {{"ok", true}};
        told.update(describeTransfer(report));
        answer(told);
    };
    order.failed = [answer](const MoveFailure& failure) { answer(refusal(failure.message)); };
    order.doubtful = [answer](const std::string& why) { answer(refusal(why)); };
    mover_.begin(std::move(order));
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
            told["transfer"]["expected_downtime_us"] = static_cast<double>(report.expectedDownNs) / 1e3;
        }
    }
    return told;
}

} // namespace dyad
