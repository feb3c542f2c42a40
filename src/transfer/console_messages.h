// What two hosts say to each other about the standard streams of a program that was moved away from its console.
// Specification: docs/transfer.md, "Console".
#pragma once

#include "migrate/sections.h"

#include <dyad/abi.h>

namespace dyad {

/// Bytes of output that may be sent and not yet known to be written, but for those that one write of the program adds.
inline constexpr std::uint64_t kConsoleWindow = 256 << 10;

struct ConsoleOutput {
    int stream;                       ///< 1 or 2
    std::span<const std::byte> bytes; ///< as long as the section
};

/// All output of the connection so far.
struct ConsoleWritten {
    std::uint64_t bytes = 0;     ///< written, or dropped after an error
    std::int32_t errors[2] = {}; ///< errno of the first failed write to each stream
};

enum class ConsoleAsk : std::uint32_t { Read, ReadyNow, Ready };
inline constexpr std::size_t kConsoleAsks = 3;

struct ConsoleNeed {
    ConsoleAsk ask{};
    std::uint32_t most = 0, mostAhead = 0; ///< bytes of a read; fit into a frame together
};
inline constexpr std::uint32_t kMostInput = DYAD_FRAME_MAX - 8;

struct ConsoleInput {
    ConsoleAsk ask{};                 ///< what it answers
    std::int32_t result = 0;          ///< errno of a read; 1: ready, 0: not
    std::uint32_t ahead = 0;          ///< of the bytes, at the end
    std::span<const std::byte> bytes; ///< as long as the section
};

/// How the destination's dyad ended, or what it would have ended with.
struct ConsoleEnd {
    enum class How : std::uint32_t { Status, Signal } how{};
    std::uint32_t value = 0;
    std::string message; ///< for standard error, or empty
};

/// Whether a destination, or a source, sends sections of this type.
bool isFromProgram(SectionType type);
bool isFromConsole(SectionType type);

Result<void> writeConsoleOutput(SectionWriter& to, const ConsoleOutput& output);
Result<void> writeConsoleWritten(SectionWriter& to, const ConsoleWritten& written);
Result<void> writeConsoleNeed(SectionWriter& to, const ConsoleNeed& need);
Result<void> writeConsoleInput(SectionWriter& to, const ConsoleInput& input);
Result<void> writeConsoleTook(SectionWriter& to, std::uint32_t bytes);
Result<void> writeConsoleSignal(SectionWriter& to, int signal);
Result<void> writeConsoleEnd(SectionWriter& to, const ConsoleEnd& end);

// As those of messages.h.
Result<ConsoleOutput> readConsoleOutput(const std::string& stream, const Section& section);
Result<ConsoleWritten> readConsoleWritten(const std::string& stream, const Section& section);
Result<ConsoleNeed> readConsoleNeed(const std::string& stream, const Section& section);
Result<ConsoleInput> readConsoleInput(const std::string& stream, const Section& section);
Result<std::uint32_t> readConsoleTook(const std::string& stream, const Section& section);
Result<int> readConsoleSignal(const std::string& stream, const Section& section);
Result<ConsoleEnd> readConsoleEnd(const std::string& stream, const Section& section);

} // namespace dyad
