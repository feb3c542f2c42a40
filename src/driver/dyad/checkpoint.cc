// `dyad checkpoint`: writes a running program to a file.
#include "commands.h"
#include "control_client.h"

#include "migrate/checkpoint.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace dyad {

namespace {

struct CheckpointOptions {
    std::string name, output, base;
    unsigned timeout = 10;
    int level = CheckpointForm::kUsualLevel;
    bool leaveRunning = false, watch = false;
};

/// Beyond the time to stop the program: writing its memory.
constexpr int kWriteMs = 600000;

int checkpoint(const CheckpointOptions &options) {
    std::error_code error;
    // The program's monitor has a working directory of its own.
    const auto absolute = [&](const std::string &path) { return std::filesystem::absolute(path, error).string(); };
    nlohmann::json request = {{"command", "checkpoint"},
                              {"file", absolute(options.output)},
                              {"base", options.base.empty() ? "" : absolute(options.base)},
                              {"compress", options.level},
                              {"leave_running", options.leaveRunning},
                              {"watch", options.watch},
                              {"timeout_ms", std::min(options.timeout, 24u * 3600) * 1000}};
    auto answer = askProgram(options.name, request, kWriteMs);
    if (!answer) {
        fmt::print(stderr, "dyad checkpoint: error: {}\n", answer.error().message);
        return kFailed;
    }
    const auto number = [&](const char *key) { return answer->value(key, std::uint64_t(0)); };
    const std::string of =
        options.base.empty() ? "" : fmt::format(" of {} that were looked at", number("bytes_looked_at"));
    fmt::print("wrote {} to {}: {} bytes of memory{} in {} bytes; {}\n", options.name, options.output, number("bytes"),
               of, number("file_bytes"),
               options.leaveRunning ? "it goes on" : "it has ended here");
    return 0;
}

} // namespace

Action setupCheckpoint(CLI::App &app) {
    auto options = std::make_shared<CheckpointOptions>();
    app.add_option("NAME", options->name, "the program, as dyad ps shows it")->required();
    app.add_option("-o,--output", options->output, "the file to write")->required()->type_name("FILE");
    app.add_option("--base", options->base, "an earlier checkpoint: write only what differs from it; it must be kept")
        ->type_name("FILE");
    app.add_option("--compress", options->level,
                   fmt::format("zstd level, 0: none (default: {}); what does not shrink is written as it is",
                               CheckpointForm::kUsualLevel))
        ->type_name("LEVEL")
        ->check(CLI::Range(0, CheckpointForm::kMostLevel));
    auto *leave = app.add_flag("--leave-running", options->leaveRunning, "let the program go on afterwards");
    app.add_flag("--watch", options->watch, "note what it writes from then on, to take the next checkpoint with this one as --base sooner")
        ->needs(leave);
    app.add_option("--timeout", options->timeout, "seconds in which the program must stop (default: 10)")
        ->type_name("SECONDS");
    return [options] { return checkpoint(*options); };
}

} // namespace dyad
