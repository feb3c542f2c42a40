// The notes as JSON: small, and left out of stripped images, they need no form of their own.
#include "image/site_notes.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>

namespace dyad {

namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;
constexpr const char* kKeys[kNoSitesReasons] = {"short", "system_call", "called_by_native", "native",
                                                "string_function"};

Error damaged(const char* what) {
    return Error{fmt::format("the notes in section '{}' are damaged: expected {}", kNotesSection, what)};
}

/// The strings of an array, or nothing if it is none or holds something else.
std::optional<std::vector<std::string>> strings(const Json& object, const char* key) {
    const auto field = object.find(key);
    if (field == object.end() || !field->is_array()) return std::nullopt;
    std::vector<std::string> list;
    for (const Json& entry : *field) {
        if (!entry.is_string()) return std::nullopt;
        list.push_back(entry.get<std::string>());
    }
    return list;
}

} // namespace

const char* describe(NoSites reason) {
    switch (reason) {
    case NoSites::Short:
        return "it ends soon by itself, and calls nothing in which the program could be stopped";
    case NoSites::SystemCall:
        return "it is part of system calls, which end soon, or wait and are stopped there";
    case NoSites::CalledByNative:
        return "native code calls it for faults or for moves, while the program's frames are not in order";
    case NoSites::StringFunction:
        return "it does nothing but walk through strings, and ends soon, like a copy";
    default:
        return "it is native code";
    }
}

std::string writeSiteNotes(const SiteNotes& notes) {
    Json json{{"format", kFormat}, {"without_sites", Json::object()}};
    for (std::size_t i = 0; i < kNoSitesReasons; ++i)
        json["without_sites"][kKeys[i]] = notes.without[i];
    // Each text once; sites refer to it by its position.
    std::map<std::string, std::size_t> positions;
    Json &texts = json["operations"] = Json::array(), &sites = json["recomputed"] = Json::array();
    for (const std::string& text : notes.recomputed) {
        auto [known, added] = positions.try_emplace(text, positions.size());
        if (added) texts.push_back(text);
        sites.push_back(known->second);
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<SiteNotes> readSiteNotes(std::string_view text, std::size_t siteCount) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return damaged("a JSON object");
    const auto format = json.find("format");
    if (format == json.end() || !format->is_number_unsigned()) return damaged("the number of their format");
    if (*format != kFormat)
        return Error{fmt::format("the notes in section '{}' have format {}; this dyad reads format {}", kNotesSection,
                                 format->get<std::uint64_t>(), kFormat)};
    SiteNotes notes;
    const auto without = json.find("without_sites");
    if (without == json.end() || !without->is_object()) return damaged("functions without sites");
    for (std::size_t i = 0; i < kNoSitesReasons; ++i) {
        auto names = strings(*without, kKeys[i]);
        if (!names) return damaged("names of functions");
        notes.without[i] = *std::move(names);
    }
    const auto texts = strings(json, "operations");
    const auto sites = json.find("recomputed");
    if (!texts || sites == json.end() || !sites->is_array() || sites->size() != siteCount)
        return damaged("an entry for each site");
    for (const Json& site : *sites) {
        if (!site.is_number_unsigned() || site.get<std::uint64_t>() >= texts->size())
            return damaged("positions of operations");
        notes.recomputed.push_back((*texts)[site.get<std::size_t>()]);
    }
    return notes;
}

} // namespace dyad
