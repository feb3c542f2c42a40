// Reads site tables where they lie. Everything that the accessors rely on is validated once, by open().
#include "image/isa_registers.h"
#include "image/site_format.h"

#include <dyad/abi.h>
#include <fmt/format.h>

#include <algorithm>

namespace dyad {

using namespace site_format;

namespace {

/// The arrays of a table, each in its place.
class Arrays {
  public:
    explicit Arrays(std::span<const std::byte> bytes) : bytes_(bytes) {}

    const Header& header() const { return *reinterpret_cast<const Header*>(bytes_.data()); }
    const Part& part(Isa isa) const { return header().parts[static_cast<std::size_t>(isa)]; }

    template <class T> std::span<const T> get(Array array) const {
        return {reinterpret_cast<const T*>(bytes_.data() + array.offset), array.count};
    }
    std::span<const Function> functions() const { return get<Function>(header().functions); }
    std::span<const Site> sites() const { return get<Site>(header().sites); }
    std::span<const std::uint8_t> valueSizes() const { return get<std::uint8_t>(header().valueSizes); }
    std::span<const char> names() const { return get<char>(header().names); }
    std::span<const std::uint64_t> constants() const { return get<std::uint64_t>(header().constants); }
    std::span<const Addresses> addresses(Isa isa) const {
        return get<Addresses>({header().functions.count, part(isa).addressesOffset});
    }
    std::span<const Stop> stops(Isa isa) const { return get<Stop>(part(isa).stops); }
    std::span<const SiteLocation> locations(Isa isa) const { return get<SiteLocation>(part(isa).locations); }
    std::uint32_t listsSize(Isa isa) const { return part(isa).lists.count; }
    std::size_t indexSize(Isa isa) const { return site_format::indexSize(part(isa).locations.count); }
    SiteLocations listOf(Isa isa, const Stop& stop) const {
        return {locations(isa).data(), bytes_.data() + part(isa).lists.offset + stop.list * indexSize(isa),
                indexSize(isa), sites()[stop.site].valueCount};
    }
    std::span<const Shape> shapes(Isa isa) const { return get<Shape>(part(isa).shapes); }
    std::span<const SavedRegister> saved(Isa isa) const { return get<SavedRegister>(part(isa).saved); }

    std::span<const MigrationPoint> points(Isa isa) const { return get<MigrationPoint>(part(isa).points); }

  private:
    std::span<const std::byte> bytes_;
};

class Validator {
  public:
    explicit Validator(std::span<const std::byte> bytes) : bytes_(bytes), arrays_(bytes) {}

    Result<void> run() {
        if (Result<void> result = checkHeader(); !result) return result;
        if (Result<void> result = checkShared(); !result) return result;
        for (Isa isa : kIsas)
            for (auto step :
                 {&Validator::checkAddresses, &Validator::checkShapes, &Validator::checkStops, &Validator::checkPoints})
                if (Result<void> result = (this->*step)(isa); !result) return result;
        return checkBothHalves();
    }

  private:
    template <class... Args> static Error bad(fmt::format_string<Args...> format, Args&&... args) {
        return Error{"the site table is damaged: " + fmt::format(format, std::forward<Args>(args)...)};
    }

    Result<void> checkHeader() {
        if (bytes_.size() < sizeof(Header))
            return bad("expected at least {} bytes, found {}", sizeof(Header), bytes_.size());
        if (reinterpret_cast<std::uintptr_t>(bytes_.data()) % kArrayAlign != 0)
            return bad("it does not lie at a multiple of {} bytes", kArrayAlign);
        const Header& header = arrays_.header();
        if (header.magic != kMagic) return bad("it does not start with the magic number");
        if (header.format != kFormat)
            return Error{
                fmt::format("the site table has format {}, this dyad reads format {}", header.format, kFormat)};
        if (header.size != bytes_.size())
            return bad("its header says {} bytes, its section has {}", header.size, bytes_.size());

        // The arrays follow one another in the order of the header.
        end_ = sizeof(Header);
        if (!place(header.functions, sizeof(Function)) || !place(header.sites, sizeof(Site)) ||
            !place(header.valueSizes, 1) || !place(header.names, 1) || !place(header.constants, sizeof(std::uint64_t)))
            return bad("an array lies at an offset other than {:#x}, or reaches past the end", end_);
        for (const Part& part : header.parts)
            if (!place({header.functions.count, part.addressesOffset}, sizeof(Addresses)) ||
                !place(part.stops, sizeof(Stop)) || !place(part.lists, indexSize(part.locations.count)) ||
                !place(part.locations, sizeof(SiteLocation)) ||
                !place(part.shapes, sizeof(Shape)) || !place(part.saved, sizeof(SavedRegister)) ||
                !place(part.points, sizeof(MigrationPoint)))
                return bad("an array lies at an offset other than {:#x}, or reaches past the end", end_);
        if (end_ != bytes_.size()) return bad("{} bytes follow its last array", bytes_.size() - end_);
        return {};
    }

