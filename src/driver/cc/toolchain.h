// Where the installed toolchain keeps its parts, found from the executable's own place: <prefix>/bin/dyad-cc and
// <prefix>/lib/dyad.
#pragma once

#include "support/isa.h"

#include <string>
#include <vector>

namespace dyad {

struct Toolchain {
    std::string program;      ///< this executable, links resolved
    std::string data;         ///< <prefix>/lib/dyad
    std::string sysroot;      ///< headers and portable libraries
    std::string resource;     ///< clang's builtin headers
    std::string scripts;      ///< linker scripts

    /// Finds the parts next to the executable that runs.
    static Toolchain find(const char* argv0);

    /// The binary tool that stands in for `name` ("ld", "ar", ...): a path next to this executable if there is one, else
    /// the name itself.
    std::string tool(const std::string& name) const;
    /// The native part of the libOS, for one ISA.
    std::string nativePart(Isa isa) const;
    /// The native leaves that portable code may call, for one ISA; sorted by name.
    std::vector<std::string> leaves(Isa isa) const;
};

} // namespace dyad
