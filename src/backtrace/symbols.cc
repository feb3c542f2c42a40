// Symbolising by LLVM's DWARF reader and the ELF symbol table.
#include "symbols.h"

#include <fmt/format.h>
#include <llvm/Demangle/Demangle.h>

using namespace llvm;
using namespace llvm::object;

namespace dyad {

Symbols::Symbols(const ObjectFile &object, DWARFContext &dwarf) : dwarf_(dwarf) {
    for (const SymbolRef &symbol : object.symbols()) {
        auto type = symbol.getType();
        auto address = symbol.getAddress();
        auto name = symbol.getName();
        if (type && address && name && *type == SymbolRef::ST_Function && !name->empty()) {
            std::uint64_t size = ELFSymbolRef(symbol).getSize();
            Function &function = functions_[*address];
            // Of several names for one address the one that covers most; else the first.
            if (function.name.empty() || size > function.size) function = {name->str(), size};
        }
        if (!type) consumeError(type.takeError());
        if (!address) consumeError(address.takeError());
        if (!name) consumeError(name.takeError());
    }
}

std::string Symbols::symbolAt(std::uint64_t pc, bool isReturnAddress) const {
    // A call that does not return may be the last instruction of its function.
    auto next = functions_.upper_bound(isReturnAddress ? pc - 1 : pc);
    if (next == functions_.begin()) return "??";
    const auto &[address, function] = *std::prev(next);
    // Hand-written functions may have no size: then up to the next one.
    std::uint64_t offset = pc - address;
    if (function.size ? offset > function.size : next == functions_.end()) return "??";
    return fmt::format("{}+{:#x}", demangle(function.name), offset);
}

std::vector<std::string> Symbols::describe(std::uint64_t pc, bool isReturnAddress) {
    DILineInfoSpecifier specifier(DILineInfoSpecifier::FileLineInfoKind::RawValue,
                                  DILineInfoSpecifier::FunctionNameKind::ShortName);
    DIInliningInfo inlined =
        dwarf_.getInliningInfoForAddress({isReturnAddress ? pc - 1 : pc, SectionedAddress::UndefSection}, specifier);
    std::vector<std::string> lines;
    for (std::uint32_t i = 0; i < inlined.getNumberOfFrames(); ++i) {
        const DILineInfo &line = inlined.getFrame(i);
        bool outermost = i + 1 == inlined.getNumberOfFrames();
        if (line.Line == 0 && !outermost) continue;
        std::string where = line.Line ? fmt::format(" ({}:{}:{})", line.FileName, line.Line, line.Column) : "";
        lines.push_back((outermost ? symbolAt(pc, isReturnAddress) : line.FunctionName + " [inlined]") + where);
    }
    if (lines.empty()) lines.push_back(symbolAt(pc, isReturnAddress));
    return lines;
}

} // namespace dyad
