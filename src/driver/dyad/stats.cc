// `dyad stats`: what a running program, and its transfer, have come to.
#include "commands.h"
#include "control_client.h"

#include <fmt/format.h>

#include <memory>

namespace dyad {

namespace {

int printStats(const std::string& name, bool asJson) {
    auto answer = askProgram(name, {{"command", "stats"}}, kQuickMs);
    if (!answer) {
        fmt::print(stderr, "dyad stats: error: {}\n", answer.error().message);
        return kFailed;
    }
    answer->erase("ok");
    if (asJson) {
        fmt::print("{}\n", answer->dump(2));
        return 0;
    }
    for (const auto& [key, value] : answer->items())
        if (value.is_object())
            for (const auto& [inner, number] : value.items())
                fmt::print("{:<24} {}\n", key + "." + inner, number.dump());
        else
            fmt::print("{:<24} {}\n", key, value.dump());
    return 0;
}

} // namespace

Action setupStats(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    auto asJson = std::make_shared<bool>(false);
    app.add_option("NAME", *name, "the program, as dyad ps shows it")->required();
    app.add_flag("--json", *asJson, "print JSON");
    return [name, asJson] { return printStats(*name, *asJson); };
}

} // namespace dyad
