// Checks whether this host can run images, by trying. What `dyad doctor` prints.
#pragma once

#include "support/isa.h"

#include <string>
#include <vector>

namespace dyad {

enum class CheckState {
    good,
    absent, ///< not there, and not needed to run
    bad,    ///< needed
};

struct HostCheck {
    std::string name;
    CheckState state;
    std::string found;
    std::string remedy; ///< what to do, if there is something
};

/// What can run images' halves of one ISA: "qemu (kvm)", "qemu (tcg)", "process".
struct IsaVerdict {
    Isa isa;
    std::vector<std::string> machines;
};

struct HostReport {
    std::vector<HostCheck> checks;
    std::vector<IsaVerdict> verdicts;
};

HostReport checkHost();

} // namespace dyad
