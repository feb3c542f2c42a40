// When the next hop is due, and what its failure means.
#include "session/hop.h"

#include "machine/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string_view>

namespace dyad {

namespace {

/// Of the time between moves with every=random.
constexpr std::uint64_t kRandomMeanNs = 5'000'000;

/// The number at the start of `text`, which is left with what follows; nothing if there is none.
std::optional<std::uint64_t> takeNumber(std::string_view& text) {
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<std::uint64_t> parseNumber(std::string_view text) {
    auto value = takeNumber(text);
    return text.empty() ? value : std::nullopt;
}

/// "20ms", "1s", "500us"; ns.
std::optional<std::uint64_t> parseDuration(std::string_view text) {
    constexpr std::uint64_t kMost = 1'000'000;
    auto value = takeNumber(text);
    if (!value || *value == 0 || *value > kMost) return std::nullopt;
    if (text == "us") return *value * 1'000;
    if (text == "ms") return *value * 1'000'000;
    if (text == "s") return *value * 1'000'000'000;
    return std::nullopt;
}

} // namespace

Result<HopPlan> HopPlan::parse(const std::string& text) {
    HopPlan plan;
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view word = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        std::size_t equals = std::min(word.find('='), word.size());
        std::string_view key = word.substr(0, equals), value = word.substr(std::min(equals + 1, word.size()));
        auto wrong = [&](const char* what) {
            return Error{fmt::format("--hop: {} takes {}, found '{}'", key, what, value)};
        };
        if (key == "every" && value == "random") {
            plan.everyNs = kRandomMeanNs;
            plan.random = true;
        } else if (key == "every") {
            auto duration = parseDuration(value);
            if (!duration) return wrong("random or a time such as 500us, 20ms or 1s");
            plan.everyNs = *duration;
        } else if (key == "points") {
            auto number = parseNumber(value);
            if (!number || *number == 0 || *number > UINT32_MAX) return wrong("a number from 1 to 4294967295");
            plan.points = static_cast<std::uint32_t>(*number);
        } else if (key == "count" || key == "min") {
            auto number = parseNumber(value);
            if (!number) return wrong("a number");
            (key == "count" ? plan.count : plan.least) = *number;
        } else if (key == "isa") {
            if (value != "same" && value != "other") return wrong("same or other");
            plan.sameIsa = value == "same";
        } else {
            return Error{fmt::format("--hop takes every, points, count, min and isa, found '{}'", key)};
        }
    }
    if ((plan.everyNs != 0) == (plan.points != 0))
        return Error{fmt::format("--hop takes one of every=TIME and points=NUMBER, found '{}'", text)};
    return plan;
}

Hopper::Hopper(HopPlan plan, Mover& mover, Monitor& monitor) : plan_(plan), mover_(mover), monitor_(monitor) {}

std::uint32_t Hopper::firstRequest(const HopPlan& plan) {
    return plan.points && plan.count ? StopRequest::kFirstNumber : 0;
}

/// The point that stops is the last one of each group.
std::uint32_t Hopper::firstSkip(const HopPlan& plan) {
    return plan.points && plan.count ? plan.points - 1 : 0;
}

std::uint64_t Hopper::nextTime() {
    std::uint64_t wait = plan_.everyNs;
    if (plan_.random) wait = std::uniform_int_distribution<std::uint64_t>(0, 2 * wait)(random_);
    return monotonicNs() + wait;
}

void Hopper::ask(bool atStart) {
    MoveOrder order;
    const Isa present = mover_.machine().setup.isa;
    order.destination = mover_.machineLikeThis(plan_.sameIsa ? present : otherIsa(present));
    order.selfTest = true;
    // Points count from the arrival on. Else the destination is started first, as for dyad migrate, or its start would
    // be a part of the time until the stop.
    order.askAtOnce = plan_.points > 0;
    if (plan_.points) {
        // A program may take any time from one point to the next, or never reach one again.
        order.patienceNs = UINT64_MAX;
        order.skip = plan_.points - 1;
        order.askedAtStart = atStart;
    }
    order.moved = [this](const MoveReport&) {
        nextNs_ = nextTime();
        // Points are counted from the arrival on, so the next stop is asked for before the program goes on.
        if (++done_ < plan_.count && plan_.points) ask(false);
    };
    order.failed = [this](const MoveFailure& failure) { onFailure(failure); };
    mover_.begin(std::move(order));
}

void Hopper::restored() {
    if (!plan_.points || plan_.count == 0) return;
    begun_ = waits_ = true;
    askIfPossible();
}

/// Memory that is still arriving comes first.
void Hopper::askIfPossible() {
    if (!mover_.hindrance().empty()) return;
    waits_ = false;
    ask(false);
}

void Hopper::onFailure(const MoveFailure& failure) {
    if (failure.error == ESRCH) return; // the program has ended
    nextNs_ = nextTime();
    // A program that could not be stopped in time is asked again; anything else is what hops are there to find.
    if (failure.error != ETIMEDOUT && failure.error != EBUSY)
        failure_ = Error{fmt::format("--hop: move {} failed: {}", done_ + 1, failure.message)};
}

Result<void> Hopper::step() {
    if (failure_) return *failure_;
    if (done_ >= plan_.count || mover_.busy()) return {};
    if (!begun_) {
        if (plan_.points) {
            begun_ = true;
            ask(true);
        } else if (monitor_.started()) {
            begun_ = true;
            nextNs_ = nextTime();
        }
        return {};
    }
    if (waits_ || (plan_.everyNs && monotonicNs() >= nextNs_)) askIfPossible();
    return {};
}

std::uint64_t Hopper::nextTurn() const {
    const bool waits = plan_.everyNs && begun_ && done_ < plan_.count && !mover_.busy();
    return waits ? nextNs_ : UINT64_MAX;
}

Result<void> Hopper::checkCount() const {
    if (done_ >= plan_.least) return {};
    return Error{fmt::format("--hop: the program was moved {} times; at least {} were demanded", done_, plan_.least)};
}

} // namespace dyad
