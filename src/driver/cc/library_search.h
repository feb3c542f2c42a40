// -l: which file a library's name means, by lld's rules for static links.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <vector>

namespace dyad {

class LibrarySearch {
  public:
    /// Takes -L and --sysroot from a linker's arguments. As with lld, all of them count for each -l.
    explicit LibrarySearch(llvm::ArrayRef<std::string> arguments);

    /// The path of lib<name>.a, or of the file called REST for a name of the form ":REST".
    std::optional<std::string> find(llvm::StringRef name) const;

  private:
    std::vector<std::string> folders_;
};

} // namespace dyad
