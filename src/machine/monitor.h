// The monitor: serves one guest's rings until it ends. Everything happens in one poll loop. Specification: docs/abi.md.
#pragma once

#include "machine/console.h"
#include "machine/control_area.h"
#include "machine/file_receiver.h"
#include "machine/file_sender.h"
#include "machine/loop_part.h"
#include "machine/ring.h"
#include "machine/ticks.h"
#include "machine/unique_fd.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dyad {

struct MonitorSetup {
    std::shared_ptr<Console> console; ///< null: the standard streams of this process
    std::optional<FileSender> filesIn;
    std::optional<FileReceiver> filesOut;
    /// Seconds without any sign of life before main is called, after which the machine is given up; 0: no limit.
    unsigned bootTimeout = 60;
    /// Seconds the program may run in all; 0: no limit.
    unsigned timeout = 0;
    bool measureTicks = false; ///< the guest needs its tick rate from us (x86-64 under QEMU)
    /// The program asks to be moved (DYAD_FRAME_MIGRATE; the ISA as there); answered by Monitor::answerMigrate().
    std::function<void(std::uint32_t isa)> onMigrate;
    std::uint64_t startNs = 0; ///< CLOCK_MONOTONIC: zero of the timeline
};

/// How a run ended, and what it took. Times in ms since MonitorSetup::startNs, negative if the moment was not reached.
struct RunReport {
    enum class End { exited, signalled, crashed, timedOut, interrupted, checkpointed, transferred, detached } end = End::exited;
    int value = 0; ///< exit status, the program's signal, or the signal that interrupted the monitor
    double helloMs = -1, mainMs = -1, exitMs = -1;
    std::uint64_t framesFromGuest = 0, framesToGuest = 0, bytesOut = 0, bytesErr = 0, bytesIn = 0, fileBytesIn = 0;
};

/// The machine's side that the monitor needs: a doorbell that reports end of file when the machine is gone.
struct MonitoredMachine {
    int doorbell;
    /// Says why the machine is gone, for a message.
    std::function<std::string()> describeEnd;
};

/// Takes all bytes; false if the other end was closed.
bool drainDoorbell(int doorbell);

/// What the monitor still owes a program that is between two machines: all that its rings do not tell.
struct MonitorState {
    std::uint32_t inputWanted = 0; ///< most bytes of an INPUT_WANTED that was not answered yet, or 0
    bool inputWait = false;        ///< an INPUT_WAIT was not answered yet
    std::int32_t untold[2] = {};   ///< errno of failed writes that SYNCED has not told yet
};

class Monitor {
  public:
    /// `signals`: a signalfd, or -1.
    Monitor(const ControlArea& area, MonitoredMachine machine, MonitorSetup setup, int signals);

    /// Takes part in the loop from now on; must live as long as run() does.
    void add(LoopPart& part) { parts_.push_back(&part); }

    /// Serves the guest until it ends. An error means that the machine failed or broke the protocol; what the program
    /// wrote until then was written.
    Result<RunReport> run();

    // For loop parts: a program that changes its machine.

    /// While paused the monitor leaves the rings alone: they are being copied, or the program is on its way.
    void setPaused(bool paused) { paused_ = paused; }
    /// Goes on with a machine whose rings are copies of those of the present one.
    void moveTo(const ControlArea& area, MonitoredMachine machine);
    /// Ends run() with this report.
    void end(RunReport::End how, int value);
    /// As the signal does if it comes to this process.
    Result<void> interrupt(int signal) { return endAfterOutput(RunReport::End::interrupted, signal); }
    /// The answer to MonitorSetup::onMigrate: 0, or the errno why the program stayed.
    Result<void> answerMigrate(std::int32_t error);
    /// main was called, or the program came from another machine.
    bool started() const { return mainSeen_; }
    /// Serves what the stopped program sent; true once all of it was written and every answer lies in its ring.
    Result<bool> settle();
    MonitorState state() const;
    /// For a program that comes from a checkpoint, before run(): its rings stand at these counters.
    void restore(const MonitorState& state, std::uint64_t consumed, std::uint64_t produced);
    Console& console() { return *setup_.console; }
    /// Ticks per second of an x86-64 guest under QEMU.
    std::uint64_t tickRate() const { return ticks_.rate(); }

  private:
    /// Bytes before the data in the payload of INPUT.
    static constexpr std::uint32_t kInputHeader = 8;

    Result<void> serveMachine();
    Result<void> serveFrames();
    Result<void> serve(const Frame& frame);
    Result<void> sayWelcome(std::uint64_t guestTicks);
    Result<void> takeOutput(const Frame& frame);
    Result<void> reportOutputErrors();
    Result<void> serveSyncs();
    Result<void> takeExit(const Frame& frame);
    Result<void> serveInput();
    Result<void> servePolls();
    Result<void> sayInputReady(bool ready);
    Result<void> send(std::uint32_t type, std::span<const std::byte> payload);
    Result<void> flushAnswers();
    Result<bool> prepareToSleep();
    Result<void> sleep();
    Result<void> takeSignals();
    Result<void> checkDeadlines();
    Result<void> endAfterOutput(RunReport::End how, int value);
    Error machineGone();
    void ring();
    void log(std::span<const std::byte> text);
    double sinceStart() const;

    dyad_control* control_;
    MonitoredMachine machine_;
    MonitorSetup setup_;
    int signals_;
    FrameReader reader_;
    FrameWriter writer_;
    TickMeter ticks_;
    RunReport report_;

    int untold_[2] = {0, 0}; ///< errno of failed writes that SYNCED has not told yet
    bool told_[2] = {false, false};
    std::string logLine_;                               ///< being written
    unsigned syncsWanted_ = 0, pollsWanted_ = 0;        ///< SYNCs and INPUT_POLLs that were not answered yet
    std::optional<std::pair<RunReport::End, int>> end_; ///< of the program, when its output is written
    std::deque<std::pair<std::uint32_t, std::vector<std::byte>>> answers_;
    std::optional<std::uint32_t> inputWanted_; ///< most bytes
    std::uint32_t inputAhead_ = 0;             ///< most bytes to read ahead with them
    bool inputWait_ = false;
    bool migrateWanted_ = false;
    std::vector<LoopPart*> parts_;
    bool helloSeen_ = false, mainSeen_ = false, gone_ = false, finished_ = false, paused_ = false;
    std::uint64_t lastSignOfLifeNs_;
};

} // namespace dyad
