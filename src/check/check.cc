// The checks, one function each. Every difference names the symbol, section or region and what each half has.
#include "check/check.h"

#include "check/check_sites.h"
#include "image/elf_tables.h"

#include <dyad/abi.h>
#include <fmt/format.h>

#include <algorithm>

namespace dyad {

namespace {

constexpr std::size_t kX86 = static_cast<std::size_t>(Isa::x86_64), kArm = static_cast<std::size_t>(Isa::aarch64);

std::string bindingOf(const ElfSymbol &symbol) {
    return symbol.local ? "local" : symbol.weak ? "weak" : "global";
}

class Checker {
  public:
    explicit Checker(const PairImage &image) : image_(image) {}

    Result<CheckReport> run() {
        for (Isa isa : kIsas) {
            auto tables = readElfTables(image_.elf(isa));
            if (!tables) return std::move(tables.error()).in(fmt::format("the {} half", name(isa)));
            tables_[static_cast<std::size_t>(isa)] = *std::move(tables);
        }
        checkSegments();
        checkRegions();
        checkSections();
        checkThreadLocalImage();
        checkSymbols();
        checkData();
        checkSites(image_, tables_, report_);
        return std::move(report_);
    }

  private:
    template <class... Args> void differ(fmt::format_string<Args...> format, Args &&...args) {
        report_.differences.push_back(fmt::format(format, std::forward<Args>(args)...));
    }

    std::uint64_t commonEnd() const { return image_.manifest().commonEnd; }
    bool inCommonWindow(std::uint64_t address) const { return address >= DYAD_COMMON_BASE && address < commonEnd(); }

    std::vector<Segment> commonSegments(Isa isa) const {
        std::vector<Segment> common;
        for (const Segment &segment : image_.segments(isa))
            if (segment.address < commonEnd()) common.push_back(segment);
        return common;
    }

    static std::string describe(const Segment &segment) {
        return fmt::format("{:#x}..{:#x} {}{}{}", segment.address, segment.address + segment.memorySize,
                           segment.read ? "r" : "-", segment.write ? "w" : "-", segment.execute ? "x" : "-");
    }

    void checkSegments() {
        for (Isa isa : kIsas)
            for (const Segment &segment : image_.segments(isa)) {
                if (segment.write && segment.execute)
                    differ("{}: segment {} is writable and executable", name(isa), describe(segment));
                if (segment.address < commonEnd() && segment.address + segment.memorySize > commonEnd())
                    differ("{}: segment {} reaches over the end of the common window at {:#x}", name(isa),
                           describe(segment), commonEnd());
            }
        const std::vector<Segment> x86 = commonSegments(Isa::x86_64), arm = commonSegments(Isa::aarch64);
        for (std::size_t i = 0; i < std::max(x86.size(), arm.size()); ++i) {
            const std::string left = i < x86.size() ? describe(x86[i]) : "none",
                              right = i < arm.size() ? describe(arm[i]) : "none";
            if (left != right)
                differ("common segment {}: {} for x86_64, {} for aarch64", i, left, right);
            else if (x86[i].bytes.size() != arm[i].bytes.size())
                differ("common segment {} ({}): {} bytes in the file for x86_64, {} for aarch64", i, left,
                       x86[i].bytes.size(), arm[i].bytes.size());
        }
    }

    // The manifest's regions are what tools show; they must be the segments.
    void checkRegions() {
        const auto &regions = image_.manifest().regions;
        for (Isa isa : kIsas) {
            const auto &list = regions[static_cast<std::size_t>(isa)];
            const auto &segments = image_.segments(isa);
            if (list.size() != segments.size()) {
                differ("{}: the manifest lists {} regions, the half has {} segments", name(isa), list.size(),
                       segments.size());
                continue;
            }
            for (std::size_t i = 0; i < list.size(); ++i)
                if (list[i].address != segments[i].address || list[i].size != segments[i].memorySize ||
                    list[i].common != (segments[i].address < commonEnd()))
                    differ("{}: region '{}' is not segment {}", name(isa), list[i].name, describe(segments[i]));
        }
        report_.counts.regions = static_cast<std::size_t>(std::ranges::count(regions[kX86], true, &Region::common));
    }

