// LLVM IR with sites, as the migration passes write it.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <string>

namespace dyad::test {

inline constexpr const char* kDeclarations = R"(
declare token @llvm.experimental.gc.statepoint.p0(i64 immarg, i32 immarg, ptr, i32 immarg, i32 immarg, ...)
declare preserve_allcc void @__dyad_point()
!0 = !{!"branch_weights", i32 1000000, i32 1}
)";

/// A statepoint of a call of `callee`, a function without arguments and result.
inline std::string call(const std::string& callee, std::uint64_t site, const std::string& values) {
    return fmt::format("call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 {}, i32 0, "
                       "ptr elementtype(void ()) @{}, i32 0, i32 0, i32 0, i32 0) [\"deopt\"({})]\n",
                       site, callee, values);
}

/// A migration point: one NOP, and a call in a block of its own; both lead to a block "rest". One for each function.
inline std::string point(int site, const std::string& values) {
    return fmt::format(
        "callbr void asm sideeffect \"1:\\0Anop\\0A.pushsection .dyad.points,\\22\\22,%progbits\\0A.quad 1b, "
        "${{0:l}}\\0A.popsection\", \"!i\"() to label %rest [label %stop], !prof !0\n"
        "stop:\ncall preserve_allcc token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 {}, "
        "i32 0, ptr elementtype(void ()) @__dyad_point, i32 0, i32 2, i32 0, i32 0) [\"deopt\"({})]\n"
        "br label %rest\nrest:\n",
        site, values);
}

/// A function with sites; `attributes` come last: section "..."
inline std::string function(const std::string& signature, const std::string& body, const std::string& attributes = "") {
    return fmt::format("define {} nounwind uwtable noredzone {} gc \"statepoint-example\" {{\n{}}}\n", signature,
                       attributes, body);
}

} // namespace dyad::test
