// Writes a file whole or not at all.
#pragma once

#include "support/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace dyad {

/// Writes `bytes` to a temporary file in the folder of `path` and renames it: a reader sees the old file or the new
/// one. `mode` is used as it is, less the umask. On failure nothing is left behind and an existing file stays as it
/// was. A path that exists and is no regular file (/dev/null, a pipe), or that standard output or error is open on
/// (/dev/stdout), is written to directly.
Result<void> writeOutputFile(const std::string &path, std::span<const std::byte> bytes, unsigned mode = 0666);

/// The standard stream, output or error, that is open on this file; -1 if neither is.
int standardStreamOf(const struct stat &file);

/// The content of a file; the error names the file.
Result<std::vector<std::byte>> readInputFile(const std::string &path);

} // namespace dyad
