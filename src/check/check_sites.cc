// See check_sites.h.
#include "check/check_sites.h"

#include "image/isa_instructions.h"

#include <dyad/abi.h>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace dyad {

namespace {

/// More than any call instruction has.
constexpr std::uint64_t kCallBytes = 8;

class HalfChecker {
  public:
    HalfChecker(const PairImage& image, Isa isa, const ElfTables& tables, CheckReport& report)
        : image_(image), table_(*image.sites()), isa_(isa), symbolsKnown_(tables.hasSymbolTable), report_(report) {
        for (const ElfSymbol& symbol : tables.symbols)
            if (symbol.type == SymbolType::Function) functions_.emplace(symbol.value, &symbol);
    }

    void run() {
        for (std::uint32_t f = 0; f < table_.functionCount(); ++f)
            checkFunction(f);
        for (std::uint32_t i = 0; i < table_.stopCount(isa_); ++i)
            checkStop(table_.stop(isa_, i));
        for (const MigrationPoint& point : table_.points(isa_))
            checkPoint(point);
    }

  private:
    template <class... Args> void differ(fmt::format_string<Args...> format, Args&&... args) {
        report_.differences.push_back(fmt::format("{}: ", name(isa_)) +
                                      fmt::format(format, std::forward<Args>(args)...));
    }

    /// Code of the half from `start` to `end`; empty if it is not all in one executable segment.
    std::span<const std::byte> code(std::uint64_t start, std::uint64_t end) const {
        for (const Segment& segment : image_.segments(isa_))
            if (segment.execute && start >= segment.address && end <= segment.address + segment.bytes.size())
                return segment.bytes.subspan(start - segment.address, end - start);
        return {};
    }

    void checkFunction(std::uint32_t f) {
        const SiteTable::Function function = table_.function(f);
        const std::uint64_t address = table_.functionAddress(isa_, f), resume = table_.resumeAddress(isa_, f);
        if (address == 0) return; // dropped by the link
        const std::uint64_t commonEnd = image_.manifest().commonEnd;
        if (address >= commonEnd || code(address, address + 1).empty())
            differ("'{}' at {:#x} is no common code", function.name, address);
        if (resume < commonEnd || code(resume, resume + 1).empty())
            differ("the resume function of '{}' at {:#x} is no private code", function.name, resume);
        if (!symbolsKnown_) return;
        for (std::uint64_t start : {address, resume})
            if (!functions_.contains(start)) differ("'{}': no function starts at {:#x}", function.name, start);
        const auto [first, last] = functions_.equal_range(address);
        if (first != last &&
            std::none_of(first, last, [&](auto& entry) { return entry.second->name == function.name; }))
            differ("'{}' is said to be at {:#x}, where '{}' is", function.name, address, first->second->name);
    }

    /// Whether code at the address belongs to a function whose start is known.
    bool isIn(std::uint64_t function, std::uint64_t address) const {
        const auto symbol = functions_.find(function);
        return symbol != functions_.end() && address > function && address <= function + symbol->second->size;
    }

    void checkStop(const SiteTable::Stop& stop) {
        const SiteTable::Site site = table_.site(stop.site);
        const SiteTable::Function function = table_.function(site.function);
        const auto before = code(stop.address - kCallBytes, stop.address);
        if (!endsWithCall(isa_, before))
            differ("site {} of '{}' stops at {:#x}, which is not behind a call", site.index, function.name,
                   stop.address);
        if (symbolsKnown_ && !isIn(table_.functionAddress(isa_, site.function), stop.address) &&
            !isIn(table_.resumeAddress(isa_, site.function), stop.address))
            differ("site {} of '{}' stops at {:#x}, outside of it", site.index, function.name, stop.address);
    }

    void checkPoint(const MigrationPoint& point) {
        const auto nop = nopInstruction(isa_);
        if (!std::ranges::equal(code(point.nop, point.nop + nop.size()), nop))
            differ("the migration point at {:#x} is no NOP", point.nop);
        if (code(point.target, point.target + 1).empty())
            differ("the migration point at {:#x} leads to {:#x}, which is no code", point.nop, point.target);
    }

    const PairImage& image_;
    const SiteTable& table_;
    const Isa isa_;
    const bool symbolsKnown_;
    CheckReport& report_;
    std::unordered_multimap<std::uint64_t, const ElfSymbol*> functions_; ///< by address
};

} // namespace

void checkSites(const PairImage& image, const std::array<ElfTables, 2>& tables, CheckReport& report) {
    if (!image.sites()) return;
    const SiteTable& table = *image.sites();
    SiteCounts counts;
    counts.sites = table.siteCount();
    for (std::uint32_t f = 0; f < table.functionCount(); ++f)
        counts.functions += table.functionAddress(Isa::x86_64, f) != 0;
    for (Isa isa : kIsas) {
        const auto i = static_cast<std::size_t>(isa);
        counts.stops[i] = table.stopCount(isa);
        counts.points[i] = table.points(isa).size();
    }
    report.sites = counts;
    for (Isa isa : kIsas)
        HalfChecker(image, isa, tables[static_cast<std::size_t>(isa)], report).run();
}

} // namespace dyad
