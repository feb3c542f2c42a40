// Random damage for the fuzz targets of file formats.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <random>
#include <vector>

namespace dyad::test {

/// A number from the environment.
inline std::uint64_t fuzzNumber(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// The same seed does the same damage.
class Damage {
  public:
    explicit Damage(std::uint64_t seed) : random_(seed) {}

    void apply(std::vector<std::byte>& bytes) {
        for (std::uint64_t count = 1 + random_() % 4; count > 0; --count)
            one(bytes);
    }

  private:
    void one(std::vector<std::byte>& bytes) {
        constexpr std::uint64_t kNasty[] = {
            0, 1, 7, 8, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x40200000, 0x7fffffffffffffff, ~0ull, ~7ull};
        const std::size_t at = place(bytes.size());
        switch (random_() % 4) {
        case 0:
            bytes[at] ^= std::byte(1u << random_() % 8);
            break;
        case 1:
            bytes[at] = std::byte(random_());
            break;
        default:
            const std::uint64_t value = random_() % 8 ? kNasty[random_() % std::size(kNasty)] : random_();
            const std::size_t size = std::min<std::size_t>(std::size_t{1} << random_() % 4, bytes.size() - at);
            std::memcpy(bytes.data() + at, &value, size);
        }
    }
    /// Headers stand at the front, tables and the manifest in the last part; what is loaded is mostly not looked at.
    std::size_t place(std::size_t size) {
        switch (random_() % 4) {
        case 0:
            return random_() % std::min<std::size_t>(size, 1024);
        case 1:
            return size - 1 - random_() % std::min<std::size_t>(size, 8192);
        default:
            return random_() % size;
        }
    }
    std::mt19937_64 random_;
};

} // namespace dyad::test
