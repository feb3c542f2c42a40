// Makes site tables: compares what both code generations made of the sites, and puts what the links made of it into one
// table (docs/site-table.md).
#include "image/isa_registers.h"
#include "image/site_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <unordered_map>

namespace dyad {

namespace {

/// What LLVM's code generation gives for a value that it knows to be undefined, of any type.
constexpr std::uint64_t kUndefinedValue = 0xfefefefe;

/// A site, by its number.
struct NumberedSite {
    std::uint32_t function, index;
    const SitePlan::Site* site;
};

std::vector<NumberedSite> number(const SitePlan& plan) {
    std::vector<NumberedSite> sites;
    for (std::uint32_t f = 0; f < plan.functions.size(); ++f)
        for (std::uint32_t s = 0; s < plan.functions[f].sites.size(); ++s)
            sites.push_back({f, s, &plan.functions[f].sites[s]});
    return sites;
}

std::string describe(const SitePlan& plan, const NumberedSite& site) {
    return fmt::format("site {} of '{}' ({})", site.index, plan.functions[site.function].name,
                       site.site->kind == SiteKind::Point ? "a migration point" : "a call");
}

/// The location as the table says it, or why it cannot.
Result<SiteLocation> locate(Isa isa, SiteLocation location, unsigned valueSize,
                            const std::vector<std::uint64_t>& constants) {
    switch (location.kind) {
    case LocationKind::Register:
        if (!holdsValues(isa, location.reg))
            return Error{fmt::format("in register {}, which migration does not know", location.reg)};
        break;
    case LocationKind::Memory:
        // Up to 8 bytes, a slot's address would be the value itself: the address of an object on the native stack.
        if (location.size == 0 && valueSize <= 8) return Error{"as the address of an object on the native stack"};
        if (location.reg >= generalRegisterCount(isa))
            return Error{fmt::format("in memory addressed by register {}", location.reg)};
        break;
    case LocationKind::Constant:
    case LocationKind::LargeConstant:
        const bool undefined = location.kind == LocationKind::LargeConstant &&
                               constants[static_cast<std::size_t>(location.number)] == kUndefinedValue;
        if (valueSize > 8 && !undefined) return Error{fmt::format("as a constant of {} bytes", valueSize)};
        break;
    }
    if (location.size == 0 || location.size > valueSize) location.size = static_cast<std::uint8_t>(valueSize);
    return location;
}

/// One half's part while it grows.
struct PartBuilder {
    std::vector<site_format::Addresses> addresses;
    std::vector<site_format::Stop> stops;
    std::vector<SiteLocation> locations;
    std::vector<std::uint32_t> lists; ///< indices in `locations`, list behind list
    std::map<std::tuple<LocationKind, std::uint8_t, std::uint16_t, std::int32_t>, std::uint32_t> locationNumbers;
    std::map<std::vector<std::uint32_t>, std::uint32_t> listPositions; ///< of each list in `lists`
    std::vector<site_format::Shape> shapes;
    std::vector<SavedRegister> saved;
    std::vector<MigrationPoint> points;
};

/// Addresses of functions in one linked half, each asked for once.
class FunctionStarts {
  public:
    FunctionStarts(SymbolAddress addressOf, void* context, Isa isa)
        : addressOf_(addressOf), context_(context), isa_(isa) {}

    std::optional<std::uint64_t> find(std::string_view function) {
        const auto [position, isNew] = found_.try_emplace(function);
        if (isNew) position->second = addressOf_(context_, isa_, function);
        return position->second;
    }

  private:
    const SymbolAddress addressOf_;
    void* const context_;
    const Isa isa_;
    std::unordered_map<std::string_view, std::optional<std::uint64_t>> found_;
};

class TableBuilder {
  public:
    TableBuilder(const SitePlan& plan, SymbolAddress addressOf, void* context)
        : plan_(plan), sites_(number(plan)), addressOf_(addressOf), context_(context) {}

    Result<void> addShared() {
        for (const SitePlan::Function& function : plan_.functions) {
            functions_.push_back({count(names_), count(siteRecords_), count(function.sites),
                                  function.outermost ? site_format::kOutermost : 0});
            names_.insert(names_.end(), function.name.begin(), function.name.end());
            names_.push_back('\0');
            for (const SitePlan::Site& site : function.sites) {
                if (site.valueSizes.size() > std::numeric_limits<std::uint16_t>::max())
                    return Error{fmt::format("{} has {} live values; a site has at most 65535",
                                             describe(plan_, sites_[siteRecords_.size()]), site.valueSizes.size())};
                siteRecords_.push_back({count(functions_) - 1, count(valueSizes_),
                                        static_cast<std::uint16_t>(site.valueSizes.size()),
                                        static_cast<std::uint8_t>(site.kind), 0});
                valueSizes_.insert(valueSizes_.end(), site.valueSizes.begin(), site.valueSizes.end());
            }
        }
        return {};
    }