    /// Whether an array lies where it must; `end_` is where the next one must lie.
    bool place(Array array, std::size_t recordSize) {
        if (array.offset != end_) return false;
        const std::uint64_t end = end_ + std::uint64_t{array.count} * recordSize;
        const std::uint64_t next = (end + kArrayAlign - 1) / kArrayAlign * kArrayAlign;
        if (next > bytes_.size()) return false;
        for (std::uint64_t i = end; i < next; ++i)
            if (bytes_[i] != std::byte{0}) return false;
        end_ = next;
        return true;
    }

    Result<void> checkShared() {
        const auto names = arrays_.names();
        if (!names.empty() && names.back() != '\0') return bad("its last name is not terminated");
        const auto sites = arrays_.sites();
        const auto sizes = arrays_.valueSizes();
        std::uint64_t nextSite = 0, nextValue = 0;
        for (std::uint32_t f = 0; f < arrays_.functions().size(); ++f) {
            const Function& function = arrays_.functions()[f];
            if (function.name >= names.size() || function.flags & ~kOutermost)
                return bad("function {} has the name {} of {} and flags {:#x}", f, function.name, names.size(),
                           function.flags);
            if (function.firstSite != nextSite || function.siteCount > sites.size() - nextSite)
                return bad("function {} has {} sites from {}; expected them from {} and no more than {}", f,
                           function.siteCount, function.firstSite, nextSite, sites.size() - nextSite);
            nextSite += function.siteCount;
            for (std::uint32_t s = function.firstSite; s < nextSite; ++s) {
                const Site& site = sites[s];
                if (site.function != f || site.kind > static_cast<std::uint8_t>(SiteKind::Point) || site.zero != 0)
                    return bad("site {} has kind {} and belongs to function {}; expected {}", s, site.kind,
                               site.function, f);
                if (site.firstValue != nextValue || site.valueCount > sizes.size() - nextValue)
                    return bad("site {} has {} values from {}; expected them from {} and no more than {}", s,
                               site.valueCount, site.firstValue, nextValue, sizes.size() - nextValue);
                nextValue += site.valueCount;
            }
        }
        if (nextSite != sites.size()) return bad("{} sites belong to no function", sites.size() - nextSite);
        if (nextValue != sizes.size()) return bad("{} values belong to no site", sizes.size() - nextValue);
        for (std::size_t v = 0; v < sizes.size(); ++v)
            if (!isValueSize(sizes[v])) return bad("value {} has {} bytes", v, sizes[v]);
        return {};
    }

    static bool isImageAddress(std::uint32_t address) {
        return address >= DYAD_COMMON_BASE && address < DYAD_IMAGE_LIMIT;
    }

    Result<void> checkAddresses(Isa isa) {
        for (std::uint32_t f = 0; f < arrays_.functions().size(); ++f) {
            const Addresses& own = arrays_.addresses(isa)[f];
            if (own.function != arrays_.addresses(Isa::x86_64)[f].function)
                return bad("function {} lies at {:#x} for x86_64 and at {:#x} for {}", f,
                           arrays_.addresses(Isa::x86_64)[f].function, own.function, name(isa));
            const bool dropped = own.function == 0 && own.resume == 0;
            if (!dropped && (!isImageAddress(own.function) || !isImageAddress(own.resume)))
                return bad("function {} lies at {:#x} and its resume function at {:#x} for {}", f, own.function,
                           own.resume, name(isa));
        }
        return {};
    }