    void checkSections() {
        std::array<std::vector<ElfSection>, 2> common;
        for (std::size_t i = 0; i < 2; ++i)
            for (const ElfSection &section : tables_[i].sections)
                if (inCommonWindow(section.address) && section.size) common[i].push_back(section);
        auto describe = [](const ElfSection &section) {
            return fmt::format("'{}' at {:#x} with {:#x} bytes", section.name, section.address, section.size);
        };
        for (std::size_t i = 0; i < std::max(common[kX86].size(), common[kArm].size()); ++i) {
            const std::string left = i < common[kX86].size() ? describe(common[kX86][i]) : "none";
            const std::string right = i < common[kArm].size() ? describe(common[kArm][i]) : "none";
            if (left != right) differ("common section {}: {} for x86_64, {} for aarch64", i, left, right);
        }
    }

    void checkThreadLocalImage() {
        const auto &x86 = tables_[kX86].threadLocals, &arm = tables_[kArm].threadLocals;
        auto describe = [](const std::optional<ThreadLocalImage> &image) {
            return image ? fmt::format("{:#x} with {} of {} bytes, aligned to {}", image->address, image->fileSize,
                                       image->memorySize, image->align)
                         : std::string("none");
        };
        if (x86 != arm) differ("thread-local image: {} for x86_64, {} for aarch64", describe(x86), describe(arm));
    }

    /// Symbols of the common window and all thread-locals, by name and then address.
    std::vector<ElfSymbol> commonSymbols(std::size_t half) const {
        std::vector<ElfSymbol> common;
        for (const ElfSymbol &symbol : tables_[half].symbols) {
            if (symbol.absolute) continue;
            if (symbol.local && symbol.type == SymbolType::None) continue; // a label inside hand-written code
            if (symbol.type == SymbolType::ThreadLocal || inCommonWindow(symbol.value)) common.push_back(symbol);
        }
        std::ranges::sort(common, {}, [](const ElfSymbol &s) { return std::tuple(s.name, s.value, s.size); });
        return common;
    }

    void count(const ElfSymbol &symbol) {
        CheckCounts &counts = report_.counts;
        if (symbol.type == SymbolType::Function)
            ++counts.functions;
        else if (symbol.type == SymbolType::ThreadLocal)
            ++counts.threadLocals;
        else if (symbol.type == SymbolType::Object)
            ++(symbol.local ? counts.locals : counts.objects);
        else
            ++counts.labels;
    }

    void checkSymbols() {
        report_.symbolsChecked = tables_[kX86].hasSymbolTable && tables_[kArm].hasSymbolTable;
        if (!report_.symbolsChecked) return;
        const std::vector<ElfSymbol> x86 = commonSymbols(kX86), arm = commonSymbols(kArm);
        std::size_t i = 0, j = 0;
        while (i < x86.size() || j < arm.size()) {
            if (j == arm.size() || (i < x86.size() && x86[i].name < arm[j].name))
                onlyIn(Isa::x86_64, x86[i++]);
            else if (i == x86.size() || arm[j].name < x86[i].name)
                onlyIn(Isa::aarch64, arm[j++]);
            else
                compare(x86[i++], arm[j++]);
        }
    }

    void onlyIn(Isa isa, const ElfSymbol &symbol) {
        count(symbol);
        const Isa opposite = isa == Isa::x86_64 ? Isa::aarch64 : Isa::x86_64;
        const auto &others = tables_[static_cast<std::size_t>(opposite)].symbols;
        const auto elsewhere = std::ranges::find(others, symbol.name, &ElfSymbol::name);
        if (elsewhere == others.end())
            differ("{} '{}' is in the common window for {} ({:#x}) and does not exist for {}", name(symbol.type),
                   symbol.name, name(isa), symbol.value, name(opposite));
        else
            differ("{} '{}' is in the common window for {} ({:#x}) and outside of it for {} ({:#x})", name(symbol.type),
                   symbol.name, name(isa), symbol.value, name(opposite), elsewhere->value);
    }

