// Options of the subcommands that talk to another host: `dyad receive` and `dyad migrate --to`.
#pragma once

#include "commands.h"

namespace dyad {

struct TransferOptions {
    std::string tls; ///< folder
    bool insecure = false;
    unsigned linkTimeout = 10; ///< seconds

    /// Full path: the program's monitor has a working directory of its own.
    std::string tlsPath() const;
};

void addTransferOptions(CLI::App& app, TransferOptions& options);

} // namespace dyad
