// `dyad stop`: ends a running program as Ctrl-C on its `dyad run` does.
#include "commands.h"
#include "control_client.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

namespace dyad {

namespace {

constexpr int kEndMs = 10000;

Result<void> stopProgram(const std::string &name, bool kill) {
    auto directory = ControlDirectory::open();
    if (!directory) return std::move(directory.error());
    auto client = ControlClient::connect(*directory, name);
    if (!client) return std::move(client.error());
    if (kill) {
        pid_t process = client->process();
        if (process <= 0 || ::kill(process, SIGKILL) != 0)
            return Error{fmt::format("cannot kill process {} of '{}': {}", process, name, std::strerror(errno))};
    } else if (auto answer = client->ask({{"command", "stop"}}, kQuickMs); !answer) {
        return Error{fmt::format("{}; dyad stop --kill ends it in any case", answer.error().message)};
    }
    if (client->waitForEnd(kEndMs)) return {};
    return Error{fmt::format("'{}' has not ended within {} s{}", name, kEndMs / 1000,
                             kill ? "" : "; dyad stop --kill ends it in any case")};
}

} // namespace

Action setupStop(CLI::App &app) {
    auto name = std::make_shared<std::string>();
    auto kill = std::make_shared<bool>(false);
    app.add_option("NAME", *name, "the program, as dyad ps shows it")->required();
    app.add_flag("--kill", *kill, "do not ask: kill it with its machine");
    return [name, kill] {
        auto stopped = stopProgram(*name, *kill);
        if (stopped) return 0;
        fmt::print(stderr, "dyad stop: error: {}\n", stopped.error().message);
        return kFailed;
    };
}

} // namespace dyad
