// `dyad inspect`: shows what an image holds.
#include "commands.h"
#include "inspect_sites.h"
#include "image/elf_tables.h"
#include "image/pair_image.h"

#include <dyad/abi.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace dyad {

namespace {

struct Options {
    std::string image;
    std::vector<std::string> functions;
    bool json = false, symbols = false, sites = false;
};

using Tables = std::array<ElfTables, 2>;
using Json = nlohmann::ordered_json;

bool isCommon(const Manifest &manifest, const ElfSymbol &symbol) {
    if (symbol.absolute) return false;
    return symbol.type == SymbolType::ThreadLocal ||
           (symbol.value >= DYAD_COMMON_BASE && symbol.value < manifest.commonEnd);
}

struct SymbolCounts {
    std::size_t functions = 0, objects = 0, threadLocals = 0, common = 0, all = 0;
};

SymbolCounts countSymbols(const Manifest &manifest, const ElfTables &half) {
    SymbolCounts counts;
    for (const ElfSymbol &symbol : half.symbols) {
        ++counts.all;
        counts.common += isCommon(manifest, symbol);
        counts.functions += symbol.type == SymbolType::Function;
        counts.objects += symbol.type == SymbolType::Object;
        counts.threadLocals += symbol.type == SymbolType::ThreadLocal;
    }
    return counts;
}

/// One half's symbols by address, thread-locals (whose values are offsets) last.
std::vector<ElfSymbol> sortedSymbols(const ElfTables &half) {
    std::vector<ElfSymbol> symbols = half.symbols;
    std::ranges::sort(
        symbols, {}, [](const ElfSymbol &s) { return std::tuple(s.type == SymbolType::ThreadLocal, s.value, s.name); });
    return symbols;
}

Json describe(const PairImage &image, const Tables &tables, bool symbols) {
    const Manifest &manifest = image.manifest();
    Json json{{"image", image.path()},
              {"format", manifest.format},
              {"id", manifest.id},
              {"tool_version", manifest.toolVersion},
              {"isas", Json::array()},
              {"common_start", std::uint64_t{DYAD_COMMON_BASE}},
              {"common_end", manifest.commonEnd},
              {"image_end", manifest.imageEnd},
              {"stack_size", manifest.stackSize}};
    for (Isa isa : kIsas) {
        const auto i = static_cast<std::size_t>(isa);
        const SymbolCounts counts = countSymbols(manifest, tables[i]);
        Json half{{"entry", image.entry(isa)},
                  {"symbols",
                   {{"all", counts.all},
                    {"common", counts.common},
                    {"functions", counts.functions},
                    {"objects", counts.objects},
                    {"thread_locals", counts.threadLocals}}},
                  {"regions", Json::array()}};
        for (const Region &region : manifest.regions[i])
            half["regions"].push_back({{"name", region.name},
                                       {"address", region.address},
                                       {"size", region.size},
                                       {"protection", region.protection},
                                       {"common", region.common}});
        if (symbols)
            for (const ElfSymbol &symbol : sortedSymbols(tables[i]))
                half["symbol_list"].push_back({{"name", symbol.name},
                                               {"value", symbol.value},
                                               {"size", symbol.size},
                                               {"type", name(symbol.type)},
                                               {"common", isCommon(manifest, symbol)}});
        json["isas"].push_back(name(isa));
        json[std::string(name(isa))] = std::move(half);
    }
    json["padding"] = Json::array();
    for (const Padding &padding : manifest.padding)
        json["padding"].push_back({{"section", padding.section},
                                   {"x86_64", padding.x86_64},
                                   {"aarch64", padding.aarch64},
                                   {"padded", padding.padded}});
    if (image.sites()) json["sites"] = siteSummary(*image.sites());
    return json;
}

void printText(const PairImage &image, const Tables &tables) {
    const Manifest &manifest = image.manifest();
    fmt::print(
        "image         {}\nformat        {}\nISAs          x86_64, aarch64\npair id       {}\nwritten by    dyad {}\n",
        image.path(), manifest.format, manifest.id, manifest.toolVersion);
    fmt::print("common        {:#x}..{:#x}\nend           {:#x}\n", std::uint64_t{DYAD_COMMON_BASE}, manifest.commonEnd,
               manifest.imageEnd);
    if (manifest.stackSize) fmt::print("native stack  {} bytes\n", manifest.stackSize);

    for (Isa isa : kIsas) {
        const auto i = static_cast<std::size_t>(isa);
        fmt::print("\n{}: entry {:#x}\n", name(isa), image.entry(isa));
        if (tables[i].hasSymbolTable) {
            const SymbolCounts counts = countSymbols(manifest, tables[i]);
            fmt::print("  {} symbols, {} of them common ({} functions, {} objects, {} thread-locals)\n", counts.all,
                       counts.common, counts.functions, counts.objects, counts.threadLocals);
        } else {
            fmt::print("  stripped\n");
        }
        fmt::print("  {:<16} {:>12} {:>10}  {}\n", "region", "address", "size", "protection");
        for (const Region &region : manifest.regions[i])
            fmt::print("  {:<16} {:>#12x} {:>10}  {}\n", region.name, region.address, region.size, region.protection);
    }

    fmt::print("\n{:<16} {:>10} {:>10} {:>10} {:>8}\n", "padding", "x86_64", "aarch64", "padded", "ratio");
    for (const Padding &padding : manifest.padding) {
        const std::uint64_t larger = std::max(padding.x86_64, padding.aarch64);
        fmt::print("{:<16} {:>10} {:>10} {:>10} {:>8.3f}\n", padding.section, padding.x86_64, padding.aarch64,
                   padding.padded, larger ? static_cast<double>(padding.padded) / static_cast<double>(larger) : 1.0);
    }

    if (image.sites())
        printSiteSummary(*image.sites());
    else
        fmt::print("\nno sites: linked with -fno-migration\n");
}

void printSymbols(const PairImage &image, const Tables &tables) {
    for (Isa isa : kIsas) {
        fmt::print("\n{:<18} {:>10}  {:<12} {:<8} {} symbol\n", "value", "size", "type", "place", name(isa));
        for (const ElfSymbol &symbol : sortedSymbols(tables[static_cast<std::size_t>(isa)]))
            fmt::print("{:<#18x} {:>10}  {:<12} {:<8} {}\n", symbol.value, symbol.size, name(symbol.type),
                       isCommon(image.manifest(), symbol) ? "common" : "private", symbol.name);
    }
}

int fail(const Error &error) {
    fmt::print(stderr, "dyad inspect: error: {}\n", error.message);
    return kFailed;
}

void print(const Json &json) {
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

/// What --sites shows: the functions that were named, or counts for all.
int showSites(const PairImage &image, const Options &options) {
    if (!image.sites())
        return fail({fmt::format("'{}' has no sites: it was linked with -fno-migration", options.image)});
    const SiteTable &table = *image.sites();
    auto read = image.siteNotes();
    if (!read) return fail(std::move(read.error()).in(fmt::format("'{}'", options.image)));
    const SiteNotes *notes = *read ? &**read : nullptr;
    Json json{{"image", image.path()}, {"id", image.manifest().id}, {"sites", siteSummary(table)}};
    if (options.functions.empty()) {
        json["functions"] = siteFunctions(table);
        if (!options.json) {
            printSiteSummary(table);
            printSiteFunctions(table);
        }
    }
    for (const std::string &name : options.functions) {
        if (auto function = findFunction(table, name)) {
            json["functions"].push_back(functionSites(table, notes, *function));
            if (!options.json) printFunctionSites(table, notes, *function);
        } else if (auto reason = notes ? reasonWithoutSites(*notes, name) : std::nullopt) {
            json["functions"].push_back({{"name", name}, {"cannot_be_captured", describe(*reason)}});
            if (!options.json) fmt::print("\n{} cannot be captured: {}\n", name, describe(*reason));
        } else {
            return fail({fmt::format("'{}': no function '{}' has sites: {}", options.image, name,
                                     notes ? "it does not exist or was inlined everywhere"
                                           : "it does not exist, was inlined everywhere, or cannot be captured; a "
                                             "stripped image does not tell")});
        }
    }
    if (options.json) print(json);
    return 0;
}

int run(const Options &options) {
    auto image = PairImage::open(options.image);
    if (!image) return fail(image.error());
    if (options.sites) return showSites(*image, options);
    if (!options.functions.empty())
        return fail({fmt::format("unexpected argument '{}'; functions are shown by --sites", options.functions[0])});
    Tables tables;
    for (Isa isa : kIsas) {
        auto half = readElfTables(image->elf(isa));
        if (!half)
            return fail(std::move(half.error()).in(fmt::format("'{}': the {} half", options.image, name(isa))));
        tables[static_cast<std::size_t>(isa)] = *std::move(half);
    }
    if (options.json) {
        print(describe(*image, tables, options.symbols));
        return 0;
    }
    printText(*image, tables);
    if (options.symbols) printSymbols(*image, tables);
    return 0;
}

} // namespace

Action setupInspect(CLI::App &app) {
    auto options = std::make_shared<Options>();
    app.add_option("IMAGE", options->image, "the image to show")->required();
    app.add_option("FUNCTIONS", options->functions, "with --sites: show these functions only, with all their sites");
    app.add_flag("--json", options->json, "print JSON");
    app.add_flag("--sites", options->sites, "show where the program can be captured, and where values are then");
    app.add_flag("--symbols", options->symbols, "list the symbols of both halves too");
    return [options] { return run(*options); };
}

} // namespace dyad
