// Runs a sibling executable in place of this one.
#include "commands.h"

#include <fmt/format.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <unistd.h>

namespace dyad {

int forward(const std::string &path, const std::vector<std::string> &arguments) {
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self);
    std::string directory = size > 0 ? std::string(self, static_cast<size_t>(size)) : std::string();
    std::string target = directory.substr(0, directory.rfind('/') + 1) + path;
    std::vector<char *> words{const_cast<char *>(target.c_str())};
    for (const std::string &argument : arguments)
        words.push_back(const_cast<char *>(argument.c_str()));
    words.push_back(nullptr);
    execv(target.c_str(), words.data());
    fmt::print(stderr, "dyad: error: cannot run {}: {}\n", target, std::strerror(errno));
    return kCouldNotStart;
}

} // namespace dyad
