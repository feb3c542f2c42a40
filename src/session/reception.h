// `dyad receive`: listens for transfers until one program was taken, brings it the memory that follows, and still tells
// sources in doubt what became of theirs. Specification: docs/transfer.md.
#pragma once

#include "machine/loop_part.h"
#include "session/incoming.h"
#include "transfer/endpoint.h"
#include "transfer/tls.h"

#include <functional>
#include <list>

namespace dyad {

class Reception : public LoopPart {
  public:
    /// `tell` gets a line for each connection that came to nothing. `destination` must outlive it.
    static Result<std::unique_ptr<Reception>> open(Endpoint endpoint, std::shared_ptr<Tls> tls,
                                                   const Destination& destination, LinkSetup link,
                                                   std::function<void(const std::string&)> tell);
    ~Reception() override;

    /// Where it listens: with the port that was chosen.
    const std::string& address() const { return endpoint_.text(); }
    /// The program that was taken, once.
    std::optional<ReceivedProgram> take() { return std::exchange(received_, std::nullopt); }

    /// Memory that follows the program that was taken; null: there is none, or it is there.
    const MissingPages* missing() const { return missing_.get(); }
    /// For a message, while missing().
    std::string describeMissing() const;
    /// The standard streams of the program are at its source.
    bool attached() const;
    /// Called when missing() has become null.
    std::function<void()> onFinished;
    /// Takes signals that end that source.
    std::function<Result<void>(int)> onSignal;
    /// The program has ended: lets a source that still keeps memory for it, or has its console, know, if it can be
    /// reached soon.
    void programEnded(const ConsoleEnd& end);

    /// Nothing is stored in the program's machine any more.
    void machineEnds() {
        if (missing_) missing_->stopStoring();
    }

    Result<void> step() override;
    void addEntries(std::vector<pollfd>& entries) const override;
    std::uint64_t nextTurn() const override;

  private:
    Reception(Endpoint endpoint, UniqueFd socket, std::shared_ptr<Tls> tls, const Destination& destination,
              LinkSetup link, std::function<void(const std::string&)> tell)
        : endpoint_(std::move(endpoint)), socket_(std::move(socket)), tls_(std::move(tls)), destination_(destination),
          link_(link), tell_(std::move(tell)) {}
    void accept();
    bool busyBut(const Incoming& one) const;
    void answer(Incoming& asking);
    void stepConnections();
    bool connected() const;
    Result<void> stepMissing();

    Endpoint endpoint_;
    UniqueFd socket_;
    std::shared_ptr<Tls> tls_;
    const Destination& destination_;
    LinkSetup link_;
    std::function<void(const std::string&)> tell_;
    std::list<Incoming> incoming_;
    unsigned connections_ = 0;
    bool taken_ = false;
    std::optional<int> signal_;
    std::optional<ReceivedProgram> received_;
    std::shared_ptr<MissingPages> missing_;
    TransferId missingId_{};
    bool cut_ = false, waitTold_ = false; ///< what was told of a connection that broke
};

} // namespace dyad
