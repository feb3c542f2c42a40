// `dyad doctor`: tries everything that running an image needs, and says what to do about what is missing.
#include "commands.h"

#include "machine/host_check.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace dyad {

namespace {

const char *label(CheckState state) {
    switch (state) {
    case CheckState::good:
        return "ok";
    case CheckState::absent:
        return "--"; // fine without
    case CheckState::bad:
        return "!!";
    }
    return "";
}

const char *jsonState(CheckState state) {
    return state == CheckState::good ? "ok" : state == CheckState::absent ? "absent" : "missing";
}

void printText(const HostReport &report) {
    for (const HostCheck &check : report.checks) {
        fmt::print("{:<3} {:<22} {}\n", label(check.state), check.name, check.found);
        if (check.state != CheckState::good && !check.remedy.empty())
            fmt::print("    {:<22} -> {}\n", "", check.remedy);
    }
    fmt::print("\n");
    for (const IsaVerdict &verdict : report.verdicts) {
        fmt::print("{:<8} runs on: {}\n", name(verdict.isa),
                   verdict.machines.empty() ? "nothing yet; see !! above"
                                            : fmt::format("{}", fmt::join(verdict.machines, ", ")));
    }
}

void printJson(const HostReport &report, bool good) {
    nlohmann::ordered_json json = {{"version", 1}, {"ok", good}, {"checks", nlohmann::ordered_json::array()}};
    for (const HostCheck &check : report.checks)
        json["checks"].push_back({{"name", check.name},
                                  {"state", jsonState(check.state)},
                                  {"found", check.found},
                                  {"remedy", check.remedy}});
    for (const IsaVerdict &verdict : report.verdicts)
        json["machines"][std::string(name(verdict.isa))] = verdict.machines;
    fmt::print("{}\n", json.dump(2));
}

} // namespace

Action setupDoctor(CLI::App &app) {
    auto asJson = std::make_shared<bool>(false);
    app.add_flag("--json", *asJson, "print the findings as JSON");
    return [asJson] {
        HostReport report = checkHost();
        bool good = std::all_of(report.verdicts.begin(), report.verdicts.end(),
                                [](const IsaVerdict &verdict) { return !verdict.machines.empty(); });
        if (*asJson)
            printJson(report, good);
        else
            printText(report);
        return good ? 0 : kFailed;
    };
}

} // namespace dyad
