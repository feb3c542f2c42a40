// Fields of a client's request: absent or of another kind, they have their usual value.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace dyad {

std::string textField(const nlohmann::json& request, const char* key);
bool flagField(const nlohmann::json& request, const char* key);
std::uint64_t numberField(const nlohmann::json& request, const char* key, std::uint64_t usual = 0);
/// A field in ms, in ns; at most a day.
std::uint64_t timeField(const nlohmann::json& request, const char* key, std::uint64_t usualNs);

} // namespace dyad
