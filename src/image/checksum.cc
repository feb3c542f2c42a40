// The checksum over a pair image's file.
#include "image/checksum.h"

#include <cstring>
#define XXH_STATIC_LINKING_ONLY // the state as a complete type: no allocation
#include <xxhash.h>

namespace dyad {

Checksum checksumWithHole(std::span<const std::byte> file, std::uint64_t hole) {
    const Checksum zeros{};
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, file.data(), hole);
    XXH3_128bits_update(&state, zeros.data(), zeros.size());
    const std::uint64_t rest = hole + zeros.size();
    XXH3_128bits_update(&state, file.data() + rest, file.size() - rest);
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
    Checksum checksum;
    static_assert(sizeof canonical.digest == sizeof checksum);
    std::memcpy(checksum.data(), canonical.digest, checksum.size());
    return checksum;
}

} // namespace dyad
