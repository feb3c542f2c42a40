// The linker's command line, as clang's driver writes it, sorted by which step of the link an argument is for.
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dyad {

struct LinkArguments {
    std::string output = "a.out";
    std::string map;                  ///< -Map=FILE, "" if none
    std::string question;             ///< --version or --help: lld answers, nothing is linked
    std::uint64_t stackSize = 0;      ///< -z stack-size=, 0 if none
    bool stripAll = false, stripDebug = false;
    bool gcSections = true;
    std::vector<std::string> resolve; ///< for symbol resolution: objects, archives, -l, -L, -u, ... in order
    std::vector<std::string> wrapped;     ///< --wrap=NAME
    std::vector<std::string> definitions; ///< --defsym: NAME=EXPRESSION
};

/// Sorts the arguments. Prints what a pair cannot have (linker scripts, another entry, shared objects) and returns
/// nothing then.
std::optional<LinkArguments> sortLinkArguments(llvm::ArrayRef<std::string> arguments);

} // namespace dyad
