// Measures a connection by sending what counts for nothing. Specification: docs/transfer.md, "A move".
#pragma once

#include "migrate/sections.h"
#include "transfer/link.h"

#include <optional>

namespace dyad {

class LineProbe {
  public:
    /// To be called at every turn; `got`: bytes of the connection that the other side has dealt with. Bytes a second
    /// when it is known; 0: it could not be measured in time.
    Result<std::optional<double>> step(Link& link, std::uint64_t got);

  private:
    struct Moment {
        std::uint64_t ns = 0, bytes = 0;
    };
    std::optional<Moment> begun_, first_, last_; ///< bytes of the connection; first_, last_: that were dealt with
    std::uint64_t sent_ = 0;
};

} // namespace dyad
