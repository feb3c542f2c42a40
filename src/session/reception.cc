// Connections are independent of each other, but for the one program that can be taken.
#include "session/reception.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

/// More than these at once wait in the socket's backlog.
constexpr std::size_t kMostConnections = 8;

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
    // Its source has lost that connection, or it would not ask.
    for (Incoming& other : incoming_)
        if (&other != &asking && other.underWay() && other.id() == asking.id())
            other.giveUp("the source asked for it again on another connection");
    asking.answer();
}

Result<void> Reception::step() {
    accept();
    for (auto one = incoming_.begin(); one != incoming_.end();) {
        const auto outcome = one->step(busyBut(*one));
        if (one->asks()) answer(*one);
        if (outcome == Incoming::Outcome::Taken) {
            taken_ = true;
            received_.emplace(one->take());
        }
        if (outcome == Incoming::Outcome::Over) {
            if (!one->why().empty()) tell_(one->why());
            one = incoming_.erase(one);
        } else {
            ++one;
        }
    }
    return {};
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