    Result<void> addHalf(Isa isa, const SiteRecords& records) {
        PartBuilder& part = parts_[static_cast<std::size_t>(isa)];
        for (std::uint32_t f = 0; f < plan_.functions.size(); ++f) {
            const SitePlan::Function& function = plan_.functions[f];
            const auto address = addressOf_(context_, isa, function.name);
            const auto resume = addressOf_(context_, isa, function.resume);
            if (address.has_value() != resume.has_value())
                return Error{fmt::format("the {} half has '{}' and not '{}'", name(isa),
                                         address ? function.name : function.resume,
                                         address ? function.resume : function.name)};
            part.addresses.push_back(
                {static_cast<std::uint32_t>(address.value_or(0)), static_cast<std::uint32_t>(resume.value_or(0))});
            if (const auto x86 = parts_[0].addresses[f].function; x86 != address.value_or(0))
                return Error{fmt::format("'{}' was placed at {:#x} for x86_64 and at {:#x} for {}", function.name, x86,
                                         address.value_or(0), name(isa))};
        }

        struct Placed {
            std::uint64_t address;
            const SiteRecords::Stop* stop;
        };
        std::vector<Placed> placed;
        FunctionStarts starts(addressOf_, context_, isa);
        for (const SiteRecords::Stop& stop : records.stops) {
            const auto start = starts.find(stop.function);
            if (!start) continue; // dropped
            const site_format::Addresses& own = part.addresses[sites_[stop.site].function];
            if (*start != own.function && *start != own.resume)
                return Error{
                    fmt::format("{} is in '{}' for {}", describe(plan_, sites_[stop.site]), stop.function, name(isa))};
            placed.push_back({*start + stop.offset, &stop});
        }
        std::ranges::sort(placed, {}, &Placed::address);
        for (std::size_t i = 0; i < placed.size(); ++i) {
            const SiteRecords::Stop& stop = *placed[i].stop;
            if (i > 0 && placed[i].address == placed[i - 1].address)
                return Error{fmt::format("{} and {} stop at the same address {:#x} of the {} half",
                                         describe(plan_, sites_[placed[i - 1].stop->site]),
                                         describe(plan_, sites_[stop.site]), placed[i].address, name(isa))};
            part.stops.push_back({static_cast<std::uint32_t>(placed[i].address), stop.site,
                                  listOf(isa, part, stop),
                                  shapeOf(part, shapes_[static_cast<std::size_t>(isa)], stop)});
        }
        for (const SiteRecords::Point& point : records.points)
            if (const auto start = starts.find(point.function))
                part.points.push_back({static_cast<std::uint32_t>(*start + point.nop),
                                       static_cast<std::uint32_t>(*start + point.target)});
        std::ranges::sort(part.points, {}, &MigrationPoint::nop);
        return {};
    }

    std::vector<std::byte> finish() {
        using namespace site_format;
        bytes_.resize(sizeof(Header));
        Header header{};
        header.magic = kMagic;
        header.format = kFormat;
        header.functions = append(functions_);
        header.sites = append(siteRecords_);
        header.valueSizes = append(valueSizes_);
        header.names = append(names_);
        header.constants = append(constants_);
        for (std::size_t i = 0; i < 2; ++i)
            header.parts[i] = {append(parts_[i].addresses).offset, append(parts_[i].stops),  appendLists(parts_[i]),
                               append(parts_[i].locations),        append(parts_[i].shapes), append(parts_[i].saved),
                               append(parts_[i].points)};
        header.size = count(bytes_);
        std::memcpy(bytes_.data(), &header, sizeof header);
        return std::move(bytes_);
    }

  private:
    using ShapeKey = std::tuple<std::uint16_t, std::int32_t, std::vector<std::pair<std::uint16_t, std::int32_t>>>;
    using ShapeNumbers = std::map<ShapeKey, std::uint32_t>;

    template <class T> static std::uint32_t count(const std::vector<T>& list) {
        return static_cast<std::uint32_t>(list.size());
    }

    static std::uint32_t shapeOf(PartBuilder& part, ShapeNumbers& numbers, const SiteRecords::Stop& stop) {
        ShapeKey key{stop.cfaRegister, stop.cfaOffset, {}};
        for (const SavedRegister& saved : stop.saved)
            std::get<2>(key).emplace_back(saved.reg, saved.offset);
        const auto [position, isNew] = numbers.try_emplace(std::move(key), count(part.shapes));
        if (isNew) {
            part.shapes.push_back({stop.cfaRegister, static_cast<std::uint16_t>(stop.saved.size()), stop.cfaOffset,
                                   count(part.saved), 0});
            part.saved.insert(part.saved.end(), stop.saved.begin(), stop.saved.end());
        }
        return position->second;
    }

