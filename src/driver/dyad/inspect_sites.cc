// See inspect_sites.h.
#include "inspect_sites.h"

#include "image/isa_registers.h"

#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

using Json = nlohmann::ordered_json;

/// A place in a function or in its resume function.
struct CodePlace {
    bool resume;
    std::uint32_t offset;
};

/// Resume functions lie above all common code.
CodePlace placeOf(const SiteTable& table, Isa isa, std::uint32_t function, std::uint32_t address) {
    const std::uint32_t resume = table.resumeAddress(isa, function);
    const bool inResume = address > resume;
    return {inResume, address - (inResume ? resume : table.functionAddress(isa, function))};
}

std::string text(const CodePlace& place) {
    return fmt::format("{}+{:#x}", place.resume ? "resume" : "", place.offset);
}

std::string offsetText(std::int32_t offset) {
    return offset < 0 ? fmt::format("-{}", -std::int64_t{offset}) : fmt::format("+{}", offset);
}

std::string constantText(std::uint64_t value) {
    const auto number = static_cast<std::int64_t>(value);
    return number >= -65536 && number <= 65536 ? fmt::format("{}", number) : fmt::format("{:#x}", value);
}

std::string text(const SiteTable& table, Isa isa, const SiteLocation& location) {
    switch (location.kind) {
    case LocationKind::Register:
        return registerName(isa, location.reg, location.size);
    case LocationKind::Memory:
        return fmt::format("[{}{}]", registerName(isa, location.reg, 8), offsetText(location.number));
    default:
        return constantText(table.constant(location));
    }
}

Json locationJson(const SiteTable& table, Isa isa, const SiteLocation& location) {
    Json result;
    switch (location.kind) {
    case LocationKind::Register:
        result["register"] = registerName(isa, location.reg, location.size);
        break;
    case LocationKind::Memory:
        result["memory"] = registerName(isa, location.reg, 8);
        result["offset"] = location.number;
        break;
    default:
        result["constant"] = table.constant(location);
    }
    result["size"] = location.size;
    return result;
}

const char* kindName(SiteKind kind) {
    return kind == SiteKind::Point ? "point" : "call";
}

/// Stops and points of each site of one function in one half, by index.
struct SiteCode {
    std::vector<SiteTable::Stop> stops;
    std::vector<MigrationPoint> points;
};

std::vector<SiteCode> codeOf(const SiteTable& table, Isa isa, const SiteTable::Function& function) {
    std::vector<SiteCode> sites(function.siteCount);
    const auto isOwn = [&](std::uint32_t site) {
        return site >= function.firstSite && site - function.firstSite < function.siteCount;
    };
    for (std::uint32_t i = 0; i < table.stopCount(isa); ++i)
        if (const SiteTable::Stop stop = table.stop(isa, i); isOwn(stop.site))
            sites[stop.site - function.firstSite].stops.push_back(stop);
    // What a point leads to does nothing but call, and that call is its stop.
    for (const MigrationPoint& point : table.points(isa))
        if (const auto stop = table.nextStop(isa, point.target); stop && isOwn(stop->site))
            sites[stop->site - function.firstSite].points.push_back(point);
    return sites;
}

/// What is counted for each function and for the whole table.
struct Counts {
    std::size_t sites = 0, points = 0, values = 0; ///< points: sites that are migration points
    std::array<std::size_t, 2> stops{};            ///< by Isa

    Json json() const { return {{"sites", sites}, {"points", points}, {"values", values}}; }
};

/// By number of the function; the last one is the sum.
std::vector<Counts> countAll(const SiteTable& table) {
    std::vector<Counts> counts(table.functionCount() + 1);
    for (std::uint32_t s = 0; s < table.siteCount(); ++s) {
        const SiteTable::Site site = table.site(s);
        for (Counts* count : {&counts[site.function], &counts.back()}) {
            ++count->sites;
            count->points += site.kind == SiteKind::Point;
            count->values += site.valueSizes.size();
        }
    }
    for (Isa isa : kIsas)
        for (std::uint32_t i = 0; i < table.stopCount(isa); ++i)
            for (Counts* count : {&counts[table.site(table.stop(isa, i).site).function], &counts.back()})
                ++count->stops[static_cast<std::size_t>(isa)];
    return counts;
}

