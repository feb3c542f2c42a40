// See messages.h.
#include "driver/cc/messages.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace llvm;

namespace dyad {

namespace {
constexpr const char* kProgram = "dyad-cc";
ColorMode colours = ColorMode::Auto;
} // namespace

void setMessageColours(ArrayRef<const char*> arguments) {
    if (const char* none = std::getenv("NO_COLOR"); none && *none)
        colours = ColorMode::Disable;
    for (StringRef argument : arguments) {
        if (argument == "-fdiagnostics-color=always" || argument == "-fcolor-diagnostics" ||
            argument == "-fdiagnostics-color")
            colours = ColorMode::Enable;
        else if (argument == "-fdiagnostics-color=never" || argument == "-fno-color-diagnostics" ||
                 argument == "-fno-diagnostics-color")
            colours = ColorMode::Disable;
        else if (argument == "-fdiagnostics-color=auto")
            colours = ColorMode::Auto;
    }
}

void printError(const Twine& message) {
    errs() << kProgram << ": ";
    WithColor(errs(), raw_ostream::RED, /*Bold=*/true, /*BG=*/false, colours) << "error: ";
    errs() << message << '\n';
}

bool printWarning(StringRef name, const Twine& message, bool asError) {
    errs() << kProgram << ": ";
    if (asError)
        WithColor(errs(), raw_ostream::RED, true, false, colours) << "error: ";
    else
        WithColor(errs(), raw_ostream::MAGENTA, true, false, colours) << "warning: ";
    errs() << message << (asError ? " [-Werror,-W" : " [-W") << name << "]\n";
    return !asError;
}

} // namespace dyad
