// See unwind_rows.h.
#include "codegen/unwind_rows.h"

#include "llvm/DebugInfo/DWARF/DWARFDataExtractor.h"

using namespace llvm;

namespace dyad {

// Where the section is taken to lie. Its pointers are relative to themselves and not relocated yet: only differences
// between addresses have a meaning. Anything but zero, which would stand for "unknown".
constexpr uint64_t kSectionAddress = 0x1000;

// An entry holds its length and the distance to its common entry before the function's address.
constexpr uint64_t kAddressField = 8;

Expected<UnwindRows> UnwindRows::read(const ObjectPlaces& object, Isa isa) {
    UnwindRows result;
    const ObjectPlaces::Section* section = object.section(".eh_frame");
    if (!section)
        return result;
    result.frames_ = std::make_unique<DWARFDebugFrame>(isa == Isa::x86_64 ? Triple::x86_64 : Triple::aarch64,
                                                       /*IsEH=*/true, kSectionAddress);
    if (llvm::Error error = result.frames_->parse(DWARFDataExtractor(section->bytes, /*IsLittleEndian=*/true, 8)))
        return error;
    for (const dwarf::FrameEntry& entry : result.frames_->entries()) {
        const auto* record = dyn_cast<dwarf::FDE>(&entry);
        if (!record)
            continue;
        auto function = section->pointers.find(record->getOffset() + kAddressField);
        if (function != section->pointers.end())
            result.entries_.emplace(function->second.place, Entry{record, std::nullopt});
    }
    return result;
}

Expected<const dwarf::UnwindRow*> UnwindRows::find(ObjectPlaces::Place function, uint64_t offset) {
    auto found = entries_.find(function);
    if (found == entries_.end())
        return createStringError("it has no unwind table");
    Entry& entry = found->second;
    if (offset >= entry.record->getAddressRange())
        return createStringError("its unwind table ends before offset %llu", static_cast<unsigned long long>(offset));
    if (!entry.rows) {
        Expected<dwarf::UnwindTable> rows = dwarf::UnwindTable::create(entry.record);
        if (!rows)
            return rows.takeError();
        entry.rows = std::move(*rows);
    }
    const uint64_t address = entry.record->getInitialLocation() + offset;
    const dwarf::UnwindRow* last = nullptr;
    for (const dwarf::UnwindRow& row : *entry.rows)
        if (row.getAddress() <= address)
            last = &row;
    if (!last)
        return createStringError("its unwind table has no row for offset %llu",
                                 static_cast<unsigned long long>(offset));
    return last;
}

} // namespace dyad