    Result<void> checkShapes(Isa isa) {
        const auto saved = arrays_.saved(isa);
        for (std::uint32_t s = 0; s < arrays_.shapes(isa).size(); ++s) {
            const Shape& shape = arrays_.shapes(isa)[s];
            if (shape.cfaRegister >= generalRegisterCount(isa) || shape.zero != 0 || shape.firstSaved > saved.size() ||
                shape.savedCount > saved.size() - shape.firstSaved)
                return bad("shape {} for {} has {} saved registers from {} and its address in register {}", s,
                           name(isa), shape.savedCount, shape.firstSaved, shape.cfaRegister);
        }
        for (std::uint32_t s = 0; s < saved.size(); ++s)
            if ((!holdsValues(isa, saved[s].reg) && saved[s].reg != returnAddressRegister(isa)) || saved[s].zero != 0)
                return bad("saved register {} for {} is register {}", s, name(isa), saved[s].reg);
        return {};
    }

    Result<void> checkStops(Isa isa) {
        const auto stops = arrays_.stops(isa);
        for (std::uint32_t i = 0; i < stops.size(); ++i) {
            const Stop& stop = stops[i];
            if (!isImageAddress(stop.address) || (i > 0 && stop.address <= stops[i - 1].address))
                return bad("stop {} for {} has address {:#x}", i, name(isa), stop.address);
            if (stop.site >= arrays_.sites().size() || stop.shape >= arrays_.shapes(isa).size())
                return bad("stop {} for {} has site {} and shape {}", i, name(isa), stop.site, stop.shape);
            const Site& site = arrays_.sites()[stop.site];
            const auto listsSize = arrays_.listsSize(isa);
            if (stop.list > listsSize || site.valueCount > listsSize - stop.list)
                return bad("stop {} for {} has {} values from {} of {}", i, name(isa), site.valueCount, stop.list,
                           listsSize);
            if (arrays_.addresses(isa)[site.function].function == 0)
                return bad("stop {} for {} belongs to function {}, which has no address", i, name(isa), site.function);
            const SiteLocations locations = arrays_.listOf(isa, stop);
            for (std::uint32_t v = 0; v < site.valueCount; ++v)
                if (locations.index(v) >= arrays_.locations(isa).size() ||
                    !isLocation(isa, locations[v], arrays_.valueSizes()[site.firstValue + v]))
                    return bad("stop {} for {} keeps value {} in no known place", i, name(isa), v);
        }
        return {};
    }

    Result<void> checkPoints(Isa isa) {
        const auto points = arrays_.points(isa);
        for (std::uint32_t i = 0; i < points.size(); ++i)
            if (!isImageAddress(points[i].nop) || !isImageAddress(points[i].target) ||
                (i > 0 && points[i].nop <= points[i - 1].nop))
                return bad("migration point {} for {} has its NOP at {:#x} and its target at {:#x}", i, name(isa),
                           points[i].nop, points[i].target);
        return {};
    }

    bool isLocation(Isa isa, const SiteLocation& location, std::uint8_t valueSize) const {
        if (!std::has_single_bit(location.size) || location.size > valueSize) return false;
        switch (location.kind) {
        case LocationKind::Register:
            return holdsValues(isa, location.reg) && location.number == 0 &&
                   (location.size <= 8 || vectorRegister(isa, location.reg));
        case LocationKind::Memory:
            return location.reg < generalRegisterCount(isa);
        case LocationKind::Constant:
            return location.reg == 0;
        case LocationKind::LargeConstant:
            return location.reg == 0 && location.number >= 0 &&
                   static_cast<std::uint32_t>(location.number) < arrays_.constants().size();
        }
        return false;
    }

