// The options of dyad-cc that clang does not know or that mean something else for a pair. All others are clang's.
#pragma once

#include "support/isa.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <string>
#include <vector>

namespace dyad {

enum class ImmediateAction { None, Version, DumpMachine, PrintProgram, Help };

struct Options {
    std::optional<Isa> native;           ///< --isa=: compile native sources for this ISA
    std::string x86Cpu = "x86-64";       ///< --x86-cpu=
    std::string armCpu = "generic";      ///< --arm-cpu=
    std::vector<std::string> perIsa[2];  ///< -Xarch_<isa> FLAG, by Isa
    ImmediateAction immediate = ImmediateAction::None;
    std::string program;                 ///< the value of -print-prog-name=
    bool printJobs = false;              ///< -v or -###
    bool runJobs = true;                 ///< not -###
    bool onlyAbout = false;              ///< -v or -### and nothing else: say who we are, succeed
    bool noStandardLibraries = false;    ///< -nostdlib or -nodefaultlibs
    bool noStartFiles = false;           ///< -nostdlib or -nostartfiles
    bool relocatable = false;            ///< -r
    bool migration = true;               ///< not -fno-migration: the pair gets sites
    std::string emitIr;                  ///< --emit-program-ir=: file for the whole program's IR after all passes
    bool cxx = false;                    ///< called as dyad-c++
    unsigned level = 2;                  ///< 0 to 3: of the link's optimisation and code generation; the last -O decides
    llvm::SmallVector<const char*, 64> clang; ///< what clang's driver gets, argv[0] first
};

/// Splits the command line. Errors (flags that would make the halves differ, flags no pair can honour) are printed and
/// make the result empty; warnings are printed with their names. `arguments` are expanded response files, argv[0] first.
std::optional<Options> parseOptions(llvm::ArrayRef<const char*> arguments);

} // namespace dyad
