// A console whose streams take and give what a test says.
#pragma once

#include "machine/console.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace dyad::test {

inline std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

struct TestConsole : Console {
    void write(int stream, std::span<const std::byte> bytes) override {
        if (errors[stream - 1]) return;
        pending = bytes;
        pump();
    }
    void pump() override {
        if (blocked) return;
        text.append(reinterpret_cast<const char*>(pending.data()), pending.size());
        pending = {};
    }
    bool idle() const override { return pending.empty(); }
    bool written() const override { return idle(); }
    int error(int stream) const override { return errors[stream - 1]; }
    std::optional<Read> read(std::span<std::byte> to, std::size_t most, std::size_t mostAhead) override {
        if (!input) return std::nullopt;
        Read done;
        done.bytes = std::min(input->size(), most + mostAhead);
        done.ahead = done.bytes > most ? done.bytes - most : 0;
        std::ranges::copy(bytes(*input).first(done.bytes), to.begin());
        input.reset();
        return done;
    }
    std::optional<bool> ready() override { return input.has_value(); }
    bool awaitReady() override { return input.has_value(); }
    bool taken(std::uint32_t bytes) override {
        used += bytes;
        return true;
    }
    void addEntries(std::vector<pollfd>&, bool) const override {}

    std::string text;
    std::span<const std::byte> pending;
    std::optional<std::string> input;
    int errors[2] = {};
    bool blocked = false;
    std::uint32_t used = 0;
};

} // namespace dyad::test
