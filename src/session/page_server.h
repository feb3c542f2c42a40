// The source's side of memory that follows a program: what is asked for first, and the rest in the background, from
// where was asked last onward. Specification: docs/transfer.md, "Post-copy".
#pragma once

#include "migrate/page_set.h"
#include "session/stream_window.h"

#include <deque>

namespace dyad {

class PageServer {
  public:
    /// `memory`, of a stopped program, must outlive it. `left`: what the destination does not have. `present`: pages
    /// that the memory file has, as far as that is known.
    PageServer(GuestMemory& memory, PageSet left, std::optional<PageSet> present = {});

    /// The destination waits for this page, which must be one.
    void want(GuestAddress page);
    /// What it has dealt with, in bytes of the connection.
    void got(std::uint64_t bytes);
    /// What to send next; nothing if there is nothing, or too much on its way. `written`: bytes of the connection so
    /// far; `background`: send also what nobody asked for, and is no neighbour of it. Valid until the next call.
    Result<std::optional<PagePiece>> next(std::uint64_t written, bool background);

    /// What was not sent yet.
    const PageSet& left() const { return left_; }
    std::uint64_t wants() const { return wanted_; }

  private:
    Result<PagePiece> read(const PageRun& run);

    GuestMemory& memory_;
    PageSet left_;
    const std::optional<PageSet> present_;
    StreamWindow window_;
    std::deque<GuestAddress> wants_;
    GuestAddress behind_{};                     ///< of what was sent last
    std::uint64_t wanted_ = 0, neighbours_ = 0; ///< neighbours_: bytes that go with what was asked for last
    std::vector<std::byte> buffer_;
};

} // namespace dyad
