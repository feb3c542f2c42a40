// See toolchain.h.
#include "driver/cc/toolchain.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>

using namespace llvm;

namespace dyad {

Toolchain Toolchain::find(const char* argv0) {
    static int anchor;
    Toolchain toolchain;
    toolchain.program = sys::fs::getMainExecutable(argv0, &anchor);
    SmallString<256> path(sys::path::parent_path(sys::path::parent_path(toolchain.program)));
    sys::path::append(path, "lib", "dyad");
    toolchain.data = std::string(path);
    toolchain.sysroot = toolchain.data + "/sysroot";
    toolchain.resource = toolchain.data + "/clang";
    toolchain.scripts = toolchain.data + "/linker-scripts";
    return toolchain;
}

std::string Toolchain::tool(const std::string& name) const {
    std::string path = (sys::path::parent_path(program) + "/dyad-" + name).str();
    return sys::fs::can_execute(path) ? path : name;
}

std::string Toolchain::nativePart(Isa isa) const { return data + "/native/" + std::string(name(isa)) + "/arch.o"; }

std::vector<std::string> Toolchain::leaves(Isa isa) const {
    std::vector<std::string> found;
    std::error_code error;
    for (sys::fs::directory_iterator entry(data + "/native/" + std::string(name(isa)), error), end;
         entry != end && !error; entry.increment(error))
        if (sys::path::filename(entry->path()).starts_with("leaf"))
            found.push_back(entry->path());
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace dyad
