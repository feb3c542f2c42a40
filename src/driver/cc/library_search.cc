// See library_search.h.
#include "driver/cc/library_search.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace dyad {

LibrarySearch::LibrarySearch(ArrayRef<std::string> arguments) {
    std::string sysroot;
    for (size_t i = 0; i < arguments.size(); ++i) {
        StringRef argument = arguments[i];
        bool separate = i + 1 < arguments.size();
        if (argument.consume_front("--sysroot="))
            sysroot = argument.str();
        else if ((argument == "-L" || argument == "--library-path") && separate)
            folders_.push_back(arguments[++i]);
        else if (argument.consume_front("--library-path=") || argument.consume_front("-L"))
            folders_.push_back(argument.str());
    }
    for (std::string& folder : folders_)
        if (StringRef(folder).starts_with("=")) // lld: below the sysroot
            folder.replace(0, 1, sysroot);
}

std::optional<std::string> LibrarySearch::find(StringRef name) const {
    std::string file = name.consume_front(":") ? name.str() : ("lib" + name + ".a").str();
    for (const std::string& folder : folders_) {
        SmallString<256> path(folder);
        sys::path::append(path, file);
        if (sys::fs::exists(path)) return std::string(path);
    }
    return std::nullopt;
}

} // namespace dyad
