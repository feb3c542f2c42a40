// Finds the installation through /proc/self/exe, and programs through PATH.
#include "machine/installation.h"

#include <climits>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

Installation Installation::find() {
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self);
    std::string path(self, size > 0 ? static_cast<std::size_t>(size) : 0);
    path.resize(path.rfind('/') == path.npos ? 0 : path.rfind('/'));
    std::string root = path.substr(0, path.rfind('/') == path.npos ? 0 : path.rfind('/'));
    return {path, root + "/lib/dyad"};
}

std::string findInPath(const std::string &program) {
    const char *variable = std::getenv("PATH");
    std::string path = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
    for (std::size_t from = 0; from <= path.size();) {
        std::size_t to = std::min(path.find(':', from), path.size());
        std::string file = (to == from ? "." : path.substr(from, to - from)) + "/" + program;
        struct stat status;
        if (stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(file.c_str(), X_OK) == 0) return file;
        from = to + 1;
    }
    return {};
}

} // namespace dyad
