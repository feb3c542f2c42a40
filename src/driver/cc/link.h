// The link: from portable objects and native ones to a pair image. docs/design.md, "The link".
#pragma once

#include "driver/cc/options.h"
#include "driver/cc/toolchain.h"

#include <map>
#include <string>
#include <vector>

namespace dyad {

struct LinkRequest {
    const Options& options;
    const Toolchain& toolchain;
    std::vector<std::string> arguments; ///< as clang's driver would give them to the linker
    std::map<std::string, std::string> sources; ///< the source of each object that only this command knows, by path
};

/// Links and writes the output, whole or not at all. Returns the exit status.
int runLink(const LinkRequest& request);

} // namespace dyad
