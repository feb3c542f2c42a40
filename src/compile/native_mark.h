// The mark by which the linker tells native objects made on purpose (--isa=) from objects of another compiler.
#pragma once

#include <string>

namespace dyad {

/// Section of native objects. Content: the version of the native interface, one byte (docs/portable-ir.md).
inline constexpr const char* kNativeMarkSection = ".dyad.native";
inline constexpr unsigned kNativeInterface = 1;

/// Assembly text, valid on both ISAs, that adds the section to an object.
inline std::string nativeMarkAssembly() {
    return std::string(".pushsection ") + kNativeMarkSection + ",\"e\",@progbits\n.byte " +
           std::to_string(kNativeInterface) + "\n.popsection\n";
}

} // namespace dyad
