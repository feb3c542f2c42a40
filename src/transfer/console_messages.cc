// The payloads as they lie in the stream.
#include "transfer/console_messages.h"

#include "transfer/payload.h"

#include <csignal>

namespace dyad {

namespace {

constexpr std::int32_t kMostErrno = 4095;

struct OutputPayload {
    std::uint32_t stream, zero;
};
struct WrittenPayload {
    std::uint64_t bytes;
    std::int32_t errors[2];
};
struct NeedPayload {
    std::uint32_t ask, most, mostAhead, zero;
};
struct InputPayload {
    std::uint32_t ask;
    std::int32_t result;
    std::uint32_t ahead, zero;
};
struct WordPayload {
    std::uint32_t word, zero;
};
struct EndPayload {
    std::uint32_t how, value;
};
static_assert(sizeof(OutputPayload) == 8 && sizeof(WrittenPayload) == 16 && sizeof(NeedPayload) == 16 &&
              sizeof(InputPayload) == 16 && sizeof(WordPayload) == 8 && sizeof(EndPayload) == 8);

Error unusable(const std::string& stream, const Section& section, std::string_view what) {
    return unusableSection(stream, section.type, section.number, what);
}

} // namespace

bool isFromProgram(SectionType type) {
    return type == SectionType::Output || type == SectionType::Need || type == SectionType::Took ||
           type == SectionType::Ended;
}

bool isFromConsole(SectionType type) {
    return type == SectionType::Written || type == SectionType::Input || type == SectionType::Signal;
}

Result<void> writeConsoleOutput(SectionWriter& to, const ConsoleOutput& output) {
    const OutputPayload payload{static_cast<std::uint32_t>(output.stream), 0};
    return to.write(SectionType::Output, {bytesOf(payload), output.bytes});
}

Result<ConsoleOutput> readConsoleOutput(const std::string& stream, const Section& section) {
    auto payload = fixedPart<OutputPayload>(stream, section, DYAD_FRAME_MAX);
    if (!payload) return std::move(payload.error());
    if (payload->stream < 1 || payload->stream > 2 || payload->zero)
        return unusable(stream, section, fmt::format("unknown stream {}", payload->stream));
    return ConsoleOutput{static_cast<int>(payload->stream), section.payload.subspan(sizeof(OutputPayload))};
}

Result<void> writeConsoleWritten(SectionWriter& to, const ConsoleWritten& written) {
    const WrittenPayload payload{written.bytes, {written.errors[0], written.errors[1]}};
    return to.write(SectionType::Written, {bytesOf(payload)});
}

Result<ConsoleWritten> readConsoleWritten(const std::string& stream, const Section& section) {
    auto payload = fixedPart<WrittenPayload>(stream, section);
    if (!payload) return std::move(payload.error());
    for (const std::int32_t error : payload->errors)
        if (error < 0 || error > kMostErrno) return unusable(stream, section, fmt::format("unknown error {}", error));
    return ConsoleWritten{payload->bytes, {payload->errors[0], payload->errors[1]}};
}

Result<void> writeConsoleNeed(SectionWriter& to, const ConsoleNeed& need) {
    const NeedPayload payload{static_cast<std::uint32_t>(need.ask), need.most, need.mostAhead, 0};
    return to.write(SectionType::Need, {bytesOf(payload)});
}

Result<ConsoleNeed> readConsoleNeed(const std::string& stream, const Section& section) {
    auto payload = fixedPart<NeedPayload>(stream, section);
    if (!payload) return std::move(payload.error());
    const bool reads = payload->ask == static_cast<std::uint32_t>(ConsoleAsk::Read);
    if (payload->ask >= kConsoleAsks || payload->zero || reads != (payload->most > 0) ||
        (!reads && payload->mostAhead) || payload->most > kMostInput || payload->mostAhead > kMostInput - payload->most)
        return unusable(
            stream, section,
            fmt::format("cannot answer {} with {} and {} bytes", payload->ask, payload->most, payload->mostAhead));
    return ConsoleNeed{ConsoleAsk{payload->ask}, payload->most, payload->mostAhead};
}

Result<void> writeConsoleInput(SectionWriter& to, const ConsoleInput& input) {
    const InputPayload payload{static_cast<std::uint32_t>(input.ask), input.result, input.ahead, 0};
    return to.write(SectionType::Input, {bytesOf(payload), input.bytes});
}

Result<ConsoleInput> readConsoleInput(const std::string& stream, const Section& section) {
    auto payload = fixedPart<InputPayload>(stream, section, kMostInput);
    if (!payload) return std::move(payload.error());
    const bool reads = payload->ask == static_cast<std::uint32_t>(ConsoleAsk::Read);
    const auto bytes = section.payload.subspan(sizeof(InputPayload));
    if (payload->ask >= kConsoleAsks || payload->zero || payload->result < 0 ||
        payload->result > (reads ? kMostErrno : 1) || payload->ahead > bytes.size() ||
        (!bytes.empty() && (!reads || payload->result)))
        return unusable(stream, section,
                        fmt::format("{} and {} bytes, {} of them ahead, are no answer to {}", payload->result,
                                    bytes.size(), payload->ahead, payload->ask));
    return ConsoleInput{ConsoleAsk{payload->ask}, payload->result, payload->ahead, bytes};
}

Result<void> writeConsoleTook(SectionWriter& to, std::uint32_t bytes) {
    const WordPayload payload{bytes, 0};
    return to.write(SectionType::Took, {bytesOf(payload)});
}

Result<std::uint32_t> readConsoleTook(const std::string& stream, const Section& section) {
    auto payload = fixedPart<WordPayload>(stream, section);
    if (!payload) return std::move(payload.error());
    return payload->word;
}

Result<void> writeConsoleSignal(SectionWriter& to, int signal) {
    const WordPayload payload{static_cast<std::uint32_t>(signal), 0};
    return to.write(SectionType::Signal, {bytesOf(payload)});
}

Result<int> readConsoleSignal(const std::string& stream, const Section& section) {
    auto payload = fixedPart<WordPayload>(stream, section);
    if (!payload) return std::move(payload.error());
    for (const int known : {SIGHUP, SIGINT, SIGQUIT, SIGTERM})
        if (payload->word == static_cast<std::uint32_t>(known)) return known;
    return unusable(stream, section, fmt::format("signal {} ends nothing", payload->word));
}

Result<void> writeConsoleEnd(SectionWriter& to, const ConsoleEnd& end) {
    const EndPayload payload{static_cast<std::uint32_t>(end.how), end.value};
    return to.write(SectionType::Ended, {bytesOf(payload), shortText(end.message)});
}

Result<ConsoleEnd> readConsoleEnd(const std::string& stream, const Section& section) {
    constexpr std::uint32_t kMostStatus = 255, kMostSignal = 64;
    auto payload = fixedPart<EndPayload>(stream, section, kMostText);
    if (!payload) return std::move(payload.error());
    const bool signal = payload->how == static_cast<std::uint32_t>(ConsoleEnd::How::Signal);
    if (payload->how > 1 || payload->value > (signal ? kMostSignal : kMostStatus) || (signal && payload->value == 0))
        return unusable(stream, section, fmt::format("unknown end {}, {}", payload->how, payload->value));
    return ConsoleEnd{ConsoleEnd::How{payload->how}, payload->value,
                      printable(section.payload.subspan(sizeof(EndPayload)))};
}

} // namespace dyad
