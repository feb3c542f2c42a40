// See site_records.h.
#include "codegen/site_records.h"

#include "codegen/object_places.h"
#include "codegen/unwind_rows.h"
#include "image/isa_registers.h"
#include "image/statepoint_form.h"

#include "llvm/Support/DataExtractor.h"

using namespace llvm;

namespace dyad {

namespace {

constexpr uint8_t kStackMapVersion = 3;

// Kinds of locations in a stack map.
enum : uint8_t { kRegister = 1, kDirect = 2, kIndirect = 3, kConstant = 4, kConstantIndex = 5 };

// A statepoint's record starts with three constants: calling convention, flags, number of deopt values.
constexpr unsigned kStatepointHeader = 3;

struct MapLocation {
    uint8_t kind = 0;
    uint16_t size = 0, reg = 0;
    int32_t number = 0;
};

struct MapRecord {
    uint64_t id = 0;
    uint32_t offset = 0; // from the function's start, of the first byte after the call
    std::vector<MapLocation> locations;
};

struct MapFunction {
    ObjectPlaces::Pointer function;
    std::vector<MapRecord> records;
};

struct StackMap {
    std::vector<MapFunction> functions;
    std::vector<uint64_t> constants;
};

MapRecord readRecord(const DataExtractor& data, DataExtractor::Cursor& at) {
    MapRecord record;
    record.id = data.getU64(at);
    record.offset = data.getU32(at);
    data.getU16(at); // reserved
    const unsigned count = data.getU16(at);
    for (unsigned i = 0; i < count && at; ++i) {
        MapLocation location;
        location.kind = data.getU8(at);
        data.getU8(at); // reserved
        location.size = data.getU16(at);
        location.reg = data.getU16(at);
        data.getU16(at); // reserved
        location.number = static_cast<int32_t>(data.getU32(at));
        record.locations.push_back(location);
    }
    data.skip(at, at.tell() % 8 ? 4 : 0);
    data.getU16(at); // padding
    const unsigned liveOuts = data.getU16(at);
    data.skip(at, uint64_t{4} * liveOuts);
    data.skip(at, at.tell() % 8 ? 4 : 0);
    return record;
}

Expected<StackMap> readStackMap(const ObjectPlaces::Section& section) {
    DataExtractor data(section.bytes, /*IsLittleEndian=*/true, 8);
    DataExtractor::Cursor at(0);
    StackMap map;
    const unsigned version = data.getU8(at);
    data.skip(at, 3); // reserved
    const uint32_t functions = data.getU32(at), constants = data.getU32(at), records = data.getU32(at);
    std::vector<uint64_t> counts;
    for (uint32_t i = 0; i < functions && at; ++i) {
        auto function = section.pointers.find(at.tell());
        data.skip(at, 16); // address, stack size
        counts.push_back(data.getU64(at));
        if (function == section.pointers.end() || function->second.function.empty() || function->second.offset != 0) {
            consumeError(at.takeError());
            return createStringError("stack maps: entry %u is not that of a function", i);
        }
        map.functions.push_back({function->second, {}});
    }
    for (uint32_t i = 0; i < constants && at; ++i)
        map.constants.push_back(data.getU64(at));
    uint64_t read = 0;
    for (size_t f = 0; f < map.functions.size(); ++f)
        for (uint64_t i = 0; i < counts[f] && at; ++i, ++read)
            map.functions[f].records.push_back(readRecord(data, at));
    const uint64_t end = at.tell();
    if (llvm::Error error = at.takeError())
        return error;
    if (version != kStackMapVersion || read != records || end != section.bytes.size())
        return createStringError("stack maps: expected one table of version %u with %u records", kStackMapVersion,
                                 records);
    return map;
}

class RecordReader {
  public:
    RecordReader(const std::vector<uint64_t>& constants, UnwindRows& unwind, Isa isa)
        : constants_(constants), unwind_(unwind), isa_(isa) {}

    Expected<SiteRecords::Stop> read(const ObjectPlaces::Pointer& function, const MapRecord& record) {
        SiteRecords::Stop stop{};
        stop.function = function.function;
        stop.offset = record.offset;
        stop.site = static_cast<uint32_t>(record.id);
        if ((record.id & ~kValuesInCells) > UINT32_MAX)
            return createStringError("its stack map has no site's number but %llu",
                                     static_cast<unsigned long long>(record.id));
        if (llvm::Error error = addLocations(stop, record))
            return error;
        // The call that stops ends where the stop is.
        Expected<const dwarf::UnwindRow*> row = unwind_.find(function.place, record.offset - 1);
        if (!row)
            return row.takeError();
        if (llvm::Error error = addShape(stop, **row))
            return error;
        return stop;
    }

  private:
    llvm::Error addLocations(SiteRecords::Stop& stop, const MapRecord& record) {
        ArrayRef<MapLocation> locations(record.locations);
        const bool isStatepoint =
            locations.size() >= kStatepointHeader &&
            all_of(locations.take_front(kStatepointHeader), [](const MapLocation& l) { return l.kind == kConstant; });
        if (!isStatepoint || static_cast<uint32_t>(locations[2].number) != locations.size() - kStatepointHeader)
            return createStringError("the stack map of site %u is not that of a statepoint with deopt values only",
                                     stop.site);
        locations = locations.drop_front(kStatepointHeader);
        if (!(record.id & kValuesInCells)) return addPieces(stop, locations);
        auto unexpected = [&] { return createStringError("site %u has cells in an unexpected form", stop.site); };
        if (locations.empty() || locations[0].kind != kDirect) return unexpected();
        const MapLocation& cells = locations[0];
        for (locations = locations.drop_front(); !locations.empty(); locations = locations.drop_front()) {
            if (locations[0].kind != kConstant) return unexpected();
            const uint32_t cell = static_cast<uint32_t>(locations[0].number);
            if (cell != kPieceItself) {
                stop.locations.push_back({LocationKind::Memory, cellSize(cell), cells.reg,
                                          cells.number + static_cast<int32_t>(cellOffset(cell))});
                continue;
            }
            locations = locations.drop_front();
            if (locations.empty()) return unexpected();
            if (llvm::Error error = addPieces(stop, locations.take_front())) return error;
        }
        return llvm::Error::success();
    }

