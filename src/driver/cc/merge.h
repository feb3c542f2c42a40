// -r: several portable objects become one.
#pragma once

#include "driver/cc/link_arguments.h"
#include "driver/cc/link_inputs.h"

namespace dyad {

/// Merges the portable objects on the command line into one portable object. Returns the exit status.
int mergeObjects(const LinkArguments& arguments, const LinkInputs& inputs);

} // namespace dyad
