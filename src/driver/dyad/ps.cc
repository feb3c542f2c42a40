// `dyad ps`: the programs of this user that run.
#include "commands.h"
#include "control_client.h"

#include <fmt/format.h>

#include <memory>

namespace dyad {

namespace {

std::string duration(double seconds) {
    auto whole = static_cast<unsigned long>(seconds);
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

int listPrograms(bool asJson) {
    auto directory = ControlDirectory::open();
    if (!directory) {
        fmt::print(stderr, "dyad ps: error: {}\n", directory.error().message);
        return kFailed;
    }
    nlohmann::ordered_json programs = nlohmann::ordered_json::array();
    for (const std::string& name : directory->names()) {
        auto client = ControlClient::connect(*directory, name);
        if (!client) continue; // it has ended meanwhile
        auto status = client->ask({{"command", "status"}}, kQuickMs);
        if (status) {
            status->erase("ok");
            programs.push_back(std::move(*status));
        } else {
            programs.push_back({{"name", name}, {"pid", client->process()}, {"error", status.error().message}});
        }
    }
    if (asJson) {
        fmt::print("{}\n", nlohmann::ordered_json{{"version", 1}, {"programs", programs}}.dump(2));
        return 0;
    }
    fmt::print("{:<24} {:>8} {:<22} {:>9} {:>6}  {}\n", "NAME", "PID", "MACHINE", "TIME", "MOVES", "IMAGE");
    for (const auto& program : programs)
        fmt::print("{:<24} {:>8} {:<22} {:>9} {:>6}  {}\n", program.value("name", ""), program.value("pid", 0),
                   program.value("machine", "?"), duration(program.value("seconds", 0.0)), program.value("moves", 0u),
                   program.contains("error") ? program.value("error", "")
                   : program.value("moving", std::string()).empty()
                       ? program.value("image", "")
                       : program.value("image", "") + " (" + program.value("moving", "") + ")");
    return 0;
}

} // namespace

Action setupPs(CLI::App& app) {
    auto asJson = std::make_shared<bool>(false);
    app.add_flag("--json", *asJson, "print the list as JSON");
    return [asJson] { return listPrograms(*asJson); };
}

} // namespace dyad
