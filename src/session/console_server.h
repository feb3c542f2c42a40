// The console of a program that was moved away from it: the source's side. Specification: docs/transfer.md, "Console".
#pragma once

#include "machine/console.h"
#include "transfer/console_messages.h"

#include <array>
#include <deque>
#include <string>

namespace dyad {

class ConsoleServer {
  public:
    /// `console` is nobody else's as long as this lives; both must outlive it.
    ConsoleServer(Console& console, SectionWriter& to) : console_(console), to_(to) {}

    /// Takes a section of a destination. `stream`: for messages.
    Result<void> take(const std::string& stream, const Section& section);
    /// Writes, reads and answers what can be now.
    Result<void> step();
    /// Has the program end as if it came to the destination's process.
    Result<void> signal(int signal) { return writeConsoleSignal(to_, signal); }
    /// How the program ended: when all of its output was written here.
    const ConsoleEnd* end() const { return end_ && pieces_.empty() ? &*end_ : nullptr; }
    /// The program has ended, and its output is here.
    bool ending() const { return end_.has_value(); }

    void addEntries(std::vector<pollfd>& entries) const;

  private:
    struct Piece {
        int stream;
        std::vector<std::byte> bytes;
    };
    Result<void> writeOut();
    Result<void> serve(ConsoleNeed need);

    Console& console_;
    SectionWriter& to_;
    std::deque<Piece> pieces_; ///< the first one is being written if writing_ is set
    bool writing_ = false;
    std::uint64_t waiting_ = 0; ///< bytes of them
    ConsoleWritten written_;
    std::array<std::optional<ConsoleNeed>, kConsoleAsks> needs_;
    std::optional<ConsoleEnd> end_;
};

} // namespace dyad
