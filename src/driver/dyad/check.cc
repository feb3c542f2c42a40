// `dyad check`: proves from a finished image that both halves match.
#include "check/check.h"
#include "commands.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace dyad {

namespace {

struct Options {
    std::string image;
    bool json = false;
};

void printJson(const PairImage &image, const CheckReport &report) {
    const CheckCounts &counts = report.counts;
    nlohmann::ordered_json json{{"image", image.path()},
                                      {"id", image.manifest().id},
                                      {"symbols_checked", report.symbolsChecked},
                                      {"functions", counts.functions},
                                      {"objects", counts.objects},
                                      {"thread_locals", counts.threadLocals},
                                      {"local_objects", counts.locals},
                                      {"labels", counts.labels},
                                      {"regions", counts.regions},
                                      {"data_bytes", counts.dataBytes},
                                      {"differences", report.differences}};
    if (report.sites)
        json["sites"] = {{"functions", report.sites->functions},
                         {"sites", report.sites->sites},
                         {"stops", report.sites->stops},
                         {"points", report.sites->points}};
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void printText(const PairImage &image, const CheckReport &report) {
    const CheckCounts &counts = report.counts;
    for (const std::string &difference : report.differences)
        fmt::print("{}\n", difference);
    fmt::print("{}: pair {}\n", image.path(), image.manifest().id);
    if (report.symbolsChecked)
        fmt::print(
            "  {} functions, {} objects, {} thread-locals, {} string literals and other local objects, {} labels\n",
            counts.functions, counts.objects, counts.threadLocals, counts.locals, counts.labels);
    else
        fmt::print("  symbols could not be checked: the image is stripped\n");
    fmt::print("  {} common regions, {} bytes of common data compared\n", counts.regions, counts.dataBytes);
    if (const auto &sites = report.sites)
        fmt::print("  {} functions with {} sites; stops: {} for x86_64, {} for aarch64; migration points: {}, {}\n",
                   sites->functions, sites->sites, sites->stops[0], sites->stops[1], sites->points[0],
                   sites->points[1]);
    else
        fmt::print("  no sites: the program cannot migrate\n");
    if (report.differences.empty())
        fmt::print("  no differences\n");
    else
        fmt::print("  {} differences\n", report.differences.size());
}

int run(const Options &options) {
    auto image = PairImage::open(options.image);
    if (!image) {
        fmt::print(stderr, "dyad check: error: {}\n", image.error().message);
        return kFailed;
    }
    auto report = checkImage(*image);
    if (!report) {
        fmt::print(stderr, "dyad check: error: '{}': {}\n", options.image, report.error().message);
        return kFailed;
    }
    if (options.json)
        printJson(*image, *report);
    else
        printText(*image, *report);
    return report->differences.empty() ? 0 : kFailed;
}

} // namespace

Action setupCheck(CLI::App &app) {
    auto options = std::make_shared<Options>();
    app.add_option("IMAGE", options->image, "the image to check")->required();
    app.add_flag("--json", options->json, "print the result as JSON");
    return [options] { return run(*options); };
}

} // namespace dyad
