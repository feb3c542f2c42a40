// The manifest's JSON form (docs/image-format.md).
#pragma once

#include "image/pair_image.h"

#include <string_view>

namespace dyad {

std::string writeManifest(const Manifest &manifest);

/// Reads and checks the fields; a manifest of another format is an error that says so.
Result<Manifest> readManifest(std::string_view text);

} // namespace dyad
