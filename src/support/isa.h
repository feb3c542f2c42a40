// The ISAs Dyad knows. ISA-specific values live in tables indexed by Isa, in files that carry an ISA in their name.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace dyad {

enum class Isa { x86_64, aarch64 };

inline constexpr std::array kIsas{Isa::x86_64, Isa::aarch64};

constexpr std::string_view name(Isa isa) { return isa == Isa::x86_64 ? "x86_64" : "aarch64"; }

constexpr Isa otherIsa(Isa isa) { return isa == Isa::x86_64 ? Isa::aarch64 : Isa::x86_64; }

/// Reads an ISA's name; "arm64", "amd64" and "x86-64" are accepted too.
constexpr std::optional<Isa> parseIsa(std::string_view text) {
    if (text == "x86_64" || text == "x86-64" || text == "amd64") return Isa::x86_64;
    if (text == "aarch64" || text == "arm64") return Isa::aarch64;
    return std::nullopt;
}

} // namespace dyad
