// Threads beside the poll loop: they do one thing that takes long, and get no signals, which are the loop's business.
#pragma once

#include "support/result.h"

#include <csignal>
#include <system_error>
#include <thread>

namespace dyad {

/// Runs `work` on a new thread. Fails if the host has no room for one.
template <class Work> Result<std::thread> startQuietThread(Work work) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    Result<std::thread> thread = [&]() -> Result<std::thread> {
        try {
            return std::thread(std::move(work));
        } catch (const std::system_error& error) {
            return Error{error.what()};
        }
    }();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

} // namespace dyad
