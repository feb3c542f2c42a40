// `dyad migrate`: moves a running program to another ISA, where its `dyad run` goes on, or to another host.
#include "commands.h"
#include "control_client.h"
#include "session_options.h"
#include "transfer_options.h"

#include "transfer/endpoint.h"

#include <fmt/format.h>

#include <memory>
#include <unistd.h>

namespace dyad {

namespace {

struct MigrateOptions : TransferOptions {
    std::string name, isa, machine, stats, to, mode, bandwidth;
    unsigned timeout = 10, downtimeLimit = 50, reconnect = 60;
    bool selfTest = false, dryRun = false, keepConsole = false, recover = false, cancel = false;
};

/// Beyond the time to stop the program: starting the destination, copying, arriving; all limited by the monitor.
constexpr int kMoveMs = 120000;
/// How often a progress line is renewed.
constexpr int kProgressMs = 250;
constexpr double kMiB = 1 << 20;

int fail(const std::string& message) {
    fmt::print(stderr, "dyad migrate: error: {}\n", message);
    return kFailed;
}

Result<void> checkOptions(const MigrateOptions& options) {
    constexpr unsigned kLongest = 24 * 3600;
    if (!options.stats.empty() && options.stats != "json")
        return Error{fmt::format("--stats takes json, found '{}'", options.stats)};
    if (options.timeout > kLongest) return Error{fmt::format("--timeout takes at most {} seconds", kLongest)};
    if (options.reconnect > kLongest) return Error{fmt::format("--reconnect takes at most {} seconds", kLongest)};
    const int what = !options.to.empty() + options.recover + options.cancel;
    if (what > 1) return Error{"expected one of --to, --recover and --cancel"};
    if (what == 0 && options.isa.empty()) return Error{"expected --isa ISA, or --to ADDRESS"};
    if (options.to.empty() && (options.dryRun || options.keepConsole || !options.mode.empty() ||
                               !options.bandwidth.empty() || !options.tls.empty() || options.insecure))
        return Error{"--dry-run, --keep-console, --mode, --max-bandwidth, --tls and --insecure go with --to"};
    if (!options.to.empty() && (!options.machine.empty() || options.selfTest))
        return Error{"--machine and --self-test do not go with --to: dyad receive has the machine, and always tests"};
    return {};
}

Result<nlohmann::json> requestFor(const MigrateOptions& options) {
    if (options.recover) return nlohmann::json{{"command", "recover"}};
    if (options.cancel) return nlohmann::json{{"command", "cancel"}};
    nlohmann::json request = {{"command", "migrate"}, {"timeout_ms", options.timeout * 1000}};
    if (!options.isa.empty()) request["isa"] = options.isa;
    if (options.to.empty()) {
        request["self_test"] = options.selfTest;
        if (!options.machine.empty()) request["machine"] = options.machine;
        return request;
    }
    // Names are looked up here: the monitor serves its program and waits for nobody.
    auto endpoint = Endpoint::parse(options.to, Endpoint::Names::resolve);
    if (!endpoint) return std::move(endpoint.error()).in("--to");
    request["to"] = endpoint->text();
    request["tls"] = options.tlsPath();
    request["insecure"] = options.insecure;
    request["dry_run"] = options.dryRun;
    request["reconnect_ms"] = options.reconnect * 1000;
    request["keep_console"] = options.keepConsole;
    request["link_timeout_ms"] = options.linkTimeout * 1000;
    if (!options.mode.empty()) request["mode"] = options.mode;
    request["downtime_limit_ms"] = options.downtimeLimit;
    if (!options.bandwidth.empty()) {
        auto limit = parseSize(options.bandwidth, "--max-bandwidth");
        if (!limit) return std::move(limit.error());
        request["max_bandwidth"] = *limit;
    }
    return request;
}

void printProgress(ControlDirectory& directory, const std::string& name) {
    auto client = ControlClient::connect(directory, name);
    auto answer = client ? client->ask({{"command", "stats"}}, kProgressMs) : std::move(client.error());
    if (!answer || !answer->contains("transfer")) return;
    const auto& transfer = (*answer)["transfer"];
    fmt::print(stderr, "\r\x1b[K{}: {}, {:.1f} MiB sent, {:.1f} MiB to go, {:.1f} MiB/s", name,
               transfer.value("state", ""), transfer.value("bytes_sent", 0.0) / kMiB,
               transfer.value("bytes_remaining", 0.0) / kMiB, transfer.value("bytes_per_second", 0.0) / kMiB);
    if (transfer.contains("rounds"))
        fmt::print(stderr, ", round {}, {:.1f} MiB/s written, {:.0f} ms downtime expected",
                   transfer.value("rounds", 0u), transfer.value("dirty_bytes_per_second", 0.0) / kMiB,
                   transfer.value("expected_downtime_us", 0.0) / 1e3);
    if (const auto slowed = transfer.value("slowed_percent", 0u)) fmt::print(stderr, ", slowed by {} %", slowed);
    if (transfer.contains("bytes_following"))
        fmt::print(stderr, ", {:.1f} MiB to follow, {} pages waited for", transfer.value("bytes_following", 0.0) / kMiB,
                   transfer.value("pages_waited_for", 0u));
}

/// As long as it takes: the monitor has an end for every step, but none for a slow line.
Result<nlohmann::ordered_json> askPatiently(const std::string& name, const nlohmann::json& request) {
    auto directory = ControlDirectory::open();
    if (!directory) return std::move(directory.error());
    auto client = ControlClient::connect(*directory, name);
    if (!client) return std::move(client.error());
    if (auto sent = client->send(request); !sent) return std::move(sent.error());
    const bool terminal = isatty(STDERR_FILENO);
    for (;;) {
        auto answer = client->answer(kProgressMs);
        const bool over = !answer || *answer;
        if (terminal && over) fmt::print(stderr, "\r\x1b[K");
        if (!answer) return std::move(answer.error());
        if (*answer) return std::move(**answer);
        if (terminal) printProgress(*directory, name);
    }
}

/// Of pre-copy; nothing to say of a stop.
std::string describeRounds(const nlohmann::ordered_json& answer) {
    const auto rounds = answer.value("rounds", 0u);
    if (rounds == 0) return {};
    const auto slowed = answer.value("slowed_percent", 0u);
    const double followed = answer.value("bytes_followed", 0.0) / kMiB;
    return fmt::format(", {} rounds{}{}{}", rounds, slowed ? fmt::format(", slowed by {} % for them", slowed) : "",
                       answer.value("converged", false) ? "" : "; it writes too fast for the downtime limit",
                       followed > 0 ? fmt::format(", {:.1f} MiB followed", followed) : "");
}

/// How long a dry run's move would take, if the connection could be measured or has a limit.
std::string estimate(const nlohmann::ordered_json& answer) {
    const double rate = answer.value("bytes_per_second", 0.0);
    if (rate <= 0) return {};
    return fmt::format(", about {:.1f} s at {:.1f} MiB/s", answer.value("bytes_in_use", 0.0) / rate, rate / kMiB);
}

void printReport(const MigrateOptions& options, const nlohmann::ordered_json& answer) {
    if (options.cancel)
        fmt::print("cancelled: {} goes on here\n", options.name);
    else if (options.recover)
        fmt::print("asking {}'s destination; dyad stats tells what comes of it\n", options.name);
    else if (options.dryRun)
        fmt::print("{} can be moved to {} ({}): at most {:.1f} MiB to send{}\n", options.name,
                   answer.value("address", "?"), answer.value("machine", "?"), answer.value("bytes_in_use", 0.0) / kMiB,
                   estimate(answer));
    else if (!options.to.empty())
        fmt::print("moved {} to {} ({}): {} bytes, {:.1f} ms downtime, {:.2f} s{}\n", options.name,
                   answer.value("address", "?"), answer.value("machine", "?"), answer.value("bytes", std::uint64_t(0)),
                   answer.value("downtime_us", 0.0) / 1e3, answer.value("total_us", 0.0) / 1e6, describeRounds(answer));
    else
        fmt::print("moved {} to {}: {} bytes, {:.1f} ms downtime\n", options.name, answer.value("machine", "?"),
                   answer.value("bytes", std::uint64_t(0)), answer.value("downtime_us", 0.0) / 1e3);
}

int migrate(const MigrateOptions& options) {
    if (auto checked = checkOptions(options); !checked) return fail(checked.error().message);
    auto request = requestFor(options);
    if (!request) return fail(request.error().message);
    auto answer = options.to.empty()
                      ? askProgram(options.name, *request, static_cast<int>(options.timeout) * 1000 + kMoveMs)
                      : askPatiently(options.name, *request);
    if (!answer) return fail(answer.error().message);
    answer->erase("ok");
    if (options.stats == "json")
        fmt::print("{}\n", answer->dump());
    else
        printReport(options, *answer);
    return 0;
}

} // namespace

Action setupMigrate(CLI::App& app) {
    auto options = std::make_shared<MigrateOptions>();
    app.add_option("NAME", options->name, "the program, as dyad ps shows it")->required();
    app.add_option("--isa", options->isa, "x86_64 or aarch64; the present one is allowed too")->type_name("ISA");
    app.add_option("--to", options->to, "another host, where dyad receive waits")->type_name("HOST:PORT|unix:PATH");
    app.add_option("--machine", options->machine, "qemu or process (default: the present kind)")->type_name("KIND");
    app.add_option("--timeout", options->timeout, "seconds in which the program must stop (default: 10)")
        ->type_name("SECONDS");
    app.add_flag("--self-test", options->selfTest, "compare the stack before and after");
    app.add_option("--stats", options->stats, "json: print the figures as JSON")->type_name("json");
    app.add_option("--mode", options->mode,
                   "auto (default), stop: stop the program and send everything; precopy: send while it runs; postcopy: "
                   "send after it; hybrid: both")
        ->type_name("MODE");
    app.add_option("--downtime-limit", options->downtimeLimit,
                   "ms for which the program may be stopped, if it can be had (default: 50)")
        ->type_name("MS");
    app.add_option("--max-bandwidth", options->bandwidth, "bytes a second to send at most, such as 10M")
        ->type_name("SIZE");
    app.add_option("--reconnect", options->reconnect,
                   "seconds for which a connection that broke after the program went is made again (default: 60)")
        ->type_name("SECONDS");
    app.add_flag("--keep-console", options->keepConsole,
                 "the program's standard streams, and its exit status, stay with its dyad run here");
    app.add_flag("--dry-run", options->dryRun,
                 "only ask the destination whether it would take the program, and measure the line");
    app.add_flag("--cancel", options->cancel, "end the move that is under way: the program stays");
    app.add_flag("--recover", options->recover, "ask again what became of a move whose connection broke");
    addTransferOptions(app, *options);
    return [options] { return migrate(*options); };
}

} // namespace dyad
