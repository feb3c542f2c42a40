// A small program's sites, as the passes and both code generations would describe them.
#pragma once

#include "image/site_table.h"

#include <map>

namespace dyad::test {

struct SampleSites {
    SitePlan plan;
    std::array<SiteRecords, 2> records;
    std::map<std::string, std::array<std::uint64_t, 2>, std::less<>> addresses; ///< by Isa; 0: dropped

    static std::optional<std::uint64_t> addressOf(void* context, Isa isa, std::string_view name) {
        const auto& addresses = static_cast<SampleSites*>(context)->addresses;
        const auto found = addresses.find(name);
        if (found == addresses.end()) return std::nullopt;
        const std::uint64_t address = found->second[static_cast<std::size_t>(isa)];
        return address ? std::optional(address) : std::nullopt;
    }
    Result<std::vector<std::byte>> table() { return makeSiteTable(plan, records, addressOf, this); }

    /// main calls work (one value), which has a point (four values of all kinds) and a call without values; unused is
    /// dropped by the link.
    SampleSites() {
        plan.functions = {{"main", "main.resume", true, {{SiteKind::Call, {8}}}},
                          {"work", "work.resume", false, {{SiteKind::Point, {8, 16, 4, 8}}, {SiteKind::Call, {}}}},
                          {"unused", "unused.resume", false, {{SiteKind::Call, {4}}}}};
        addresses = {{"main", {0x40201000, 0x40201000}},
                     {"main.resume", {0x40300000, 0x40310000}},
                     {"work", {0x40202000, 0x40202000}},
                     {"work.resume", {0x40300100, 0x40310100}}};
        const auto reg = [](std::uint8_t size, std::uint16_t number) {
            return SiteLocation{LocationKind::Register, size, number, 0};
        };
        const auto memory = [](std::uint8_t size, std::uint16_t base, std::int32_t offset) {
            return SiteLocation{LocationKind::Memory, size, base, offset};
        };
        const SiteLocation minusOne{LocationKind::Constant, 8, 0, -1}, one{LocationKind::LargeConstant, 8, 0, 0};
        const std::vector<std::uint64_t> constants{0x3ff0000000000000};
        // Registers: rbx 3, r12 12, rsp 7, rip 16, xmm0 17; x19 19, x30 30, sp 31, v8 72.
        records[0].stops = {
            {"main", 20, 0, {reg(8, 3)}, {}, 7, 16, {{3, 0, -16}, {16, 0, -8}}},
            {"main.resume", 50, 0, {memory(8, 7, 8)}, {}, 7, 32, {{16, 0, -8}}},
            {"work", 33, 1, {reg(8, 12), memory(0, 7, 16), reg(8, 3), one}, constants, 7, 48, {{16, 0, -8}}},
            {"work", 40, 2, {}, {}, 7, 48, {{16, 0, -8}}},
            {"work.resume", 60, 1, {reg(8, 12), reg(16, 17), minusOne, one}, constants, 7, 48, {{16, 0, -8}}},
            {"unused", 7, 3, {reg(4, 3)}, {}, 7, 16, {{16, 0, -8}}},
        };
        records[1].stops = {
            {"main", 24, 0, {reg(8, 19)}, {}, 31, 32, {{19, 0, -16}, {30, 0, -32}}},
            {"main.resume", 52, 0, {memory(8, 31, 8)}, {}, 31, 32, {{30, 0, -32}}},
            {"work", 36, 1, {reg(8, 19), reg(16, 72), minusOne, one}, constants, 31, 48, {{30, 0, -16}}},
            {"work", 44, 2, {}, {}, 31, 48, {{30, 0, -16}}},
            {"work.resume", 64, 1, {minusOne, memory(16, 31, 0), reg(4, 19), one}, constants, 31, 48, {{30, 0, -16}}},
            {"unused", 8, 3, {reg(4, 19)}, {}, 31, 16, {{30, 0, -16}}},
        };
        records[0].points = {{"work.resume", 9, 55}, {"work", 16, 28}, {"unused", 1, 2}};
        records[1].points = {{"work", 16, 32}, {"unused", 4, 8}};
    }
};

} // namespace dyad::test
