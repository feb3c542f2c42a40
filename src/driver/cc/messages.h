// Errors and warnings of dyad-cc itself, in the form and colours of clang's driver.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Twine.h"

namespace dyad {

/// "dyad-cc: error: message" on stderr.
void printError(const llvm::Twine& message);
/// "dyad-cc: warning: message [-Wname]", or as an error with [-Werror,-Wname]. Returns false if it became an error.
bool printWarning(llvm::StringRef name, const llvm::Twine& message, bool asError);
/// Ends or starts colour: -fdiagnostics-color= and NO_COLOR decide, else whether stderr is a terminal.
void setMessageColours(llvm::ArrayRef<const char*> arguments);

} // namespace dyad
