// Writes pair images. Specification: docs/image-format.md.
#pragma once

#include "image/pair_image.h"

namespace dyad {

struct PairOptions {
    std::span<const std::byte> sites; ///< the site table (makeSiteTable()); empty: none
    bool strip = false;               ///< as stripPairImage() does
    std::string_view notes = {};      ///< the site notes (writeSiteNotes()); left out of stripped images
};

/// Makes one pair image of the two linked halves and writes it, whole or not at all. Of the manifest the caller fills
/// in stackSize and padding (toolVersion too, if it is not this Dyad); regions, commonEnd, imageEnd and id are computed
/// here. The same inputs give the same bytes.
Result<void> writePairImage(std::span<const std::byte> x86, std::span<const std::byte> aarch64, Manifest manifest,
                            const std::string& path, const PairOptions& options = {});

/// The bytes that writePairImage() writes.
Result<std::vector<std::byte>> makePairImage(std::span<const std::byte> x86, std::span<const std::byte> aarch64,
                                             Manifest manifest, const PairOptions& options = {});

/// The image without symbols and debug information of both halves. Its id stays: what is loaded does not change, nor
/// does the site table.
Result<std::vector<std::byte>> stripPairImage(const PairImage& image);

/// One half as an ELF file of its own; for x86-64 without the pair's sections.
Result<std::vector<std::byte>> extractHalf(const PairImage& image, Isa isa);

} // namespace dyad
