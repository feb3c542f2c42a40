// The manifest as JSON. Keys are sorted and integers are decimal, so equal manifests are equal bytes.
#include "image/manifest.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dyad {

namespace {

using Json = nlohmann::json;

/// Reads typed fields of one JSON object and remembers the first that is missing or has another type.
class Fields {
  public:
    Fields(const Json &object, std::string &missing) : object_(object), missing_(missing) {}

    void read(const char *key, std::string &value) const {
        if (const Json *field = find(key, &Json::is_string)) value = field->get<std::string>();
    }
    template <class Integer> void read(const char *key, Integer &value) const {
        if (const Json *field = find(key, &Json::is_number_unsigned)) value = field->get<Integer>();
    }
    void read(const char *key, bool &value) const {
        if (const Json *field = find(key, &Json::is_boolean)) value = field->get<bool>();
    }
    const Json &array(const char *key) const {
        static const Json kEmpty = Json::array();
        const Json *field = find(key, &Json::is_array);
        return field ? *field : kEmpty;
    }

  private:
    const Json *find(const char *key, bool (Json::*is)() const noexcept) const {
        if (object_.is_object())
            if (auto field = object_.find(key); field != object_.end() && ((*field).*is)()) return &*field;
        if (missing_.empty()) missing_ = key;
        return nullptr;
    }

    const Json &object_;
    std::string &missing_;
};

} // namespace

std::string writeManifest(const Manifest &manifest) {
    Json json{{"format", manifest.format},
              {"id", manifest.id},
              {"tool_version", manifest.toolVersion},
              {"common_end", manifest.commonEnd},
              {"image_end", manifest.imageEnd},
              {"stack_size", manifest.stackSize}};
    json["regions"] = Json::object();
    for (Isa isa : kIsas) {
        Json &list = json["regions"][std::string(name(isa))] = Json::array();
        for (const Region &region : manifest.regions[static_cast<std::size_t>(isa)])
            list.push_back({{"name", region.name},
                            {"address", region.address},
                            {"size", region.size},
                            {"protection", region.protection},
                            {"common", region.common}});
    }
    json["padding"] = Json::array();
    for (const Padding &padding : manifest.padding)
        json["padding"].push_back({{"section", padding.section},
                                   {"x86_64", padding.x86_64},
                                   {"aarch64", padding.aarch64},
                                   {"padded", padding.padded}});
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Manifest> readManifest(std::string_view text) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) return Error{"the manifest is not valid JSON"};
    Manifest manifest;
    std::string missing;
    const Fields fields(json, missing);
    fields.read("format", manifest.format);
    if (missing.empty() && manifest.format != kImageFormat)
        return Error{fmt::format("it has image format {}, this dyad reads format {}; link the program again with the "
                                 "toolchain that belongs to this dyad",
                                 manifest.format, kImageFormat)};
    fields.read("id", manifest.id);
    fields.read("tool_version", manifest.toolVersion);
    fields.read("common_end", manifest.commonEnd);
    fields.read("image_end", manifest.imageEnd);
    fields.read("stack_size", manifest.stackSize);
    static const Json kNone;
    const auto regions = json.is_object() ? json.find("regions") : json.end();
    const bool hasRegions = json.is_object() && regions != json.end();
    for (Isa isa : kIsas)
        for (const Json &entry : Fields(hasRegions ? *regions : kNone, missing).array(std::string(name(isa)).c_str())) {
            Region region;
            const Fields of(entry, missing);
            of.read("name", region.name);
            of.read("address", region.address);
            of.read("size", region.size);
            of.read("protection", region.protection);
            of.read("common", region.common);
            manifest.regions[static_cast<std::size_t>(isa)].push_back(std::move(region));
        }
    for (const Json &entry : fields.array("padding")) {
        Padding padding;
        const Fields of(entry, missing);
        of.read("section", padding.section);
        of.read("x86_64", padding.x86_64);
        of.read("aarch64", padding.aarch64);
        of.read("padded", padding.padded);
        manifest.padding.push_back(std::move(padding));
    }
    if (!missing.empty()) return Error{fmt::format("the manifest has no valid field '{}'", missing)};
    return manifest;
}

} // namespace dyad
