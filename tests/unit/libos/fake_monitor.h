// The monitor's side of the rings as the tests play it: records what the guest says and answers as told.
#pragma once

#include "dyad/abi.h"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

struct FakeMonitor {
    dyad_control* control = nullptr;

    // What the guest said.
    std::string output; ///< both streams, in order
    std::string standardOutput, standardError;
    std::vector<std::string> logs;
    int exitKind = -1, exitValue = -1;
    unsigned syncs = 0, inputRequests = 0;
    struct File {
        uint32_t mode = 0;
        std::string content, target;
        bool link = false;
        int64_t mtime = 0;
        bool operator==(const File&) const = default;
    };
    std::map<std::string, File> filesOut;
    std::vector<std::string> fileOrder;
    bool filesEnded = false;

    // What it gets.
    std::deque<std::string> input; ///< one answer each
    bool inputEnds = true;         ///< after that: end of file; else nothing comes
    int inputError = 0;
    int outputErrno[3] = {}; ///< from the next output on
    struct Outgoing {
        uint32_t type;
        std::string payload;
    };
    std::deque<Outgoing> outgoing;
    std::vector<uint32_t> migrations; ///< ISAs that were asked for
    int migrationErrno = 0;           ///< the answer
    int64_t realTime = 1700000000'000000000;
    uint64_t tickHz = 1000000000;

    /// Handles what has arrived and sends what is due; returns whether anything moved.
    bool step();
    void send(uint32_t type, const void* payload, std::size_t size);
    void sendFile(uint32_t type, const std::string& path, uint32_t mode, uint64_t size, const std::string& target = "");

  private:
    void handle(uint32_t type, const std::string& payload);
    void answerInput();
    bool push();
    bool wanted_ = false, waited_ = false;
    uint32_t wantedBytes_ = 0;
    bool inputAvailable() const { return !input.empty() || inputEnds || inputError; }
};
