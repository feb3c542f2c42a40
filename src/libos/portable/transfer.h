// Copying whole trees of files in at start and out at exit (FILE_* frames of include/dyad/abi.h).
#pragma once

#include "base.h"

namespace libos {

/// Handles one frame of the stream in.
void importFrame(uint32_t type, const char* payload, uint32_t size);
/// Sends every file, then FILES_END.
void exportFiles();

} // namespace libos
