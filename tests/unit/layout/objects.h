// Small objects for the tests of layout, image and check: compiled or assembled when the test runs, and linked halves.
#pragma once

#include "layout/layout.h"

#include <optional>
#include <string>

namespace dyad::test {

using Role = ObjectFile::Role;

/// Compiles C with the flags that the portable code generation corresponds to; `flags` come last. Throws on errors.
ObjectFile compile(Isa isa, const std::string &source, Role role = Role::Portable, const std::string &flags = "");
/// Compiles LLVM IR as code generation of sites does: live values stay in registers.
ObjectFile compileIr(Isa isa, const std::string &source, Role role = Role::Portable);
ObjectFile assemble(Isa isa, const std::string &source, Role role = Role::Native);

/// The same C for both halves.
void add(LayoutInput &input, const std::string &source, Role role = Role::Portable, const std::string &flags = "");

/// An entry for each half, which calls `start` if it is there: what the linker scripts want of a libOS.
void addBoot(LayoutInput &input);

/// Links a half with its linker script. Throws with the linker's messages on errors.
std::vector<std::byte> link(Isa isa, const LayoutOutput &layout, const std::vector<std::string> &flags = {});

struct Pair {
    LayoutOutput layout;
    std::array<std::vector<std::byte>, 2> linked;
    LinkedHalves halves() const { return {linked[0], linked[1]}; }
};

/// Lays out and links. Throws on errors.
Pair linkPair(LayoutInput input);

/// The message of a layout that must fail; empty if it does not.
std::string layoutError(LayoutInput input);

} // namespace dyad::test
