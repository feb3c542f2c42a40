// What the commands that run a program have in common once its machine runs.
#include "run_session.h"

#include "run_stats.h"

#include "machine/crash_report.h"

#include <fmt/format.h>

#include <sys/signalfd.h>

namespace dyad {

namespace {

/// As timeout(1).
constexpr int kTimedOut = 124;
/// The program lies in a checkpoint and does not run any more. It has no exit status yet; success it is not.
constexpr int kCheckpointed = 123;
/// The program goes on elsewhere.
constexpr int kTransferred = 122;

int exitStatus(const RunReport& report, const SessionOptions& options) {
    switch (report.end) {
    case RunReport::End::exited:
        return report.value;
    case RunReport::End::timedOut:
        fmt::print(stderr, "dyad {}: error: stopped after {} s (--timeout)\n", options.command, options.timeout);
        return kTimedOut;
    case RunReport::End::checkpointed:
        return kCheckpointed;
    case RunReport::End::transferred:
        return kTransferred;
    case RunReport::End::detached:
        return kCouldNotStart; // as everything that dyad failed at, and said so
    default:
        return 128 + report.value;
    }
}

} // namespace

SignalGuard::SignalGuard() {
    sigemptyset(&set_);
    for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        struct sigaction action;
        // What the caller told us to ignore (nohup, a shell's background job) stays ignored.
        if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&set_, signal);
    }
    sigprocmask(SIG_BLOCK, &set_, &old_);
    fd_ = UniqueFd(signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
    std::signal(SIGPIPE, SIG_IGN);
}

void SignalGuard::dieOf(int signal) {
    std::signal(signal, SIG_DFL);
    raise(signal);
    sigprocmask(SIG_SETMASK, &old_, nullptr);
    _exit(128 + signal);
}

int runSession(Session& session, const Program& program, const SessionOptions& options, StatsFile* stats,
               SignalGuard& signals) {
    auto report = session.run();
    Machine& machine = session.machine();
    machine.child.kill();
    session.close();
    const auto fail = [&](const std::string& message) {
        session.tellEnd({ConsoleEnd::How::Status, kCouldNotStart, message});
        return options.couldNotStart(message);
    };
    if (!report) {
        // Asking QEMU for its version takes a while: only when it is needed to explain a failure.
        if (machine.setup.kind == DYAD_MACHINE_QEMU)
            if (auto qemu = findQemu(machine.setup.isa, true); !qemu) return fail(qemu.error().message);
        return fail(report.error().message);
    }
    const bool crashed = report->end == RunReport::End::crashed;
    if (crashed)
        report->value =
            printCrashReport(machine.memory, machine.setup.isa, program.image().path(), program.installation());
    int status = exitStatus(*report, options);
    if (options.verbose && !session.moves().done.empty())
        fmt::print(stderr, "dyad: {}\n", describeMoves(session.moves()));
    if (stats) {
        if (auto written = stats->write(*report, session.moves(), machine.description, status); !written)
            return fail(written.error().message);
    }
    const bool interrupted = report->end == RunReport::End::interrupted;
    session.tellEnd({interrupted ? ConsoleEnd::How::Signal : ConsoleEnd::How::Status,
                     static_cast<std::uint32_t>(interrupted ? report->value : status),
                     crashed ? "the program crashed; its dyad receive has printed the report" : ""});
    if (interrupted) signals.dieOf(report->value);
    return status;
}

} // namespace dyad