    /// A frame that stops at a site must find the site in the other half.
    Result<void> checkBothHalves() {
        std::vector<std::uint8_t> found(arrays_.sites().size());
        for (Isa isa : kIsas)
            for (const Stop& stop : arrays_.stops(isa))
                found[stop.site] |= 1 << static_cast<unsigned>(isa);
        for (std::size_t s = 0; s < found.size(); ++s)
            if (found[s] == 1 || found[s] == 2)
                return bad("site {} has stops for {} only", s, name(found[s] == 1 ? Isa::x86_64 : Isa::aarch64));
        return {};
    }

    std::span<const std::byte> bytes_;
    Arrays arrays_;
    std::uint64_t end_ = 0;
};

} // namespace

Result<SiteTable> SiteTable::open(std::span<const std::byte> bytes) {
    if (Result<void> result = Validator(bytes).run(); !result) return std::move(result.error());
    return SiteTable(bytes);
}

std::uint32_t SiteTable::functionCount() const {
    return Arrays(bytes_).header().functions.count;
}

std::uint32_t SiteTable::siteCount() const {
    return Arrays(bytes_).header().sites.count;
}

SiteTable::Function SiteTable::function(std::uint32_t number) const {
    const Arrays arrays(bytes_);
    const site_format::Function& record = arrays.functions()[number];
    return {arrays.names().data() + record.name, record.firstSite, record.siteCount, (record.flags & kOutermost) != 0};
}

SiteTable::Site SiteTable::site(std::uint32_t number) const {
    const Arrays arrays(bytes_);
    const site_format::Site& record = arrays.sites()[number];
    return {record.function, number - arrays.functions()[record.function].firstSite, static_cast<SiteKind>(record.kind),
            arrays.valueSizes().subspan(record.firstValue, record.valueCount)};
}

std::uint32_t SiteTable::functionAddress(Isa isa, std::uint32_t function) const {
    return Arrays(bytes_).addresses(isa)[function].function;
}

std::uint32_t SiteTable::resumeAddress(Isa isa, std::uint32_t function) const {
    return Arrays(bytes_).addresses(isa)[function].resume;
}

std::uint32_t SiteTable::stopCount(Isa isa) const {
    return Arrays(bytes_).part(isa).stops.count;
}

SiteTable::Stop SiteTable::stop(Isa isa, std::uint32_t position) const {
    const Arrays arrays(bytes_);
    const site_format::Stop& record = arrays.stops(isa)[position];
    const Shape& shape = arrays.shapes(isa)[record.shape];
    return {record.address,
            record.site,
            arrays.listOf(isa, record),
            shape.cfaRegister,
            shape.cfaOffset,
            arrays.saved(isa).subspan(shape.firstSaved, shape.savedCount)};
}

std::optional<SiteTable::Stop> SiteTable::findStop(Isa isa, std::uint64_t address) const {
    const auto stops = Arrays(bytes_).stops(isa);
    const auto found = std::ranges::lower_bound(stops, address, {}, &site_format::Stop::address);
    if (found == stops.end() || found->address != address) return std::nullopt;
    return stop(isa, static_cast<std::uint32_t>(found - stops.begin()));
}

std::optional<SiteTable::Stop> SiteTable::nextStop(Isa isa, std::uint64_t address) const {
    const auto stops = Arrays(bytes_).stops(isa);
    const auto found = std::ranges::upper_bound(stops, address, {}, &site_format::Stop::address);
    if (found == stops.end()) return std::nullopt;
    return stop(isa, static_cast<std::uint32_t>(found - stops.begin()));
}

std::span<const MigrationPoint> SiteTable::points(Isa isa) const {
    return Arrays(bytes_).points(isa);
}

std::uint32_t SiteTable::halfBytes(Isa isa) const {
    const Header& header = Arrays(bytes_).header();
    const std::uint32_t middle = header.parts[1].addressesOffset;
    return isa == Isa::x86_64 ? middle - header.parts[0].addressesOffset : header.size - middle;
}

std::uint64_t SiteTable::constant(const SiteLocation& location) const {
    if (location.kind == LocationKind::Constant) return static_cast<std::uint64_t>(std::int64_t{location.number});
    return Arrays(bytes_).constants()[static_cast<std::uint32_t>(location.number)];
}

} // namespace dyad
