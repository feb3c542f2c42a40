// Where the parts of Dyad lie: everything is found relative to the executable that runs.
#pragma once

#include "machine/host.h"

#include <string>

namespace dyad {

struct Installation {
    std::string bin;     ///< folder of the running executable, without trailing slash
    std::string library; ///< lib/dyad

    static Installation find();
    std::string tender(Isa isa) const { return library + "/tender/" + std::string(name(isa)); }
    std::string firmware(Isa isa) const { return library + "/firmware/" + std::string(name(isa)) + ".bin"; }
    std::string tool(const char *file) const { return library + "/bin/" + file; }
};

/// The full path of `program` in PATH, or an empty string.
std::string findInPath(const std::string &program);

} // namespace dyad
