// A connection between two hosts: sections both ways, never blocking, with an end to every silence. Specification:
// docs/transfer.md, "Connection" and "Time".
#pragma once

#include "migrate/sections.h"
#include "transfer/channel.h"

#include <deque>
#include <string>

namespace dyad {

struct LinkSetup {
    std::uint64_t silenceNs = 10'000'000'000; ///< after which a peer is given up
    std::uint64_t mostPerSecond = 0;          ///< bytes sent; 0: no limit
};

class Link : private ByteSink {
  public:
    Link(std::unique_ptr<Channel> channel, std::string peer, LinkSetup setup);

    /// Sends what can be sent, and looks at the clock. An error ends the connection. Begins a turn: what is received in
    /// one has a limit, so that others have theirs.
    Result<void> step();
    /// True when the peer's header has come (the first time), or another section: assembler().section(). Sections of
    /// type Alive are not shown.
    Result<bool> receive();
    SectionAssembler& incoming() { return assembler_; }

    /// Sections written here are sent by step().
    SectionWriter& outgoing() { return writer_; }
    /// Bytes that wait to be sent.
    std::size_t waiting() const { return waiting_; }

    /// No more is written: sends the rest, then only waits for the peer's end; true when that has come, or something
    /// went wrong.
    bool finished();

    void addEntry(std::vector<pollfd>& entries) const;
    std::uint64_t nextTurn() const;

    const std::string& peer() const { return peer_; }
    std::uint64_t bytesSent() const { return total_; }
    std::uint64_t bytesReceived() const { return received_; }
    /// The peer's first bytes are those of this protocol, whatever follows.
    bool known() const { return assembler_.rightMagic(); }

  private:
    struct Part {
        std::vector<std::byte> own;
        std::span<const std::byte> lent; ///< instead
        std::span<const std::byte> bytes() const { return own.empty() ? lent : std::span<const std::byte>(own); }
    };
    Result<void> write(std::span<const std::byte> bytes) override;
    Result<void> lend(std::span<const std::byte> bytes) override;
    void add(std::size_t bytes);
    void sent(std::size_t bytes);
    Result<void> send();
    Result<void> checkSilence();
    std::size_t allowance(std::uint64_t now);

    std::unique_ptr<Channel> channel_;
    std::string peer_;
    LinkSetup setup_;
    SectionAssembler assembler_;
    SectionWriter writer_;
    std::deque<Part> parts_;             ///< none is empty
    std::size_t waiting_ = 0, sent_ = 0; ///< sent_: of the first part
    std::vector<std::byte> discarded_;
    std::size_t room_ = 0; ///< bytes that may still be received in this turn
    bool open_ = false, greeted_ = false, finishing_ = false, more_ = false;
    std::uint64_t total_ = 0, received_ = 0;
    std::uint64_t heardNs_, progressNs_, spokeNs_, finishNs_ = 0;
    std::uint64_t allowed_ = 0, allowedNs_ = 0; ///< bytes that may be sent by --max-bandwidth, and since when
};

} // namespace dyad
