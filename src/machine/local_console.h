// The standard streams of this process.
#pragma once

#include "machine/console.h"
#include "machine/output_stream.h"

namespace dyad {

class LocalConsole : public Console {
  public:
    void write(int stream, std::span<const std::byte> bytes) override;
    void pump() override;
    bool idle() const override { return out_.idle() && err_.idle(); }
    bool written() const override { return idle(); }
    int error(int stream) const override { return (stream == 1 ? out_ : err_).error(); }

    std::optional<Read> read(std::span<std::byte> to, std::size_t most, std::size_t mostAhead) override;
    std::optional<bool> ready() override { return awaitReady(); }
    bool awaitReady() override;
    bool taken(std::uint32_t bytes) override;

    void addEntries(std::vector<pollfd>& entries, bool input) const override;

  private:
    OutputStream out_{1}, err_{2};
};

} // namespace dyad
