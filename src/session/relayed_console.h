// The console of a program whose standard streams stayed with its source: the destination's side. When the connection
// is gone the streams are those of this process; what the source has not written by then is written here.
// Specification: docs/transfer.md, "Console".
#pragma once

#include "machine/local_console.h"
#include "transfer/console_messages.h"

#include <array>
#include <deque>
#include <string>

namespace dyad {

class RelayedConsole : public Console {
  public:
    /// `to` must live until cut().
    explicit RelayedConsole(SectionWriter& to) : to_(&to) {}

    /// Takes a section of a source. `stream`: for messages.
    Result<void> take(const std::string& stream, const Section& section);
    /// A signal that ended the source, once.
    std::optional<int> takeSignal() { return std::exchange(signal_, std::nullopt); }
    /// The last word.
    Result<void> end(const ConsoleEnd& end);
    /// The connection is gone.
    void cut();
    bool attached() const { return to_; }

    void write(int stream, std::span<const std::byte> bytes) override;
    void pump() override;
    bool idle() const override;
    bool written() const override;
    int error(int stream) const override;
    std::optional<Read> read(std::span<std::byte> to, std::size_t most, std::size_t mostAhead) override;
    std::optional<bool> ready() override;
    bool awaitReady() override;
    bool taken(std::uint32_t bytes) override;
    void addEntries(std::vector<pollfd>& entries, bool input) const override;

  private:
    struct Answer {
        std::int32_t result;
        std::uint32_t ahead;
        std::vector<std::byte> bytes;
    };
    struct Piece {
        int stream;
        std::vector<std::byte> bytes;
    };
    std::optional<Answer> ask(const ConsoleNeed& need);
    Result<void> takeWritten(const std::string& stream, const Section& section);
    Result<void> takeInput(const std::string& stream, const Section& section);

    SectionWriter* to_;                 ///< null: cut
    LocalConsole here_;                 ///< from then on
    std::deque<Piece> kept_;            ///< sent, and not known to be written; after the cut, not written yet
    std::uint64_t sent_ = 0, told_ = 0; ///< bytes of output; told_: written there
    bool writing_ = false;              ///< after the cut: the first of kept_
    std::array<std::int32_t, 2> errors_{};
    std::array<std::optional<ConsoleNeed>, kConsoleAsks> asked_; ///< and not answered yet
    std::array<std::optional<Answer>, kConsoleAsks> answers_;
    std::uint32_t aheadThere_ = 0; ///< bytes that were read ahead from the source's standard input
    std::optional<int> signal_;
};

} // namespace dyad