    void compare(const ElfSymbol &x86, const ElfSymbol &arm) {
        count(x86);
        const std::string_view noun = name(x86.type);
        if (x86.type != arm.type)
            differ("'{}' is a {} for x86_64 and a {} for aarch64", x86.name, noun, name(arm.type));
        if (x86.value != arm.value)
            differ("{} '{}' has {} {:#x} for x86_64 and {:#x} for aarch64", noun, x86.name,
                   x86.type == SymbolType::ThreadLocal ? "offset" : "address", x86.value, arm.value);
        if (x86.size != arm.size)
            differ("{} '{}' has {} bytes for x86_64 and {} for aarch64", noun, x86.name, x86.size, arm.size);
        if (bindingOf(x86) != bindingOf(arm))
            differ("{} '{}' is {} for x86_64 and {} for aarch64", noun, x86.name, bindingOf(x86), bindingOf(arm));
    }

    // Data that is common must be equal byte by byte: an address that only one ISA has would differ.
    void checkData() {
        const std::vector<Segment> x86 = commonSegments(Isa::x86_64), arm = commonSegments(Isa::aarch64);
        for (std::size_t i = 0; i < std::min(x86.size(), arm.size()); ++i) {
            if (x86[i].execute || arm[i].execute || x86[i].address != arm[i].address) continue;
            const auto left = x86[i].bytes, right = arm[i].bytes;
            const std::size_t size = std::min(left.size(), right.size());
            report_.counts.dataBytes += size;
            for (std::size_t at = 0; at < size;) {
                const auto mismatch =
                    std::mismatch(left.begin() + static_cast<long>(at), left.begin() + static_cast<long>(size),
                                  right.begin() + static_cast<long>(at));
                if (mismatch.first == left.begin() + static_cast<long>(size)) break;
                const auto offset = static_cast<std::size_t>(mismatch.first - left.begin());
                at = reportBytes(x86[i], offset, left[offset], right[offset]);
            }
        }
    }

    /// Names what holds the differing byte; returns the offset at which to go on: one report per object.
    std::size_t reportBytes(const Segment &segment, std::size_t offset, std::byte left, std::byte right) {
        const std::uint64_t address = segment.address + offset;
        const unsigned l = std::to_integer<unsigned>(left), r = std::to_integer<unsigned>(right);
        const auto &tls = tables_[kX86].threadLocals;
        for (const ElfSymbol &symbol : tables_[kX86].symbols) {
            const bool threadLocal = symbol.type == SymbolType::ThreadLocal;
            if (symbol.absolute || (threadLocal && !tls)) continue;
            const std::uint64_t start = threadLocal ? tls->address + symbol.value : symbol.value;
            if (address < start || address - start >= symbol.size) continue;
            differ("{} '{}' holds {:#04x} at byte {} for x86_64 and {:#04x} for aarch64", name(symbol.type),
                   symbol.name, l, address - start, r);
            return static_cast<std::size_t>(start + symbol.size - segment.address);
        }
        for (const ElfSection &section : tables_[kX86].sections) {
            if (address < section.address || address - section.address >= section.size || section.zero) continue;
            differ("section '{}' holds {:#04x} at byte {} for x86_64 and {:#04x} for aarch64", section.name, l,
                   address - section.address, r);
            return (offset | 7) + 1; // the next pointer
        }
        differ("the byte at {:#x} is {:#04x} for x86_64 and {:#04x} for aarch64", address, l, r);
        return (offset | 7) + 1;
    }

    const PairImage &image_;
    std::array<ElfTables, 2> tables_;
    CheckReport report_;
};

} // namespace

Result<CheckReport> checkImage(const PairImage &image) {
    return Checker(image).run();
}

} // namespace dyad
