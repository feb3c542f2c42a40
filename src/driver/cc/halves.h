// The last part of the link: the common layout, one lld link for each half, and the pair image.
#pragma once

#include "codegen/codegen.h"
#include "driver/cc/link_arguments.h"
#include "driver/cc/native_object.h"
#include "driver/cc/toolchain.h"
#include "image/site_table.h"

namespace dyad {

struct HalvesInput {
    const Toolchain& toolchain;
    const LinkArguments& arguments;
    std::array<NativeObjects, 2> natives; ///< users', the toolchain's
    std::array<ObjectBytes, 2> portable; ///< code generations of the portable module, by Isa
    const SitePlan* plan = nullptr;      ///< null: the program cannot migrate
    std::array<SiteRecords, 2> records{}; ///< what code generation made of the plan, by Isa
};

/// Lays out, links and writes the pair image to arguments.output. Prints errors; returns whether it succeeded.
bool linkHalves(HalvesInput input);

/// lld's arguments for one half, for -### and for the link itself. `objects` in link order.
std::vector<std::string> halfArguments(const Toolchain& toolchain, const LinkArguments& arguments, Isa isa,
                                       llvm::ArrayRef<std::string> objects, const std::string& extraScript,
                                       const std::string& output);

} // namespace dyad