std::string savedText(Isa isa, const SiteTable::Stop& stop) {
    std::string result;
    for (const SavedRegister& saved : stop.saved)
        result += fmt::format("{}{} [{}]", result.empty() ? "" : ", ", registerName(isa, saved.reg, 8), saved.offset);
    return result;
}

} // namespace

std::optional<std::uint32_t> findFunction(const SiteTable& table, const std::string& name) {
    for (std::uint32_t number = 0; number < table.functionCount(); ++number)
        if (table.function(number).name == name) return number;
    return std::nullopt;
}

std::optional<NoSites> reasonWithoutSites(const SiteNotes& notes, const std::string& name) {
    for (std::size_t i = 0; i < kNoSitesReasons; ++i)
        if (std::ranges::binary_search(notes.without[i], name)) return static_cast<NoSites>(i);
    return std::nullopt;
}

void printSiteSummary(const SiteTable& table) {
    const Counts sum = countAll(table).back();
    fmt::print("\n{} functions with {} sites ({} of them migration points), {} live values; {} bytes of tables\n",
               table.functionCount(), sum.sites, sum.points, sum.values, table.bytes().size());
    fmt::print("  {:<10} {:>10} {:>10} {:>10}\n", "", "stops", "points", "bytes");
    for (Isa isa : kIsas)
        fmt::print("  {:<10} {:>10} {:>10} {:>10}\n", name(isa), table.stopCount(isa), table.points(isa).size(),
                   table.halfBytes(isa));
}

Json siteSummary(const SiteTable& table) {
    Json json = countAll(table).back().json();
    json["functions"] = table.functionCount();
    json["bytes"] = table.bytes().size();
    for (Isa isa : kIsas)
        json[std::string(name(isa))] = {
            {"stops", table.stopCount(isa)}, {"points", table.points(isa).size()}, {"bytes", table.halfBytes(isa)}};
    return json;
}

void printSiteFunctions(const SiteTable& table) {
    const std::vector<Counts> counts = countAll(table);
    fmt::print("\n{:>8} {:>8} {:>8} {:>8} {:>8}  function\n", "sites", "points", "values", "x86_64", "aarch64");
    for (std::uint32_t f = 0; f < table.functionCount(); ++f)
        fmt::print("{:>8} {:>8} {:>8} {:>8} {:>8}  {}\n", counts[f].sites, counts[f].points, counts[f].values,
                   counts[f].stops[0], counts[f].stops[1], table.function(f).name);
}

Json siteFunctions(const SiteTable& table) {
    const std::vector<Counts> counts = countAll(table);
    Json list = Json::array();
    for (std::uint32_t f = 0; f < table.functionCount(); ++f) {
        Json function{{"name", table.function(f).name}};
        function.update(counts[f].json());
        for (Isa isa : kIsas)
            function["stops"][std::string(name(isa))] = counts[f].stops[static_cast<std::size_t>(isa)];
        list.push_back(std::move(function));
    }
    return list;
}

