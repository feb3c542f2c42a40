// Connections are independent of each other, but for the one program that can be taken.
#include "session/reception.h"

#include "machine/ticks.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

/// More than these at once wait in the socket's backlog.
constexpr std::size_t kMostConnections = 8;
/// A source whose connection broke comes back every second for a while; an ended program waits so long for it.
constexpr std::uint64_t kEndNs = 3'000'000'000;

} // namespace

Result<std::unique_ptr<Reception>> Reception::open(Endpoint endpoint, std::shared_ptr<Tls> tls,
                                                   const Destination& destination, LinkSetup link,
                                                   std::function<void(const std::string&)> tell) {
    auto socket = endpoint.listen();
    if (!socket) return std::move(socket.error());
    return std::unique_ptr<Reception>(
        new Reception(std::move(endpoint), std::move(*socket), std::move(tls), destination, link, std::move(tell)));
}

Reception::~Reception() {
    endpoint_.remove();
}

void Reception::accept() {
    while (incoming_.size() < kMostConnections) {
        UniqueFd socket = Endpoint::accept(socket_.get());
        if (!socket) return;
        // Peers have no names worth showing: an address of theirs says little, and a Unix socket's nothing.
        std::string peer = fmt::format("connection {}", ++connections_);
        auto channel = tls_ ? tls_->server(std::move(socket)) : plainChannel(std::move(socket));
        incoming_.emplace_back(destination_, std::move(channel), std::move(peer), link_);
    }
}

bool Reception::busyBut(const Incoming& one) const {
    return taken_ ||
           std::ranges::any_of(incoming_, [&](const Incoming& other) { return &other != &one && other.underWay(); });
}

void Reception::answer(Incoming& asking) {
    // Later, if that is what is being recorded.
    if (std::ranges::any_of(incoming_,
                            [&](const Incoming& other) { return other.deciding() && other.id() == asking.id(); }))
        return;
    const bool here = missing_ && !missing_->isComplete() && asking.id() == missingId_;
    // Its source has lost that connection, or it would not ask.
    for (Incoming& other : incoming_)
        if (&other != &asking && other.underWay() && other.id() == asking.id())
            other.giveUp("the source asked for it again on another connection");
    here ? asking.follow(missing_) : asking.answer();
}

bool Reception::connected() const {
    return std::ranges::any_of(incoming_, [](const Incoming& one) { return one.following(); });
}

bool Reception::attached() const {
    return std::ranges::any_of(incoming_, [](const Incoming& one) { return one.attached(); });
}

std::string Reception::describeMissing() const {
    return fmt::format("{:.1f} MiB of the program's memory are still arriving{}",
                       static_cast<double>(missing_->figures().missingBytes) / (1 << 20),
                       connected() ? "" : "; the connection to its source is broken");
}

Result<void> Reception::step() {
    stepConnections();
    if (signal_ && onSignal)
        if (auto taken = onSignal(*std::exchange(signal_, std::nullopt)); !taken) return taken;
    return stepMissing();
}

/// Says once what a broken connection means, and once that the program has come to wait for it.
Result<void> Reception::stepMissing() {
    if (!missing_) return {};
    auto over = missing_->finished();
    if (!over) return std::move(over.error());
    if (*over) {
        missing_.reset();
        if (onFinished) onFinished();
        return {};
    }
    if (missing_->isComplete() || connected()) {
        cut_ = waitTold_ = false;
        return {};
    }
    if (!std::exchange(cut_, true))
        tell_(fmt::format("{}: it goes on until it needs them; the source connects again by itself for a while, then "
                          "by dyad migrate --recover",
                          describeMissing()));
    if (missing_->waited() && !std::exchange(waitTold_, true))
        tell_("the program waits for memory that is still at its source");
    return {};
}

void Reception::programEnded(const ConsoleEnd& end) {
    const bool missing = missing_ && !missing_->isComplete();
    if (!missing && !attached()) return;
    if (missing) {
        missing_->complete();
        if (auto noted = destination_.records.complete(missingId_); !noted) tell_(noted.error().message);
    }
    stepConnections(); // says that nothing more is needed
    for (Incoming& one : incoming_)
        one.endConsole(end);
    const std::uint64_t until = monotonicNs() + kEndNs;
    for (bool heard = false; monotonicNs() < until && !(heard && incoming_.empty());) {
        stepConnections();
        heard = heard || !incoming_.empty();
        std::vector<pollfd> entries;
        addEntries(entries);
        poll(entries.data(), entries.size(), 1);
    }
}

void Reception::stepConnections() {
    accept();
    for (auto one = incoming_.begin(); one != incoming_.end();) {
        const auto outcome = one->step(busyBut(*one));
        if (one->asks()) answer(*one);
        if (const auto signal = one->takeSignal()) signal_ = signal;
        if (outcome == Incoming::Outcome::Taken) {
            taken_ = true;
            received_.emplace(one->take());
            missing_ = one->missing();
            missingId_ = one->id();
        }
        if (outcome == Incoming::Outcome::Over) {
            if (!one->why().empty()) tell_(one->why());
            one = incoming_.erase(one);
        } else {
            ++one;
        }
    }
}

void Reception::addEntries(std::vector<pollfd>& entries) const {
    if (incoming_.size() < kMostConnections) entries.push_back({socket_.get(), POLLIN, 0});
    for (const Incoming& one : incoming_)
        one.addEntries(entries);
}

std::uint64_t Reception::nextTurn() const {
    std::uint64_t next = UINT64_MAX;
    for (const Incoming& one : incoming_)
        next = std::min(next, one.nextTurn());
    return next;
}

} // namespace dyad