    llvm::Error addPieces(SiteRecords::Stop& stop, ArrayRef<MapLocation> pieces) {
        for (const MapLocation& piece : pieces) {
            Expected<SiteLocation> converted = convert(stop, piece);
            if (!converted) return converted.takeError();
            stop.locations.push_back(*converted);
        }
        return llvm::Error::success();
    }

    Expected<SiteLocation> convert(SiteRecords::Stop& stop, const MapLocation& from) {
        SiteLocation to{LocationKind::Memory, static_cast<uint8_t>(from.size), from.reg, from.number};
        if (from.size > 64)
            return createStringError("site %u has a live value in a place of %u bytes", stop.site, from.size);
        switch (from.kind) {
        case kRegister:
            if (from.number != 0)
                return createStringError("site %u has a live value in the upper part of register %u", stop.site,
                                         from.reg);
            to.kind = LocationKind::Register;
            return to;
        case kDirect:
            to.size = 0; // a slot; the record has the size of its address
            return to;
        case kIndirect:
            return to;
        case kConstant:
            return SiteLocation{LocationKind::Constant, 8, 0, from.number};
        case kConstantIndex:
            if (static_cast<uint32_t>(from.number) >= constants_.size())
                break;
            stop.constants.push_back(constants_[static_cast<uint32_t>(from.number)]);
            return SiteLocation{LocationKind::LargeConstant, 8, 0, static_cast<int32_t>(stop.constants.size() - 1)};
        }
        return createStringError("site %u has a live value in a place of unknown kind %u", stop.site, from.kind);
    }

    llvm::Error addShape(SiteRecords::Stop& stop, const dwarf::UnwindRow& row) {
        using dwarf::UnwindLocation;
        const UnwindLocation& cfa = row.getCFAValue();
        if (cfa != UnwindLocation::createIsRegisterPlusOffset(cfa.getRegister(), cfa.getOffset()) ||
            cfa.getRegister() >= generalRegisterCount(isa_))
            return createStringError("site %u: the frame's address is not a register with an offset", stop.site);
        stop.cfaRegister = static_cast<uint16_t>(cfa.getRegister());
        stop.cfaOffset = cfa.getOffset();
        for (unsigned reg = 0; reg < kRegisterLimit; ++reg) {
            std::optional<UnwindLocation> location = row.getRegisterLocations().getRegisterLocation(reg);
            if (!location || location->getLocation() == UnwindLocation::Same)
                continue;
            if (*location != UnwindLocation::createAtCFAPlusOffset(location->getOffset()))
                return createStringError("site %u: register %u is saved in an unusual way", stop.site, reg);
            stop.saved.push_back({static_cast<uint16_t>(reg), 0, location->getOffset()});
        }
        return llvm::Error::success();
    }

    // More than any DWARF number of a register that a function of ours saves.
    static constexpr unsigned kRegisterLimit = 128;

    const std::vector<uint64_t>& constants_;
    UnwindRows& unwind_;
    const Isa isa_;
};

llvm::Error readPoints(const ObjectPlaces& object, SiteRecords& result) {
    const ObjectPlaces::Section* section = object.section(".dyad.points");
    if (!section)
        return llvm::Error::success();
    constexpr uint64_t kAddressSize = 8, kEntrySize = 2 * kAddressSize;
    for (uint64_t at = 0; at < section->bytes.size(); at += kEntrySize) {
        auto nop = section->pointers.find(at), target = section->pointers.find(at + kAddressSize);
        if (nop == section->pointers.end() || target == section->pointers.end() || nop->second.function.empty() ||
            nop->second.function != target->second.function)
            return createStringError("migration point %llu does not lie in one function",
                                     static_cast<unsigned long long>(at / kEntrySize));
        result.points.push_back({nop->second.function, static_cast<uint32_t>(nop->second.offset),
                                 static_cast<uint32_t>(target->second.offset)});
    }
    return llvm::Error::success();
}

} // namespace

Expected<SiteRecords> readSiteRecords(StringRef object, Isa isa) {
    Expected<ObjectPlaces> places = ObjectPlaces::read(object, {".llvm_stackmaps", ".eh_frame", ".dyad.points"});
    if (!places)
        return places.takeError();
    SiteRecords result;
    if (llvm::Error error = readPoints(*places, result))
        return error;
    const ObjectPlaces::Section* section = places->section(".llvm_stackmaps");
    if (!section)
        return result;
    Expected<StackMap> map = readStackMap(*section);
    if (!map)
        return map.takeError();
    Expected<UnwindRows> unwind = UnwindRows::read(*places, isa);
    if (!unwind)
        return unwind.takeError();
    RecordReader reader(map->constants, *unwind, isa);
    for (const MapFunction& function : map->functions)
        for (const MapRecord& record : function.records) {
            Expected<SiteRecords::Stop> stop = reader.read(function.function, record);
            if (!stop)
                return createStringError("function '%s' of the %s half: %s", function.function.function.c_str(),
                                         name(isa).data(), toString(stop.takeError()).c_str());
            result.stops.push_back(std::move(*stop));
        }
    return result;
}

} // namespace dyad
