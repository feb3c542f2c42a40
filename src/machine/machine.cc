// What the kinds of machine have in common.
#include "machine/machine.h"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>

namespace dyad {

void Machine::ring() {
    // A full socket holds rings enough; a closed one shows in poll.
    ::send(doorbell.get(), "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void Machine::interrupt() {
    ring();
    // A virtual machine takes the ring as an interrupt; a process needs a signal, for which it must be ready.
    constexpr std::uint32_t kPortableStage = 3;
    bool ready = area.control->boot_stage >= kPortableStage;
    if (setup.kind == DYAD_MACHINE_PROCESS && ready) child.signal(SIGUSR1);
}

bool Machine::gone() {
    return !drainDoorbell(doorbell.get());
}

std::string Machine::describeEnd() {
    constexpr int kPatienceMs = 1000;
    auto status = child.wait(kPatienceMs);
    std::string said = child.errors();
    std::string end = status ? describeWaitStatus(*status) : "";
    return said.empty() ? end : end.empty() ? said : fmt::format("{}: {}", end, said);
}

MonitoredMachine Machine::monitored() {
    return {doorbell.get(), [this] { return describeEnd(); }};
}

Result<std::unique_ptr<Machine>> startMachine(const PairImage &image, const MemoryPlan &plan,
                                              const ProgramSetup &program, const MachineSetup &setup,
                                              const Installation &installation) {
    auto memory = GuestMemory::create(plan);
    if (!memory) return std::move(memory.error());
    auto area = fillControlArea(*memory, setup.kind, program);
    if (!area) return std::move(area.error());
    auto machine = std::make_unique<Machine>(Machine{setup, std::move(*memory), *area, {}, {}, {}, {}, {}});
    auto started = setup.kind == DYAD_MACHINE_QEMU ? startQemu(image, *machine)
                                                   : startProcess(image, *machine, installation);
    if (!started) return std::move(started.error());
    return machine;
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
