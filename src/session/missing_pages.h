// Late pages that another host brings: what to ask it for, and how long that took. It lives longer than the connection.
// Specification: docs/transfer.md, "Post-copy".
#pragma once

#include "migrate/pages_section.h"
#include "migrate/write_queue.h"
#include "session/late_pages.h"

#include <memory>
#include <string>

namespace dyad {

class MissingPages {
  public:
    /// What it took to fetch pages that the program waited for: from when that was seen to when they were there.
    struct Figures {
        std::uint64_t missingBytes = 0, wants = 0, medianNs = 0, p99Ns = 0;
    };

    /// For a machine that waits to resume and must outlive it. `stale`: pages were stored before, and what is missing
    /// may be there in an older state. `late`, if given, was started on that machine before.
    static Result<std::unique_ptr<MissingPages>> begin(Machine& machine, const CommonData& common,
                                                       const PageSet& missing, bool stale,
                                                       std::optional<LatePages> late = std::nullopt);

    /// A page that the program waits for, once: what to ask for now.
    std::optional<GuestAddress> want();
    /// A new connection: what was asked for on the one before is asked for again.
    void askAgain() { asked_.reset(); }
    /// Pages. `stream`: for messages.
    Result<void> take(const std::string& stream, const Section& section);
    std::vector<PageRun> missing() const { return late_.missing(); }
    std::uint64_t left() const { return late_.left(); }
    /// Whether all that was taken is stored.
    Result<bool> stored() { return queue_ ? queue_->empty() : Result<bool>(true); }

    /// All is there, or nothing is needed any more: the machine may go.
    void complete() {
        complete_ = true;
        stopStoring();
    }
    /// What was taken and is not stored is dropped.
    void stopStoring() { queue_.reset(); }
    bool isComplete() const { return complete_; }
    /// The guest has forgotten about it, too: from then on it may be stopped.
    Result<bool> finished() { return complete_ ? late_.finished() : Result<bool>(false); }

    /// The program waits for a page now.
    bool waited() { return late_.wanted().has_value(); }
    Figures figures() const;

  private:
    MissingPages(LatePages late, bool stale) : late_(std::move(late)), stale_(stale) {}
    void noteArrival();
    Result<bool> enqueue(const PagePiece& piece, const Section& section);
    Result<void> store(const PagePiece& piece);

    LatePages late_;
    PagesReader reader_;
    bool stale_, complete_ = false;
    std::optional<GuestAddress> asked_; ///< the page that was asked for last
    std::uint64_t askedNs_ = 0, wants_ = 0;
    std::vector<std::uint32_t> latencies_; ///< the last ones, in ns
    std::vector<std::byte> zeros_;
    std::unique_ptr<WriteQueue> queue_; ///< since there was enough for it; ends before all else does
};

} // namespace dyad
