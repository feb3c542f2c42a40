// `dyad receive`: waits for a program from another host, and then is its `dyad run`.
#include "run_session.h"
#include "run_stats.h"
#include "transfer_options.h"

#include "session/control_directory.h"
#include "session/reception.h"
#include "transfer/security.h"

#include <fmt/format.h>

namespace dyad {

namespace {

struct ReceiveOptions : SessionOptions, TransferOptions {
    std::string listen, image, memory;
};

void tell(const std::string& text) {
    fmt::print(stderr, "dyad receive: {}\n", text);
}

/// Until a program was taken.
Result<ReceivedProgram> await(Reception& reception, int signals) {
    constexpr std::uint64_t kLookNs = 50'000'000;
    for (;;) {
        if (auto stepped = reception.step(); !stepped) return std::move(stepped.error());
        if (auto received = reception.take()) return std::move(*received);
        std::vector<pollfd> entries{{signals, POLLIN, 0}};
        reception.addEntries(entries);
        const std::uint64_t now = monotonicNs(), until = std::min(reception.nextTurn(), now + kLookNs);
        const timespec wait{0, static_cast<long>(until > now ? until - now : 0)};
        ppoll(entries.data(), entries.size(), &wait, nullptr);
        if (entries[0].revents) return Error{"interrupted"};
    }
}

int receive(const ReceiveOptions& options, const CLI::App& app, std::uint64_t startNs) {
    auto fail = [&](const Error& error) { return options.couldNotStart(error.message); };
    auto machine = machineSetup(options, app);
    if (!machine) return fail(machine.error());
    auto endpoint = Endpoint::parse(options.listen, Endpoint::Names::resolve);
    if (!endpoint) return fail(std::move(endpoint.error()).in("--listen"));
    auto tls = securityFor(*endpoint, options.tls, options.insecure);
    if (!tls) return fail(tls.error());
    std::uint64_t mostMemory = UINT64_MAX;
    if (!options.memory.empty()) {
        auto size = parseSize(options.memory, "--mem");
        if (!size) return fail(size.error());
        mostMemory = *size;
    }
    auto setup = sessionSetup(options, options.image);
    if (!setup) return fail(setup.error());
    auto image = openImage(options.image);
    if (!image) return fail(image.error());
    if (!image->sites()) return options.couldNotStart(fmt::format("{} was linked with -fno-migration", options.image));
    auto common = CommonData::of(image->manifest());
    if (!common) return fail(common.error());
    if (setup->nameGiven)
        if (auto control = ControlDirectory::open(); !control) return fail(control.error());
    auto records = TransferRecords::open();
    if (!records) return fail(records.error());
    auto monitor = monitorSetup(options, startNs);
    if (!monitor) return fail(monitor.error());
    auto stats = openStats(options.stats);
    if (!stats) return fail(stats.error());

    SignalGuard signals;
    const Destination destination{
        *image, *common, *machine, app.get_option("--isa")->count() == 0, programFlags(options), mostMemory, *records};
    const LinkSetup link{.silenceNs = options.linkTimeout * std::uint64_t(1'000'000'000)};
    auto reception = Reception::open(*endpoint, *tls, destination, link, tell);
    if (!reception) return fail(reception.error());
    if (std::string warning = insecurityOf(*endpoint, tls->get()); !warning.empty()) tell("warning: " + warning);
    tell(fmt::format("waiting on {}", (*reception)->address()));
    auto received = await(**reception, signals.fd());
    if (!received) return fail(received.error());
    if (options.verbose)
        tell(fmt::format("the program goes on on {}, process {}", received->machine->description,
                         received->machine->child.pid()));
    const std::unique_ptr<Program> program = std::move(received->program);
    monitor->console = received->console;
    Session session(*program, std::move(received->machine), std::move(*monitor), std::move(*setup), signals.fd());
    session.receive(**reception);
    session.received(received->state, received->rings);
    return runSession(session, *program, options, stats->get(), signals);
}

} // namespace

Action setupReceive(CLI::App& app) {
    std::uint64_t startNs = monotonicNs();
    auto options = std::make_shared<ReceiveOptions>();
    options->command = "receive";
    addSessionOptions(app, *options);
    addTransferOptions(app, *options);
    app.add_option("--listen", options->listen, "where to wait; port 0 chooses one")
        ->required()
        ->type_name("HOST:PORT|unix:PATH");
    app.add_option("--mem", options->memory, "refuse programs with more memory than this (default: what the host has)")
        ->type_name("SIZE");
    app.add_option("IMAGE", options->image, "the program's pair image")->required();
    return [options, &app, startNs] { return receive(*options, app, startNs); };
}

} // namespace dyad
