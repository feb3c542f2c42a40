// Fills the control area: strings, seed, kinds of standard streams, rings, memory plan.
#include "machine/control_area.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dyad {

namespace {

// Layout within the control area: the structure, then the strings, then the rings.
constexpr std::uint32_t kRingSize = 256 * 1024;
constexpr std::uint32_t kTxOffset = DYAD_CONTROL_SIZE - 2 * kRingSize;
constexpr std::uint32_t kRxOffset = DYAD_CONTROL_SIZE - kRingSize;
constexpr std::uint32_t kStringsOffset = DYAD_PAGE_SIZE;
static_assert(sizeof(dyad_control) <= kStringsOffset && kStringsOffset < kTxOffset);

dyad_stdio_kind stdioKind(int fd) {
    struct stat status;
    int mode = fcntl(fd, F_GETFL);
    if (mode < 0 || (mode & O_PATH) || fstat(fd, &status) != 0) return DYAD_STDIO_CLOSED;
    if (isatty(fd)) return DYAD_STDIO_TTY;
    return S_ISREG(status.st_mode) ? DYAD_STDIO_FILE : DYAD_STDIO_STREAM;
}

} // namespace

Result<ControlArea> fillControlArea(GuestMemory &memory, dyad_machine_kind kind, const ProgramSetup &program) {
    std::span<std::byte> area = memory.control();
    auto *control = new (area.data()) dyad_control{};
    const MemoryPlan &plan = memory.plan();
    control->version = DYAD_ABI_VERSION;
    control->machine = kind;
    control->flags = program.flags;
    control->ram_size = plan.ramSize;
    control->private_offset = plan.privateOffset;
    control->private_size = plan.privateSize;
    control->stack_size = plan.stackSize;
    control->arena_offset = plan.arenaOffset;
    control->arena_size = plan.arenaSize;
    control->migration_offset = plan.privateOffset;
    control->migration_size = plan.migrationSize;
    dyad_pages &pages = control->pages;
    pages.area_offset = plan.pagesOffset();
    pages.area_size = plan.pagesSize;
    for (unsigned which : {0u, 1u})
        pages.dirty_offset[which] = plan.dirtyOffset(which);
    pages.state_offset = plan.stateOffset();
    pages.open_offset = plan.openOffset();
    pages.protection_offset = plan.protectionOffset();
    if (program.points.size_bytes() > plan.migrationSize)
        return Error{fmt::format("{} migration points do not fit into a migration area of {} bytes",
                                 program.points.size(), plan.migrationSize)};
    dyad_migration &migration = control->migration;
    migration.point_count = static_cast<std::uint32_t>(program.points.size());
    migration.points_offset = plan.privateOffset;
    std::ranges::copy(std::as_bytes(program.points), memory.ram().data() + plan.privateOffset);
    migration.request = program.request;
    migration.skip = program.skip;

    control->argc = static_cast<std::uint32_t>(program.arguments.size());
    control->envc = static_cast<std::uint32_t>(program.environment.size());
    control->strings_offset = kStringsOffset;
    std::size_t at = kStringsOffset;
    for (const auto *strings : {&program.arguments, &program.environment}) {
        for (const std::string &string : *strings) {
            if (string.size() + 1 > kTxOffset - at)
                return Error{fmt::format("arguments and environment are too long: at most {} bytes fit",
                                         kTxOffset - kStringsOffset)};
            std::memcpy(area.data() + at, string.c_str(), string.size() + 1);
            at += string.size() + 1;
        }
    }
    control->strings_size = static_cast<std::uint32_t>(at - kStringsOffset);

    for (int fd = 0; fd < 3; ++fd)
        control->stdio[fd] = stdioKind(fd);
    for (int fd : {1, 0, 2}) {
        winsize size;
        if (control->stdio[fd] == DYAD_STDIO_TTY && ioctl(fd, TIOCGWINSZ, &size) == 0) {
            control->terminal_rows = size.ws_row;
            control->terminal_columns = size.ws_col;
            break;
        }
    }
    if (getrandom(control->seed, sizeof control->seed, 0) != static_cast<ssize_t>(sizeof control->seed))
        return Error{fmt::format("cannot read the host's random source: {}", std::strerror(errno))};
    control->tx_offset = kTxOffset;
    control->rx_offset = kRxOffset;
    control->tx_size = control->rx_size = kRingSize;
    // Nobody reads the area before the machine starts; the magic still goes last, for a reader of a half-filled dump.
    __atomic_store_n(&control->magic, DYAD_CONTROL_MAGIC, __ATOMIC_RELEASE);
    return ControlArea{control, area.subspan(kTxOffset, kRingSize), area.subspan(kRxOffset, kRingSize)};
}

} // namespace dyad
