// Free pages that keep their memory (kept_pages.h).
#include "kept_pages.h"

#include "../native.h"

namespace libos {

KeptPages keptPages;

namespace {

/// Gives memory of closed pages back to the host.
void giveBack(uint64_t start, uint64_t end) {
    // Opening can only fail where the host has no room to describe the pages apart: on process machines, which discard
    // by the memory file and do not need it.
    __dyad_protect(start, end - start, L_PROT_READ | L_PROT_WRITE);
    __dyad_discard(start, end - start);
    __dyad_protect(start, end - start, L_PROT_NONE);
}

} // namespace

void KeptPages::initialise(uint64_t most) {
    count_ = 0;
    bytes_ = 0;
    most_ = most;
}

void KeptPages::removeRun(uint32_t index) {
    bytes_ -= runs_[index].end - runs_[index].start;
    --count_;
    for (uint32_t i = index; i < count_; ++i)
        runs_[i] = runs_[i + 1];
}

/// Takes what lies in [start, end) out of the runs and calls `each` for every piece of it.
template <class F> void KeptPages::remove(uint64_t start, uint64_t end, F each) {
    for (uint32_t i = count_; i-- > 0;) {
        Run run = runs_[i];
        uint64_t from = larger(start, run.start), to = smaller(end, run.end);
        if (from >= to) continue;
        each(from, to);
        if (from > run.start && to < run.end) {
            // The smaller rest goes back: a run stays one run.
            if (from - run.start < run.end - to)
                giveBack(run.start, from), run.start = to;
            else
                giveBack(to, run.end), run.end = from;
        } else if (from > run.start) {
            run.end = from;
        } else if (to < run.end) {
            run.start = to;
        } else {
            removeRun(i);
            continue;
        }
        bytes_ -= (runs_[i].end - runs_[i].start) - (run.end - run.start);
        runs_[i] = run;
    }
}

void KeptPages::giveOldestBack(uint64_t bytes) {
    uint64_t target = bytes_ - smaller(bytes_, bytes);
    while (bytes_ > target) {
        Run& oldest = runs_[0];
        uint64_t size = smaller(oldest.end - oldest.start, bytes_ - target);
        giveBack(oldest.start, oldest.start + size);
        if (oldest.start + size == oldest.end) {
            removeRun(0);
        } else {
            oldest.start += size;
            bytes_ -= size;
        }
    }
}

void KeptPages::add(uint64_t start, uint64_t end) {
    remove(start, end, [](uint64_t, uint64_t) {});
    // Neighbours become one run, which larger requests can use.
    for (uint32_t i = count_; i-- > 0;) {
        if (runs_[i].end == start)
            start = runs_[i].start;
        else if (runs_[i].start == end)
            end = runs_[i].end;
        else
            continue;
        removeRun(i);
    }
    runs_[count_++] = {start, end};
    bytes_ += end - start;
    if (bytes_ > most_) // somewhat more than need be, so that it is not for every piece
        giveOldestBack(bytes_ - most_ + roundDown(most_ / 16, kPage));
    if (count_ > kMostRuns) giveOldestBack(runs_[0].end - runs_[0].start);
}

void KeptPages::clear(uint64_t start, uint64_t end) {
    remove(start, end, [](uint64_t from, uint64_t to) { memset(reinterpret_cast<void*>(from), 0, to - from); });
}

uint64_t KeptPages::find(uint64_t size) const {
    const Run* best = nullptr; // the tightest; of equal ones the one used last
    for (const Run* run = runs_; run < runs_ + count_; ++run)
        if (run->end - run->start >= size && (!best || run->end - run->start <= best->end - best->start)) best = run;
    return best ? best->end - size : 0;
}

} // namespace libos
