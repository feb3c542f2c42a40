// Symbol resolution and whole-program optimisation: lld reads objects and archives, LLVM's LTO merges and optimises.
#pragma once

#include "driver/cc/link_arguments.h"
#include "driver/cc/link_inputs.h"
#include "driver/cc/options.h"
#include "driver/cc/toolchain.h"

#include "llvm/IR/Module.h"

#include <map>
#include <memory>

namespace dyad {

/// All that the resolution reads.
struct Resolution {
    const Options& options;
    const Toolchain& toolchain;
    const LinkArguments& arguments;
    LinkInputs& inputs; ///< native members move from `members` to `natives` as they are needed
    const NativeObjects& natives; ///< the toolchain's: leaves and the native part of the libOS
    const std::map<std::string, std::string>& sources; ///< LinkRequest::sources
};

/// The arguments for lld that merge the program into one module at `output`. `wanted`: symbols to look for in archives
/// beside those that objects refer to.
std::vector<std::string> resolveArguments(const Resolution& resolution, const std::string& output,
                                          llvm::ArrayRef<std::string> wanted = {});

/// Resolves, optimises, and applies --wrap; takes the native members that the program needs from archives. Prints lld's
/// messages and each symbol that the program uses and neither it nor its native objects define, with who uses it (one that
/// exists in one half only is named as such). Returns the merged module in which everything is defined, or nothing.
std::unique_ptr<llvm::Module> resolveProgram(Resolution& resolution, llvm::LLVMContext& context);

} // namespace dyad
