// Waiting for files: ppoll(2), pselect6(2). Only standard input and signals change by themselves; everything else is as
// ready as it will ever be.
#include "clock.h"
#include "file.h"
#include "monitor.h"
#include "signals.h"
#include "streams.h"
#include "system_call.h"

namespace libos {

namespace {

bool isInput(const File* file) {
    return file->readable() && (file->inode->kind == InodeKind::Stream || file->inode->kind == InodeKind::Terminal);
}

/// Runs `check` (which returns how many are ready, and asks the monitor if told to) until it finds something, the
/// deadline passes or a signal comes.
template <class F> long pollUntil(uint64_t deadline, bool watchesInput, F check) {
    bool atOnce = deadline <= __dyad_clock();
    while (true) {
        if (long ready = check(atOnce)) return ready;
        fireTimers();
        if (signalWaiting()) return -L_EINTR;
        if (__dyad_clock() >= deadline) return 0;
        if (watchesInput) expectInput();
        waitForMonitor(deadline);
    }
}

long deadlineOf(const LinuxTimespec* timeout, uint64_t& deadline) {
    if (timeout && !validTime(*timeout)) return -L_EINVAL;
    deadline = !timeout ? kForever : !timeout->seconds && !timeout->nanoseconds ? 0 : deadlineAfter(*timeout);
    return 0;
}

void leaveRest(LinuxTimespec* timeout, uint64_t deadline) {
    if (!timeout || deadline == kForever) return;
    uint64_t now = __dyad_clock();
    *timeout = toTimespec(deadline > now ? static_cast<int64_t>(deadline - now) : 0);
}

} // namespace

long sysPpoll(LinuxPollfd* polled, uint64_t count, LinuxTimespec* timeout, const uint64_t* mask, size_t setSize) {
    if (count > descriptors.limit) return -L_EINVAL;
    if (!validBuffer(polled, count * sizeof *polled)) return -L_EFAULT;
    if (mask && setSize != sizeof *mask) return -L_EINVAL;
    uint64_t deadline;
    if (long error = deadlineOf(timeout, deadline)) return error;
    if (mask) setTemporaryMask(*mask);
    bool watchesInput = false;
    for (uint64_t i = 0; i < count; ++i)
        if (File* file = fileOf(polled[i].fd))
            watchesInput |= isInput(file) && (polled[i].events & (L_POLLIN | L_POLLRDNORM));
    long result = pollUntil(deadline, watchesInput, [&](bool ask) {
        long ready = 0;
        for (uint64_t i = 0; i < count; ++i) {
            LinuxPollfd& one = polled[i];
            one.revents = 0;
            if (one.fd < 0) continue;
            File* file = fileOf(one.fd);
            int events = L_POLLNVAL;
            if (file) {
                bool input = one.events & (L_POLLIN | L_POLLRDNORM);
                events = pollFile(file, ask && input) & (one.events | L_POLLERR | L_POLLHUP);
            }
            one.revents = static_cast<int16_t>(events);
            ready += events != 0;
        }
        return ready;
    });
    leaveRest(timeout, deadline);
    return result;
}

struct SelectMask {
    const uint64_t* mask;
    size_t size;
};

long sysPselect6(int count, uint64_t* reads, uint64_t* writes, uint64_t* exceptions, LinuxTimespec* timeout,
                 const SelectMask* mask) {
    if (count < 0) return -L_EINVAL;
    constexpr int kMost = 1024; // FD_SETSIZE
    count = smaller(count, kMost);
    size_t words = (static_cast<size_t>(count) + 63) / 64;
    uint64_t wanted[3][kMost / 64] = {}, found[3][kMost / 64];
    uint64_t* sets[3] = {reads, writes, exceptions};
    bool watchesInput = false;
    for (int s = 0; s < 3; ++s) {
        if (!sets[s]) continue;
        if (!validBuffer(sets[s], words * 8)) return -L_EFAULT;
        memcpy(wanted[s], sets[s], words * 8);
    }
    auto in = [](const uint64_t* set, int fd) { return set[fd / 64] >> (fd % 64) & 1; };
    for (int fd = 0; fd < count; ++fd) {
        if (!in(wanted[0], fd) && !in(wanted[1], fd) && !in(wanted[2], fd)) continue;
        File* file = fileOf(fd);
        if (!file) return -L_EBADF;
        watchesInput |= in(wanted[0], fd) && isInput(file);
    }
    uint64_t deadline;
    if (long error = deadlineOf(timeout, deadline)) return error;
    if (mask && mask->mask) {
        if (mask->size != sizeof(uint64_t)) return -L_EINVAL;
        setTemporaryMask(*mask->mask);
    }
    long result = pollUntil(deadline, watchesInput, [&](bool ask) {
        long ready = 0;
        memset(found, 0, sizeof found);
        for (int fd = 0; fd < count; ++fd) {
            bool read = in(wanted[0], fd), write = in(wanted[1], fd);
            if (!read && !write) continue;
            int events = pollFile(fileOf(fd), ask && read);
            uint64_t bit = 1ull << (fd % 64);
            if (read && (events & (L_POLLIN | L_POLLHUP | L_POLLERR))) found[0][fd / 64] |= bit, ++ready;
            if (write && (events & (L_POLLOUT | L_POLLERR))) found[1][fd / 64] |= bit, ++ready;
        }
        return ready;
    });
    leaveRest(timeout, deadline);
    if (result >= 0)
        for (int s = 0; s < 3; ++s)
            if (sets[s]) memcpy(sets[s], found[s], words * 8);
    return result;
}

} // namespace libos
