// Output is sent at once and kept until the source has written it; input is asked for when the program wants some.
#include "session/relayed_console.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

std::size_t indexOf(ConsoleAsk ask) {
    return static_cast<std::size_t>(ask);
}

} // namespace

Result<void> RelayedConsole::take(const std::string& stream, const Section& section) {
    if (section.type == SectionType::Written) return takeWritten(stream, section);
    if (section.type == SectionType::Input) return takeInput(stream, section);
    auto signal = readConsoleSignal(stream, section);
    if (!signal) return std::move(signal.error());
    signal_ = *signal;
    return {};
}

Result<void> RelayedConsole::takeWritten(const std::string& stream, const Section& section) {
    auto written = readConsoleWritten(stream, section);
    if (!written) return std::move(written.error());
    if (written->bytes < told_ || written->bytes > sent_)
        return unusableSection(
            stream, section.type, section.number,
            fmt::format("{} bytes of output, of {} that were sent, after {}", written->bytes, sent_, told_));
    for (std::uint64_t more = written->bytes - std::exchange(told_, written->bytes); more > 0;) {
        std::vector<std::byte>& bytes = kept_.front().bytes;
        const std::size_t some = std::min<std::uint64_t>(more, bytes.size());
        more -= some;
        if (some == bytes.size())
            kept_.pop_front();
        else
            bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(some));
    }
    std::ranges::copy(written->errors, errors_.begin());
    return {};
}

Result<void> RelayedConsole::takeInput(const std::string& stream, const Section& section) {
    auto input = readConsoleInput(stream, section);
    if (!input) return std::move(input.error());
    auto& asked = asked_[indexOf(input->ask)];
    if (!asked || input->bytes.size() > asked->most + std::size_t{asked->mostAhead} ||
        input->ahead > asked->mostAhead || input->bytes.size() - input->ahead > asked->most)
        return unusableSection(stream, section.type, section.number,
                               fmt::format("nobody asked for {} bytes", input->bytes.size()));
    asked.reset();
    aheadThere_ += input->ahead;
    answers_[indexOf(input->ask)].emplace(
        Answer{input->result, input->ahead, {input->bytes.begin(), input->bytes.end()}});
    return {};
}

Result<void> RelayedConsole::end(const ConsoleEnd& end) {
    return to_ ? writeConsoleEnd(*to_, end) : Result<void>();
}

void RelayedConsole::cut() {
    to_ = nullptr;
    asked_.fill(std::nullopt);
}

// What is sent waits in the connection, which fails by itself: nothing here does.

void RelayedConsole::write(int stream, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), DYAD_FRAME_MAX));
        bytes = bytes.subspan(piece.size());
        kept_.push_back({stream, {piece.begin(), piece.end()}});
        sent_ += piece.size();
        if (to_) (void)writeConsoleOutput(*to_, {stream, piece});
    }
    pump();
}

void RelayedConsole::pump() {
    if (to_) return;
    here_.pump();
    while (here_.idle() && !kept_.empty()) {
        if (std::exchange(writing_, false)) {
            kept_.pop_front();
        } else {
            writing_ = true;
            here_.write(kept_.front().stream, kept_.front().bytes);
        }
    }
}

bool RelayedConsole::idle() const {
    return to_ ? sent_ - told_ < kConsoleWindow : kept_.empty();
}

bool RelayedConsole::written() const {
    return kept_.empty();
}

int RelayedConsole::error(int stream) const {
    const int there = errors_[static_cast<std::size_t>(stream - 1)];
    return there ? there : here_.error(stream);
}

/// The answer, once; nothing before it is there.
std::optional<RelayedConsole::Answer> RelayedConsole::ask(const ConsoleNeed& need) {
    const std::size_t index = indexOf(need.ask);
    if (answers_[index]) return std::exchange(answers_[index], std::nullopt);
    if (to_ && !asked_[index]) {
        asked_[index] = need;
        (void)writeConsoleNeed(*to_, need);
    }
    return std::nullopt;
}

std::optional<Console::Read> RelayedConsole::read(std::span<std::byte> to, std::size_t most, std::size_t mostAhead) {
    const auto answer =
        ask({ConsoleAsk::Read, static_cast<std::uint32_t>(most), static_cast<std::uint32_t>(mostAhead)});
    if (answer) {
        std::ranges::copy(answer->bytes, to.begin());
        return Read{answer->result, answer->bytes.size(), answer->ahead};
    }
    return to_ ? std::nullopt : here_.read(to, most, mostAhead);
}

std::optional<bool> RelayedConsole::ready() {
    if (const auto answer = ask({ConsoleAsk::ReadyNow})) return answer->result != 0;
    return to_ ? std::nullopt : here_.ready();
}

bool RelayedConsole::awaitReady() {
    if (ask({ConsoleAsk::Ready})) return true;
    return !to_ && here_.awaitReady();
}

bool RelayedConsole::taken(std::uint32_t bytes) {
    const std::uint32_t there = std::min(bytes, aheadThere_);
    aheadThere_ -= there;
    if (to_) return bool(writeConsoleTook(*to_, bytes));
    return bytes == there || here_.taken(bytes - there);
}

void RelayedConsole::addEntries(std::vector<pollfd>& entries, bool input) const {
    if (!to_) here_.addEntries(entries, input);
}

} // namespace dyad
