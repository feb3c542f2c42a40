// Which pages a program touches first when it goes on elsewhere: with these there it does not wait for memory that
// follows as soon as it has arrived. Specification: docs/transfer.md, "Post-copy".
#pragma once

#include "migrate/frame_list.h"
#include "migrate/page_set.h"

namespace dyad {

/// Those of `among` that hold common data, if that is not much, thread-locals, and what the innermost frames point to.
PageSet firstPages(const FrameList& frames, const ThreadState& thread, const CommonData& common,
                   std::uint64_t arenaSize, const PageSet& among);

} // namespace dyad
