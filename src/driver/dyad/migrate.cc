// `dyad migrate`: moves a running program to another ISA; its `dyad run` goes on where it is.
#include "commands.h"
#include "control_client.h"

#include <fmt/format.h>

#include <memory>

namespace dyad {

namespace {

struct MigrateOptions {
    std::string name, isa, machine, stats;
    unsigned timeout = 10;
    bool selfTest = false;
};

/// Beyond the time to stop the program: starting the destination, copying, arriving; all limited by the monitor.
constexpr int kMoveMs = 120000;

int migrate(const MigrateOptions &options) {
    auto fail = [](const std::string &message) {
        fmt::print(stderr, "dyad migrate: error: {}\n", message);
        return kFailed;
    };
    constexpr unsigned kLongest = 24 * 3600;
    if (!options.stats.empty() && options.stats != "json")
        return fail(fmt::format("--stats takes json, found '{}'", options.stats));
    if (options.timeout > kLongest) return fail(fmt::format("--timeout takes at most {} seconds", kLongest));
    nlohmann::json request = {{"command", "migrate"},
                              {"isa", options.isa},
                              {"timeout_ms", options.timeout * 1000},
                              {"self_test", options.selfTest}};
    if (!options.machine.empty()) request["machine"] = options.machine;
    auto answer = askProgram(options.name, request, static_cast<int>(options.timeout) * 1000 + kMoveMs);
    if (!answer) return fail(answer.error().message);
    answer->erase("ok");
    if (options.stats == "json")
        fmt::print("{}\n", answer->dump());
    else
        fmt::print("moved {} to {}: {} bytes, {:.1f} ms downtime\n", options.name, answer->value("machine", "?"),
                   answer->value("bytes", std::uint64_t(0)), answer->value("downtime_us", 0.0) / 1e3);
    return 0;
}

} // namespace

Action setupMigrate(CLI::App &app) {
    auto options = std::make_shared<MigrateOptions>();
    app.add_option("NAME", options->name, "the program, as dyad ps shows it")->required();
    app.add_option("--isa", options->isa, "x86_64 or aarch64; the present one is allowed too")
        ->required()
        ->type_name("ISA");
    app.add_option("--machine", options->machine, "qemu or process (default: the present kind)")->type_name("KIND");
    app.add_option("--timeout", options->timeout, "seconds in which the program must stop (default: 10)")
        ->type_name("SECONDS");
    app.add_flag("--self-test", options->selfTest, "compare the stack before and after");
    app.add_option("--stats", options->stats, "json: print the figures as JSON")->type_name("json");
    return [options] { return migrate(*options); };
}

} // namespace dyad
