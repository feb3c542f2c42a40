// Runs lld's ELF linker inside this process.
#pragma once

#include "support/result.h"

#include <string>
#include <utility>
#include <vector>

namespace dyad {

/// Links as `ld.lld arguments...` would (the program's name is not among the arguments). What lld prints goes to
/// *messages, warnings of successful links included; nothing reaches stdout or stderr. On failure the error holds lld's
/// messages. May be called any number of times in one process, but by one thread at a time: lld keeps global state
/// while it runs (it uses threads of its own; --threads=N limits them).
Result<void> linkElf(const std::vector<std::string> &arguments, std::string *messages = nullptr);

/// Messages with each path of a temporary file (first) replaced by the name that the user knows it by (second).
std::string withNames(std::string messages, const std::vector<std::pair<std::string, std::string>> &names);

} // namespace dyad
