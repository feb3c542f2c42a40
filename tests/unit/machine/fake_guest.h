// A thread that plays the guest on the shared memory: it speaks the rings as the libOS does, or breaks the rules on
// purpose.
#pragma once

#include "machine/control_area.h"
#include "machine/machine.h"
#include "machine/monitor.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fcntl.h>
#include <functional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace dyad::test {

class FakeGuest {
  public:
    FakeGuest(dyad_control *control, std::byte *area, int doorbell)
        : control(control), tx_(area + control->tx_offset), rx_(area + control->rx_offset), doorbell_(doorbell) {}

    dyad_control *control;

    void send(std::uint32_t type, const std::string &payload = {}) {
        put(type, payload);
        ringIf(control->tx.consumer_waiting);
    }
    /// Leaves the doorbell out, as a guest may for frames that are not urgent.
    void put(std::uint32_t type, const std::string &payload) {
        std::uint64_t space = 8 + (payload.size() + 7) / 8 * 8;
        dyad_ring &ring = control->tx;
        while (control->tx_size - (ring.head - __atomic_load_n(&ring.tail, __ATOMIC_ACQUIRE)) < space) {
            ring.producer_waiting = 1;
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
            if (control->tx_size - (ring.head - __atomic_load_n(&ring.tail, __ATOMIC_ACQUIRE)) >= space) break;
            sleep();
        }
        std::uint64_t at = ring.head;
        std::uint32_t header[2] = {type, static_cast<std::uint32_t>(payload.size())};
        store(at, header, 8);
        store(at + 8, payload.data(), payload.size());
        __atomic_store_n(&ring.head, at + space, __ATOMIC_RELEASE);
    }
    std::pair<std::uint32_t, std::string> receive() {
        dyad_ring &ring = control->rx;
        while (__atomic_load_n(&ring.head, __ATOMIC_ACQUIRE) == ring.tail) {
            ring.consumer_waiting = 1;
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
            if (__atomic_load_n(&ring.head, __ATOMIC_ACQUIRE) != ring.tail) break;
            if (!sleep()) return {0, ""};
        }
        std::uint32_t header[2];
        load(ring.tail, header, 8);
        std::string payload(header[1], 0);
        load(ring.tail + 8, payload.data(), payload.size());
        __atomic_store_n(&ring.tail, ring.tail + 8 + (payload.size() + 7) / 8 * 8, __ATOMIC_RELEASE);
        ringIf(ring.producer_waiting);
        return {header[0], payload};
    }
    void hello() { send(DYAD_FRAME_HELLO, words64({1000})); }
    void output(std::uint32_t fd, const std::string &text) { send(DYAD_FRAME_OUTPUT, words({fd, 0}) + text); }
    void exit(std::uint32_t status) { send(DYAD_FRAME_EXIT, words({0, status})); }
    void ringNow() { ::send(doorbell_, "", 1, MSG_NOSIGNAL); }

    static std::string words(std::vector<std::uint32_t> values) {
        return {reinterpret_cast<char *>(values.data()), values.size() * sizeof(std::uint32_t)};
    }
    static std::string words64(std::vector<std::uint64_t> values) {
        return {reinterpret_cast<char *>(values.data()), values.size() * sizeof(std::uint64_t)};
    }

  private:
    void store(std::uint64_t at, const void *from, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            tx_[(at + i) % control->tx_size] = static_cast<const std::byte *>(from)[i];
    }
    void load(std::uint64_t at, void *to, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            static_cast<std::byte *>(to)[i] = rx_[(at + i) % control->rx_size];
    }
    bool sleep() {
        char byte[64];
        return recv(doorbell_, byte, sizeof byte, 0) > 0;
    }
    void ringIf(volatile std::uint32_t &flag) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (flag == 0) return;
        flag = 0;
        ringNow();
    }
    std::byte *tx_, *rx_;
    int doorbell_;
};

/// Runs `guest` in a thread, monitored; its standard streams are files and pipes of the test's choice.
inline Result<RunReport> runGuest(std::function<void(FakeGuest &)> guest, MonitorSetup setup = {},
                                  ProgramSetup program = {{"test"}, {}, 0}, int signals = -1) {
    auto plan = MemoryPlan::make(16 << 20, DYAD_COMMON_BASE + 4096, 0);
    auto memory = GuestMemory::create(*plan);
    auto area = fillControlArea(*memory, DYAD_MACHINE_PROCESS, program);
    auto doorbell = makeDoorbell();
    int guestEnd = doorbell->second.get();
    std::thread thread([&] {
        FakeGuest fake(area->control, memory->control().data(), guestEnd);
        guest(fake);
        shutdown(guestEnd, SHUT_RDWR);
    });
    Monitor monitor(*area, {doorbell->first.get(), [] { return std::string("it is a test"); }}, std::move(setup), signals);
    auto report = monitor.run();
    shutdown(doorbell->first.get(), SHUT_RDWR);
    thread.join();
    return report;
}

/// Replaces one of the standard descriptors while it lives.
class Redirect {
  public:
    Redirect(int fd, int replacement) : fd_(fd), saved_(fcntl(fd, F_DUPFD_CLOEXEC, 10)) { dup2(replacement, fd); }
    ~Redirect() {
        dup2(saved_, fd_);
        close(saved_);
    }

  private:
    int fd_, saved_;
};

} // namespace dyad::test
