// Names for addresses: from debug information where there is some, else from the symbol table.
#pragma once

#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/Object/ELFObjectFile.h>

#include <map>
#include <string>
#include <vector>

namespace dyad {

class Symbols {
  public:
    Symbols(const llvm::object::ObjectFile &object, llvm::DWARFContext &dwarf);

    /// "function+0x12 (file.c:3:7)", innermost inlined function first, one string each; at least one.
    std::vector<std::string> describe(std::uint64_t pc, bool isReturnAddress);

  private:
    std::string symbolAt(std::uint64_t pc, bool isReturnAddress) const;

    struct Function {
        std::string name;
        std::uint64_t size;
    };
    llvm::DWARFContext &dwarf_;
    std::map<std::uint64_t, Function> functions_; ///< by address
};

} // namespace dyad
