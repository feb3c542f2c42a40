// Writes pair images: the x86-64 ELF file with the AArch64 one, the manifest and a checksum as sections that are not
// loaded.
#include "image/pair_writer.h"

#include "image/checksum.h"
#include "image/elf_rewrite.h"
#include "image/manifest.h"
#include "image/segments.h"
#include "support/output_file.h"

#include <dyad/abi.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace dyad {

namespace {

/// Of the embedded ELF file: readers may use its structures in place.
constexpr std::size_t kElfAlign = 16;
constexpr std::size_t kSitesAlign = 8;

std::vector<std::string> ownSections() {
    return {kAArch64Section, kSitesSection, kNotesSection, kManifestSection, kChecksumSection};
}

std::vector<Region> regionsOf(const HalfElf &half) {
    std::vector<Region> regions;
    for (const Segment &segment : half.segments) {
        Region region;
        region.common = segment.address < half.privateStart;
        region.name = fmt::format("{}.{}", region.common ? "common" : "private",
                                  segment.execute ? "text"
                                  : segment.write ? "data"
                                                  : "rodata");
        region.address = segment.address;
        region.size = segment.memorySize;
        region.protection =
            fmt::format("{}{}{}", segment.read ? "r" : "", segment.write ? "w" : "", segment.execute ? "x" : "");
        regions.push_back(std::move(region));
    }
    return regions;
}

std::uint64_t imageEnd(const HalfElf &half) {
    const Segment &last = half.segments.back(); // there is one: the entry point lies in a segment
    return (last.address + last.memorySize + DYAD_PAGE_SIZE - 1) / DYAD_PAGE_SIZE * DYAD_PAGE_SIZE;
}

/// Assembles the file: `x86` is an ELF file without sections of ours.
Result<std::vector<std::byte>> assemble(std::span<const std::byte> x86, std::span<const std::byte> aarch64,
                                        const Manifest &manifest, const PairOptions &options) {
    const std::string text = writeManifest(manifest);
    const Checksum zeros{};
    std::vector<std::byte> stripped;
    if (options.strip) {
        ElfRewrite how;
        how.strip = true;
        auto rewritten = rewriteElf(aarch64, "the aarch64 half", how);
        if (!rewritten) return rewritten;
        stripped = *std::move(rewritten);
        aarch64 = stripped;
    }
    ElfRewrite how;
    how.strip = options.strip;
    how.drop = ownSections();
    how.add = {{kAArch64Section, aarch64, kElfAlign}};
    if (!options.sites.empty()) how.add.push_back({kSitesSection, options.sites, kSitesAlign});
    if (!options.notes.empty() && !options.strip)
        how.add.push_back({kNotesSection, std::as_bytes(std::span(options.notes)), 1});
    how.add.push_back({kManifestSection, std::as_bytes(std::span(text)), 1});
    how.add.push_back({kChecksumSection, zeros, 8});
    auto file = rewriteElf(x86, "the x86_64 half", how);
    if (!file) return file;

    // The checksum section's place is only known now.
    auto hole = findSectionBytes(*file, kChecksumSection);
    if (!hole || hole->size() != zeros.size()) return Error{"cannot find the checksum section of the new image"};
    const auto offset = static_cast<std::uint64_t>(hole->data() - file->data());
    const Checksum checksum = checksumWithHole(*file, offset);
    std::memcpy(file->data() + offset, checksum.data(), checksum.size());
    return file;
}

} // namespace

Result<std::vector<std::byte>> makePairImage(std::span<const std::byte> x86, std::span<const std::byte> aarch64,
                                             Manifest manifest, const PairOptions &options) {
    auto left = readHalfElf(x86, Isa::x86_64), right = readHalfElf(aarch64, Isa::aarch64);
    if (!left) return left.error();
    if (!right) return right.error();
    if (left->privateStart == 0 || left->privateStart != right->privateStart)
        return Error{fmt::format("the common window ends at {:#x} for x86_64 and at {:#x} for aarch64",
                                 left->privateStart, right->privateStart)};
    manifest.format = kImageFormat;
    if (manifest.toolVersion.empty()) manifest.toolVersion = DYAD_VERSION;
    manifest.id = pairId(*left, *right, options.sites);
    manifest.commonEnd = left->privateStart;
    manifest.imageEnd = std::max(imageEnd(*left), imageEnd(*right));
    manifest.regions[0] = regionsOf(*left);
    manifest.regions[1] = regionsOf(*right);
    return assemble(x86, aarch64, manifest, options);
}

Result<void> writePairImage(std::span<const std::byte> x86, std::span<const std::byte> aarch64, Manifest manifest,
                            const std::string &path, const PairOptions &options) {
    auto bytes = makePairImage(x86, aarch64, std::move(manifest), options);
    if (!bytes) return std::move(bytes.error()).in(path);
    return writeOutputFile(path, *bytes, 0777);
}

Result<std::vector<std::byte>> stripPairImage(const PairImage &image) {
    PairOptions options;
    options.strip = true;
    if (image.sites()) options.sites = image.sites()->bytes();
    return assemble(image.elf(Isa::x86_64), image.elf(Isa::aarch64), image.manifest(), options);
}

Result<std::vector<std::byte>> extractHalf(const PairImage &image, Isa isa) {
    if (isa == Isa::aarch64) return std::vector<std::byte>(image.elf(isa).begin(), image.elf(isa).end());
    ElfRewrite how;
    how.drop = ownSections();
    return rewriteElf(image.elf(isa), "the x86_64 half", how);
}

} // namespace dyad
