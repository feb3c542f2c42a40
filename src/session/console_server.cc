// A piece of output counts as written when all of it is: the destination keeps what it was not told of.
#include "session/console_server.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

Result<void> ConsoleServer::take(const std::string& stream, const Section& section) {
    const auto unusable = [&](const std::string& what) {
        return unusableSection(stream, section.type, section.number, what);
    };
    if (end_) return unusable("the program has ended");
    switch (section.type) {
    case SectionType::Output: {
        auto output = readConsoleOutput(stream, section);
        if (!output) return std::move(output.error());
        // What is sent goes beyond the window by what one frame of the guest, and a word of ours to it, has.
        waiting_ += output->bytes.size();
        if (waiting_ > kConsoleWindow + 2 * DYAD_FRAME_MAX)
            return unusable(fmt::format("expected {} bytes at most on their way, found {}", kConsoleWindow, waiting_));
        if (!output->bytes.empty()) pieces_.push_back({output->stream, {output->bytes.begin(), output->bytes.end()}});
        return {};
    }
    case SectionType::Need: {
        auto need = readConsoleNeed(stream, section);
        if (!need) return std::move(need.error());
        auto& known = needs_[static_cast<std::size_t>(need->ask)];
        if (known) return unusable("the same was asked before, and not answered yet");
        known = *need;
        return {};
    }
    case SectionType::Took: {
        auto bytes = readConsoleTook(stream, section);
        if (!bytes) return std::move(bytes.error());
        console_.taken(*bytes);
        return {};
    }
    default:
        break;
    }
    auto end = readConsoleEnd(stream, section);
    if (!end) return std::move(end.error());
    end_ = std::move(*end);
    return {};
}

Result<void> ConsoleServer::writeOut() {
    const std::uint64_t before = written_.bytes;
    console_.pump();
    while (console_.idle() && !pieces_.empty()) {
        if (std::exchange(writing_, false)) {
            written_.bytes += pieces_.front().bytes.size();
            waiting_ -= pieces_.front().bytes.size();
            pieces_.pop_front();
        } else {
            writing_ = true;
            console_.write(pieces_.front().stream, pieces_.front().bytes);
        }
    }
    if (written_.bytes == before) return {};
    for (const int stream : {1, 2})
        written_.errors[stream - 1] = console_.error(stream);
    return writeConsoleWritten(to_, written_);
}

Result<void> ConsoleServer::serve(ConsoleNeed need) {
    ConsoleInput input{need.ask, 0, 0, {}};
    std::array<std::byte, kMostInput> buffer;
    switch (need.ask) {
    case ConsoleAsk::Read: {
        const auto read = console_.read(buffer, need.most, need.mostAhead);
        if (!read) return {};
        input.result = read->error;
        input.ahead = static_cast<std::uint32_t>(read->ahead);
        input.bytes = std::span(buffer).first(read->bytes);
        break;
    }
    case ConsoleAsk::ReadyNow: {
        const auto ready = console_.ready();
        if (!ready) return {};
        input.result = *ready;
        break;
    }
    case ConsoleAsk::Ready:
        if (!console_.awaitReady()) return {};
        input.result = 1;
        break;
    }
    needs_[static_cast<std::size_t>(need.ask)].reset();
    return writeConsoleInput(to_, input);
}

Result<void> ConsoleServer::step() {
    if (auto written = writeOut(); !written) return written;
    if (end_) return {};
    for (const auto& need : needs_)
        if (need)
            if (auto served = serve(*need); !served) return served;
    return {};
}

void ConsoleServer::addEntries(std::vector<pollfd>& entries) const {
    console_.addEntries(entries,
                        !end_ && std::ranges::any_of(needs_, [](const auto& need) { return need.has_value(); }));
}

} // namespace dyad
