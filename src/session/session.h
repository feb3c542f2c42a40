// One `dyad run` or `dyad restore`: a program, its present machine, its monitor, and whoever moves it.
#pragma once

#include "session/control_server.h"
#include "session/hop.h"
#include "session/lazy_pages.h"
#include "session/reception.h"

namespace dyad {

struct SessionSetup {
    std::string name;       ///< for the control socket
    bool nameGiven = false; ///< by the user: not to get it is an error
    std::optional<HopPlan> hop;
    bool selfTest = false; ///< of every move
    bool verbose = false;
};

class Session {
  public:
    /// `machine` runs `program`; `signals` as for Monitor.
    Session(const Program& program, std::unique_ptr<Machine> machine, MonitorSetup monitor, SessionSetup setup,
            int signals);
    ~Session();

    /// For a program that came from a checkpoint, before run(): what its monitor had promised, and its rings' counters.
    /// It is stopped for its self-test and goes on as run() begins.
    void restored(const MonitorState& state, const RingStates& rings);
    /// For one that was received, and goes on already.
    void received(const MonitorState& state, const RingStates& rings);
    /// For a program whose memory is still being read, before run(): what needs it stopped begins when all is there.
    void await(LazyPages& pages);
    /// Takes part in the program's loop; before run().
    void add(LoopPart& part) { monitor_.add(part); }
    /// The same for who has received the program, and may still bring it memory: until that is there nobody else moves
    /// it.
    void receive(Reception& reception);
    /// Serves the program until it ends.
    Result<RunReport> run();

    /// After run(), when all is known: what the program's console at its source, if it is there, is told.
    void tellEnd(const ConsoleEnd& end);
    /// Gives the name up; what waits for the end of the program sees it.
    void close() { control_.reset(); }

    Machine& machine() { return mover_.machine(); }
    const Moves& moves() const { return mover_.moves(); }

  private:
    Result<void> openControl();
    void handle(const nlohmann::json& request, const Answer& answer);
    std::string describeWhere();
    nlohmann::ordered_json status();
    bool waits(std::function<void()> task);
    void doWaiting();
    void migrate(const nlohmann::json& request, const Answer& answer);
    void checkpoint(const nlohmann::json& request, const Answer& answer);
    void migrateFromInside(std::uint32_t isa);
    void transfer(const nlohmann::json& request, const Answer& answer);
    void recover(const Answer& answer);
    nlohmann::ordered_json stats();
    void sayWhatIsLost();
    MoveOrder orderTo(Isa isa);
    void say(const std::string& text) const;

    const Program& program_;
    SessionSetup setup_;
    std::uint64_t startNs_;
    Monitor monitor_;
    Mover mover_;
    LazyPages* pages_ = nullptr;
    std::vector<std::function<void()>> whenComplete_; ///< what waits for the pages
    Reception* reception_ = nullptr;
    std::optional<Hopper> hopper_;
    std::unique_ptr<ControlServer> control_;
};

/// A move, for clients and statistics.
nlohmann::ordered_json describeMove(const MoveReport& report);

} // namespace dyad
