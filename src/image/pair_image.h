// Reads a pair image: one x86-64 ELF file whose non-loaded sections carry the AArch64 ELF and the manifest.
// Specification: docs/image-format.md.
#pragma once

#include "image/site_table.h"
#include "support/isa.h"
#include "support/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dyad {

inline constexpr std::uint32_t kImageFormat = 1;
inline constexpr const char *kManifestSection = ".dyad.manifest";
inline constexpr const char *kAArch64Section = ".dyad.aarch64";
/// XXH3-128 over the whole file with this section's 16 bytes taken as zeros.
inline constexpr const char *kChecksumSection = ".dyad.checksum";

/// One span of addresses with one protection. Addresses are virtual; sizes in bytes.
struct Region {
    std::string name; ///< "common.text", "private.data", ...
    std::uint64_t address = 0, size = 0;
    std::string protection; ///< "r", "rw", "rx"
    bool common = false;
};

/// Space spent on making both halves alike, for one output section.
struct Padding {
    std::string section;
    std::uint64_t x86_64 = 0, aarch64 = 0; ///< bytes of each half before padding
    std::uint64_t padded = 0;              ///< bytes of the section in both halves
};

/// The manifest (JSON in kManifestSection).
struct Manifest {
    std::uint32_t format = kImageFormat;
    std::string id;                 ///< 32 hex digits: XXH3-128 over what both halves load, and the site table
    std::string toolVersion;        ///< of the linker that wrote the image
    std::uint64_t commonEnd = 0;    ///< first address after the common window (it starts at DYAD_COMMON_BASE)
    std::uint64_t imageEnd = 0;     ///< first page-aligned address after the larger half
    std::uint64_t stackSize = 0;    ///< native stack the program asks for (-z stack-size=), 0: the monitor decides
    std::vector<Region> regions[2]; ///< by Isa
    std::vector<Padding> padding;
};

/// A loadable segment of one half.
struct Segment {
    std::uint64_t address = 0; ///< virtual
    std::uint64_t memorySize = 0;
    std::span<const std::byte> bytes; ///< what the file holds of it; the rest is zero
    bool read = false, write = false, execute = false;
};

class PairImage {
  public:
    /// Maps the file and checks everything that readers rely on: ELF headers of both halves, manifest, format version,
    /// segments inside the file and inside [DYAD_COMMON_BASE, imageEnd), the id over the content, the site table.
    static Result<PairImage> open(const std::string &path);

    PairImage(PairImage &&) noexcept;
    PairImage &operator=(PairImage &&) noexcept;
    ~PairImage();

    const Manifest &manifest() const;
    /// The ELF file of one half, as stored. For x86-64 this is the whole pair image.
    std::span<const std::byte> elf(Isa isa) const;
    const std::vector<Segment> &segments(Isa isa) const;
    /// ELF entry point (virtual).
    std::uint64_t entry(Isa isa) const;
    /// Nothing if the program was linked without migration.
    const std::optional<SiteTable> &sites() const;
    /// Nothing if there are none: the image was stripped, or linked without migration.
    Result<std::optional<SiteNotes>> siteNotes() const;
    const std::string &path() const;

  private:
    struct State;
    explicit PairImage(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace dyad
