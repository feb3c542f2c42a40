// What code generation made of the sites of one half: read from the stack maps, unwind tables and migration points of its
// object. Formats: LLVM, "Stack maps and patch points", version 3; LSB 5.0, "Exception Frames"; DWARF 5, section 6.4;
// .dyad.points: two addresses for each migration point, of its NOP and of the code to go to instead.
#pragma once

#include "image/site_table.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dyad {

/// Reads the records of a relocatable object as code generation wrote it: one stop for each record of its stack maps, whose
/// id is the site's number, and its migration points. An object without these sections has neither. Errors name the
/// function.
llvm::Expected<SiteRecords> readSiteRecords(llvm::StringRef object, Isa isa);

} // namespace dyad
