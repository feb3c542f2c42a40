// Finds out whether KVM works by using it, and remembers the answer until the next boot.
#include "machine/kvm.h"
#include "machine/unique_fd.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace dyad {

namespace {

std::string readSmallFile(const std::string &path) {
    UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char text[512];
    ssize_t size = file ? read(file.get(), text, sizeof text) : 0;
    return std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0);
}

/// $XDG_CACHE_HOME/dyad, or ~/.cache/dyad; empty if there is no home.
std::string cacheFolder() {
    const char *cache = std::getenv("XDG_CACHE_HOME");
    if (cache && *cache == '/') return std::string(cache) + "/dyad";
    const char *home = std::getenv("HOME");
    return home && *home == '/' ? std::string(home) + "/.cache/dyad" : std::string();
}

/// "<boot id>\n" and then "usable" or the reason why not.
std::string cacheKey() {
    return readSmallFile("/proc/sys/kernel/random/boot_id");
}

void store(const std::string &folder, const std::string &key, const std::string &answer) {
    mkdir(folder.substr(0, folder.rfind('/')).c_str(), 0700);
    mkdir(folder.c_str(), 0700);
    std::string temporary = fmt::format("{}/kvm.{}", folder, getpid());
    UniqueFd file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    std::string text = key + answer;
    // A cache that cannot be written is only slower.
    if (file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        rename(temporary.c_str(), (folder + "/kvm").c_str()) == 0)
        return;
    unlink(temporary.c_str());
}

std::string probe(int kvm) {
    if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) return "/dev/kvm has an unknown interface version";
    if (!cpuHasVirtualisation())
        return "the CPU shows neither vmx nor svm, so that a guest's instructions would be interpreted one by one";
    return runKvmProbe(kvm);
}

} // namespace

KvmStatus kvmStatus(KvmProbe kind) {
    UniqueFd kvm(open("/dev/kvm", O_RDWR | O_CLOEXEC));
    if (!kvm && errno == ENOENT)
        return {false, "there is no /dev/kvm",
                "load the kernel module kvm_intel or kvm_amd, and switch virtualisation on in the firmware"};
    if (!kvm && (errno == EACCES || errno == EPERM))
        return {false, "no permission to open /dev/kvm",
                "add your user to the group kvm (sudo usermod -aG kvm $USER) and log in again"};
    if (!kvm) return {false, fmt::format("cannot open /dev/kvm: {}", std::strerror(errno)), ""};

    const std::string remedy =
        "nothing to install: the host offers no working virtualisation to this machine; TCG is used instead";
    std::string folder = cacheFolder(), key = cacheKey();
    if (kind == KvmProbe::cached && !folder.empty() && !key.empty()) {
        std::string text = readSmallFile(folder + "/kvm");
        if (text.size() > key.size() && text.starts_with(key)) {
            std::string answer = text.substr(key.size());
            if (answer == "usable") return {true, "", ""};
            return {false, answer, remedy};
        }
    }
    std::string failure = probe(kvm.get());
    if (!folder.empty() && !key.empty()) store(folder, key, failure.empty() ? "usable" : failure);
    if (failure.empty()) return {true, "", ""};
    return {false, failure, remedy};
}

} // namespace dyad
