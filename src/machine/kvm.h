// Whether KVM can be used here. A device file that opens is not enough: a nested host may interpret every instruction.
#pragma once

#include <string>

namespace dyad {

struct KvmStatus {
    bool usable = false;
    std::string reason; ///< why not
    std::string remedy; ///< what to do about it; may be empty
};

enum class KvmProbe {
    cached, ///< an answer found earlier since the host's boot will do
    fresh,
};

KvmStatus kvmStatus(KvmProbe probe);

/// Runs a tiny guest of the host's ISA on an open /dev/kvm and measures it: an empty string if it ended in time, else
/// what went wrong. One implementation per ISA.
std::string runKvmProbe(int kvm);
/// Whether the host's CPU says that it can virtualise; where it does not say, true.
bool cpuHasVirtualisation();

} // namespace dyad
