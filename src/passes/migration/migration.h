// Makes the whole program migratable: migration points, portable stack, sites with their live values, resume functions.
// Runs once, after optimisation and the other lowerings. How it fits together: docs/migration.md, section 1.
#pragma once

#include "image/site_table.h"

#include <set>
#include <string>

namespace llvm {
class Module;
}

namespace dyad {

struct SetjmpContexts;

struct MigrationSettings {
    /// Functions whose values go to memory before each site: the way out where code generation finds no registers.
    std::set<std::string> inMemory;
};

/// Adds everything that code generation needs for sites; their records in the stack maps carry the numbers of the plan
/// that is returned. `contexts`: of lowerSetjmp(), which comes before. The module must hold the portable libOS
/// (docs/migration.md names what is used of it).
SitePlan addMigration(llvm::Module& module, SetjmpContexts& contexts, const MigrationSettings& settings);

} // namespace dyad