void printFunctionSites(const SiteTable& table, const SiteNotes* notes, std::uint32_t number) {
    const SiteTable::Function function = table.function(number);
    if (table.functionAddress(Isa::x86_64, number) == 0) {
        fmt::print("\n{}: dropped by the link\n", function.name);
        return;
    }
    fmt::print("\n{} at {:#x}; its resume function at {:#x} for x86_64 and {:#x} for aarch64{}\n", function.name,
               table.functionAddress(Isa::x86_64, number), table.resumeAddress(Isa::x86_64, number),
               table.resumeAddress(Isa::aarch64, number), function.outermost ? "; the outermost of a stack" : "");
    std::array<std::vector<SiteCode>, 2> code;
    for (Isa isa : kIsas)
        code[static_cast<std::size_t>(isa)] = codeOf(table, isa, function);
    for (std::uint32_t index = 0; index < function.siteCount; ++index) {
        const SiteTable::Site site = table.site(function.firstSite + index);
        std::string sizes;
        for (unsigned size : site.valueSizes)
            sizes += fmt::format(" {}", size);
        fmt::print("  {} {}{}{}\n", kindName(site.kind), index,
                   sizes.empty() ? ", no live values" : ", bytes of live values:", sizes);
        if (notes && !notes->recomputed[function.firstSite + index].empty())
            fmt::print("    recomputed from them: {}\n", notes->recomputed[function.firstSite + index]);
        for (Isa isa : kIsas) {
            const SiteCode& own = code[static_cast<std::size_t>(isa)][index];
            for (const MigrationPoint& point : own.points)
                fmt::print("    {:<8} {:<16} NOP, leads to {}\n", name(isa),
                           text(placeOf(table, isa, number, point.nop)),
                           text(placeOf(table, isa, number, point.target)));
            for (const SiteTable::Stop& stop : own.stops) {
                fmt::print("    {:<8} {:<16}", name(isa), text(placeOf(table, isa, number, stop.address)));
                for (const SiteLocation& location : stop.locations)
                    fmt::print(" {}", text(table, isa, location));
                fmt::print("{}frame ends at {}{}, saved from it {}\n", stop.locations.empty() ? " " : "; ",
                           registerName(isa, stop.cfaRegister, 8), offsetText(stop.cfaOffset), savedText(isa, stop));
            }
        }
    }
}

Json functionSites(const SiteTable& table, const SiteNotes* notes, std::uint32_t number) {
    const SiteTable::Function function = table.function(number);
    Json json{{"name", function.name},
              {"outermost", function.outermost},
              {"address", table.functionAddress(Isa::x86_64, number)},
              {"resume",
               {{"x86_64", table.resumeAddress(Isa::x86_64, number)},
                {"aarch64", table.resumeAddress(Isa::aarch64, number)}}},
              {"sites", Json::array()}};
    std::array<std::vector<SiteCode>, 2> code;
    for (Isa isa : kIsas)
        code[static_cast<std::size_t>(isa)] = codeOf(table, isa, function);
    for (std::uint32_t index = 0; index < function.siteCount; ++index) {
        const SiteTable::Site site = table.site(function.firstSite + index);
        Json entry{{"index", index}, {"kind", kindName(site.kind)}, {"value_sizes", site.valueSizes}};
        if (notes) entry["recomputed"] = notes->recomputed[function.firstSite + index];
        for (Isa isa : kIsas) {
            const SiteCode& own = code[static_cast<std::size_t>(isa)][index];
            Json half{{"stops", Json::array()}, {"points", Json::array()}};
            for (const SiteTable::Stop& stop : own.stops) {
                Json values = Json::array(), saved = Json::array();
                for (const SiteLocation& location : stop.locations)
                    values.push_back(locationJson(table, isa, location));
                for (const SavedRegister& reg : stop.saved)
                    saved.push_back({{"register", registerName(isa, reg.reg, 8)}, {"offset", reg.offset}});
                half["stops"].push_back({{"address", stop.address},
                                         {"in_resume_function", placeOf(table, isa, number, stop.address).resume},
                                         {"values", std::move(values)},
                                         {"frame",
                                          {{"register", registerName(isa, stop.cfaRegister, 8)},
                                           {"offset", stop.cfaOffset},
                                           {"saved", std::move(saved)}}}});
            }
            for (const MigrationPoint& point : own.points)
                half["points"].push_back({{"nop", point.nop}, {"target", point.target}});
            entry[std::string(name(isa))] = std::move(half);
        }
        json["sites"].push_back(std::move(entry));
    }
    return json;
}

} // namespace dyad
