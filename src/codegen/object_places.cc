// See object_places.h.
#include "codegen/object_places.h"

#include "llvm/Object/ELFObjectFile.h"

using namespace llvm;
using namespace llvm::object;

namespace dyad {

namespace {

using FunctionNames = std::map<ObjectPlaces::Place, std::string>;

Expected<FunctionNames> functionNames(const ObjectFile& file) {
    FunctionNames names;
    for (const SymbolRef& symbol : file.symbols()) {
        Expected<SymbolRef::Type> type = symbol.getType();
        if (!type)
            return type.takeError();
        if (*type != SymbolRef::ST_Function)
            continue;
        Expected<section_iterator> section = symbol.getSection();
        if (!section)
            return section.takeError();
        if (*section == file.section_end())
            continue;
        Expected<uint64_t> value = symbol.getValue();
        Expected<StringRef> name = symbol.getName();
        if (!value)
            return value.takeError();
        if (!name)
            return name.takeError();
        names.try_emplace({(*section)->getIndex(), *value}, name->str());
    }
    return names;
}

// A local function may be referred to by its section: the addend then is its offset.
Error addPointers(const ObjectFile& file, const SectionRef& relocations, const FunctionNames& functions,
                  ObjectPlaces::Section& target) {
    for (const RelocationRef& relocation : relocations.relocations()) {
        symbol_iterator symbol = relocation.getSymbol();
        if (symbol == file.symbol_end())
            continue;
        Expected<section_iterator> section = symbol->getSection();
        Expected<uint64_t> value = symbol->getValue();
        Expected<int64_t> addend = ELFRelocationRef(relocation).getAddend();
        if (!section)
            return section.takeError();
        if (!value)
            return value.takeError();
        if (!addend)
            return addend.takeError();
        if (*section == file.section_end())
            continue;
        ObjectPlaces::Pointer pointer{{(*section)->getIndex(), *value + static_cast<uint64_t>(*addend)}, "", 0};
        auto after = functions.upper_bound(pointer.place);
        if (after != functions.begin() && std::prev(after)->first.first == pointer.place.first) {
            pointer.function = std::prev(after)->second;
            pointer.offset = pointer.place.second - std::prev(after)->first.second;
        }
        target.pointers.emplace(relocation.getOffset(), std::move(pointer));
    }
    return Error::success();
}

} // namespace

Expected<ObjectPlaces> ObjectPlaces::read(StringRef object, ArrayRef<StringRef> wanted) {
    Expected<std::unique_ptr<ObjectFile>> file =
        ObjectFile::createELFObjectFile(MemoryBufferRef(object, "generated code"));
    if (!file)
        return file.takeError();
    Expected<FunctionNames> names = functionNames(**file);
    if (!names)
        return names.takeError();
    ObjectPlaces result;
    std::map<uint64_t, Section*> byIndex;
    for (const SectionRef& section : (*file)->sections()) {
        Expected<StringRef> name = section.getName();
        if (!name)
            return name.takeError();
        if (!is_contained(wanted, *name))
            continue;
        Expected<StringRef> bytes = section.getContents();
        if (!bytes)
            return bytes.takeError();
        auto [position, isNew] = result.sections_.try_emplace(name->str(), Section{*bytes, {}});
        if (!isNew)
            return createStringError("generated code has more than one section '%s'", name->str().c_str());
        byIndex[section.getIndex()] = &position->second;
    }
    for (const SectionRef& section : (*file)->sections()) {
        Expected<section_iterator> target = section.getRelocatedSection();
        if (!target)
            return target.takeError();
        if (*target == (*file)->section_end())
            continue;
        if (auto found = byIndex.find((*target)->getIndex()); found != byIndex.end())
            if (Error error = addPointers(**file, section, *names, *found->second))
                return error;
    }
    return result;
}

const ObjectPlaces::Section* ObjectPlaces::section(StringRef name) const {
    auto found = sections_.find(name);
    return found == sections_.end() ? nullptr : &found->second;
}

} // namespace dyad
