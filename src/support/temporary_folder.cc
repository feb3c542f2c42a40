// A folder for intermediate files: mkdtemp(3).
#include "support/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace dyad {

Result<TemporaryFolder> TemporaryFolder::create() {
    const char *base = std::getenv("TMPDIR");
    std::string path = std::string(base && *base ? base : "/tmp") + "/dyad-XXXXXX";
    if (!mkdtemp(path.data())) return Error{"cannot create a temporary folder '" + path + "': " + std::strerror(errno)};
    return TemporaryFolder(std::move(path));
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored; // there is nobody to tell, and the files are of no use to anyone
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

} // namespace dyad
