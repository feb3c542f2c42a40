// What `dyad inspect --sites` tells about the choices that the passes made.
#pragma once

#include "image/site_notes.h"
#include "passes/migration/migration_points.h"

namespace dyad {

class CapturableFunctions;
struct Site;

/// The functions of the program, native ones too, that have no sites, and why.
void noteFunctionsWithoutSites(const llvm::Module& module, const CapturableFunctions& capturable,
                               const FunctionsWithoutPoints& withoutPoints, SiteNotes& notes);

/// The operations that a resume function does to have all live values of the site: names of LLVM instructions, each
/// with their number.
std::string describeRecomputed(const Site& site);

} // namespace dyad
