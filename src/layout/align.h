// `dyad align`: two ordinary static Linux executables, made of objects from any compiler, whose common symbols have
// equal addresses. It needs nothing else of Dyad.
#pragma once

#include "layout/archive.h"

namespace dyad {

struct AlignInput {
    std::array<std::vector<LinkFile>, 2> files;        ///< by Isa: objects and archives, common
    std::array<std::vector<std::string>, 2> libraries; ///< by Isa: paths of objects and archives, private to that half
    std::string entry = "_start";
};

struct AlignOutput {
    std::array<std::vector<std::byte>, 2> executables; ///< by Isa
    std::string map;
    std::size_t commonSymbols = 0;
    std::string warnings; ///< of the linker
};

Result<AlignOutput> align(AlignInput input);

} // namespace dyad
