// Clients are trusted to be this user, not to be right.
#include "session/request_fields.h"

#include <algorithm>

namespace dyad {

std::string textField(const nlohmann::json& request, const char* key) {
    auto field = request.find(key);
    return field != request.end() && field->is_string() ? field->get<std::string>() : std::string();
}

bool flagField(const nlohmann::json& request, const char* key) {
    auto field = request.find(key);
    return field != request.end() && field->is_boolean() && field->get<bool>();
}

std::uint64_t numberField(const nlohmann::json& request, const char* key, std::uint64_t usual) {
    auto field = request.find(key);
    return field != request.end() && field->is_number_unsigned() ? field->get<std::uint64_t>() : usual;
}

std::uint64_t timeField(const nlohmann::json& request, const char* key, std::uint64_t usualNs) {
    constexpr std::uint64_t kMsNs = 1'000'000, kLongestMs = 24 * 3600 * 1000;
    auto field = request.find(key);
    if (field == request.end() || !field->is_number_unsigned()) return usualNs;
    return std::min(field->get<std::uint64_t>(), kLongestMs) * kMsNs;
}

} // namespace dyad