    // Where the list of the stop's locations starts. Stops with equal lists share one.
    std::uint32_t listOf(Isa isa, PartBuilder& part, const SiteRecords::Stop& stop) {
        std::vector<std::uint32_t> list;
        for (std::size_t v = 0; v < stop.locations.size(); ++v) {
            // compareSites() has seen that it can be located.
            SiteLocation location =
                *locate(isa, stop.locations[v], sites_[stop.site].site->valueSizes[v], stop.constants);
            if (location.kind == LocationKind::LargeConstant) {
                const std::uint64_t constant = stop.constants[static_cast<std::size_t>(location.number)];
                const auto [position, isNew] = constantNumbers_.try_emplace(constant, count(constants_));
                if (isNew) constants_.push_back(constant);
                location.number = static_cast<std::int32_t>(position->second);
            }
            const auto [position, isNew] = part.locationNumbers.try_emplace(
                {location.kind, location.size, location.reg, location.number}, count(part.locations));
            if (isNew) part.locations.push_back(location);
            list.push_back(position->second);
        }
        const auto [position, isNew] = part.listPositions.try_emplace(std::move(list), count(part.lists));
        if (isNew) part.lists.insert(part.lists.end(), position->first.begin(), position->first.end());
        return position->second;
    }

    site_format::Array appendLists(const PartBuilder& part) {
        if (site_format::indexSize(part.locations.size()) == sizeof(std::uint32_t)) return append(part.lists);
        return append(std::vector<std::uint16_t>(part.lists.begin(), part.lists.end()));
    }

    template <class T> site_format::Array append(const std::vector<T>& list) {
        const site_format::Array array{count(list), count(bytes_)};
        const auto bytes = std::as_bytes(std::span(list));
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        while (bytes_.size() % site_format::kArrayAlign != 0)
            bytes_.push_back(std::byte{0});
        return array;
    }

    const SitePlan& plan_;
    const std::vector<NumberedSite> sites_;
    const SymbolAddress addressOf_;
    void* const context_;
    std::vector<site_format::Function> functions_;
    std::vector<site_format::Site> siteRecords_;
    std::vector<std::uint8_t> valueSizes_;
    std::vector<char> names_;
    std::vector<std::uint64_t> constants_;
    std::unordered_map<std::uint64_t, std::uint32_t> constantNumbers_;
    std::array<PartBuilder, 2> parts_;
    std::array<ShapeNumbers, 2> shapes_;
    std::vector<std::byte> bytes_;
};

} // namespace

Result<void> compareSites(const SitePlan& plan, const std::array<SiteRecords, 2>& records) {
    const std::vector<NumberedSite> sites = number(plan);
    for (const NumberedSite& site : sites)
        for (unsigned size : site.site->valueSizes)
            if (!site_format::isValueSize(size))
                return Error{fmt::format("{} has a live value of {} bytes; expected 4, 8, 16, 32 or 64",
                                         describe(plan, site), size)};
    std::array<std::vector<bool>, 2> found;
    for (Isa isa : kIsas) {
        found[static_cast<std::size_t>(isa)].resize(sites.size());
        for (const SiteRecords::Stop& stop : records[static_cast<std::size_t>(isa)].stops) {
            if (stop.site >= sites.size())
                return Error{fmt::format("'{}' has site {} for {}; the program has {} sites", stop.function, stop.site,
                                         name(isa), sites.size())};
            const NumberedSite& site = sites[stop.site];
            const std::vector<std::uint8_t>& sizes = site.site->valueSizes;
            if (stop.locations.size() != sizes.size())
                return Error{fmt::format("{} has {} live values for {}; expected {}", describe(plan, site),
                                         stop.locations.size(), name(isa), sizes.size())};
            for (std::size_t v = 0; v < sizes.size(); ++v)
                if (auto location = locate(isa, stop.locations[v], sizes[v], stop.constants); !location)
                    return Error{fmt::format("{} keeps value {} of {} bytes for {} {}", describe(plan, site), v,
                                             sizes[v], name(isa), location.error().message)};
            found[static_cast<std::size_t>(isa)][stop.site] = true;
        }
    }
    for (std::size_t s = 0; s < sites.size(); ++s)
        if (found[0][s] != found[1][s])
            return Error{fmt::format("{} exists for {} only; migration needs it in both halves",
                                     describe(plan, sites[s]), name(found[0][s] ? Isa::x86_64 : Isa::aarch64))};
    return {};
}

Result<std::vector<std::byte>> makeSiteTable(const SitePlan& plan, const std::array<SiteRecords, 2>& records,
                                             SymbolAddress addressOf, void* context) {
    if (Result<void> same = compareSites(plan, records); !same) return std::move(same.error());
    TableBuilder builder(plan, addressOf, context);
    if (Result<void> added = builder.addShared(); !added) return std::move(added.error());
    for (Isa isa : kIsas)
        if (Result<void> added = builder.addHalf(isa, records[static_cast<std::size_t>(isa)]); !added)
            return std::move(added.error());
    std::vector<std::byte> bytes = builder.finish();
    // What was just made must be readable: a site dropped by one link only, or anything unforeseen, shows here.
    if (auto table = SiteTable::open(bytes); !table) return std::move(table.error());
    return bytes;
}

} // namespace dyad
