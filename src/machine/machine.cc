// What the kinds of machine have in common.
#include "machine/machine.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>

namespace dyad {

Result<Machine> startMachine(const PairImage &image, GuestMemory &memory, const MachineSetup &setup,
                             const Installation &installation) {
    if (setup.kind == DYAD_MACHINE_QEMU) return startQemu(image, memory, setup);
    return startProcess(image, memory, setup, installation);
}

Result<std::pair<UniqueFd, UniqueFd>> makeDoorbell() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error{fmt::format("cannot make the doorbell: socketpair: {}", std::strerror(errno))};
    std::pair<UniqueFd, UniqueFd> pair{UniqueFd(ends[0]), UniqueFd(ends[1])};
    fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
    return pair;
}

std::string protectionOf(const Segment &segment) {
    std::string text;
    if (segment.read) text += 'r';
    if (segment.write) text += 'w';
    if (segment.execute) text += 'x';
    return text;
}

} // namespace dyad
