// The middle of the link: the resolved program gets its sites and becomes one relocatable object per ISA.
#pragma once

#include "codegen/codegen.h"
#include "driver/cc/options.h"
#include "image/site_table.h"

#include <optional>

namespace dyad {

struct ProgramCode {
    std::array<ObjectBytes, 2> objects; ///< by Isa
    std::optional<SitePlan> plan;       ///< none with -fno-migration
    std::array<SiteRecords, 2> records; ///< what code generation made of the plan, by Isa
};

/// Runs the whole-program passes over `program` (bitcode) and generates code for both ISAs. Functions whose sites need more
/// registers than an ISA has keep their values in memory there. Prints errors; nothing then.
std::optional<ProgramCode> generateProgram(llvm::StringRef program, const Options& options,
                                           const CodegenOptions& codegen);

} // namespace dyad
