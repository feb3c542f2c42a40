// See fake_monitor.h.
#include "fake_monitor.h"

#include <cstring>

namespace {
template <class T> T read(const std::string& payload, std::size_t at) {
    T value{};
    if (at + sizeof value <= payload.size()) std::memcpy(&value, payload.data() + at, sizeof value);
    return value;
}
} // namespace

void FakeMonitor::send(uint32_t type, const void* payload, std::size_t size) {
    outgoing.push_back({type, std::string(static_cast<const char*>(payload), size)});
}

void FakeMonitor::sendFile(uint32_t type, const std::string& path, uint32_t mode, uint64_t size,
                           const std::string& target) {
    dyad_file_info information{mode, static_cast<uint32_t>(path.size()), size, 123456789};
    std::string payload(reinterpret_cast<char*>(&information), sizeof information);
    outgoing.push_back({type, payload + path + target});
}

bool FakeMonitor::push() {
    dyad_ring& ring = control->rx;
    bool moved = false;
    while (!outgoing.empty()) {
        std::string bytes(8, 0);
        uint32_t header[2] = {outgoing.front().type, static_cast<uint32_t>(outgoing.front().payload.size())};
        std::memcpy(bytes.data(), header, 8);
        bytes += outgoing.front().payload;
        bytes.resize((bytes.size() + 7) / 8 * 8);
        if (control->rx_size - (ring.head - ring.tail) < bytes.size()) {
            ring.producer_waiting = 1;
            break;
        }
        char* data = reinterpret_cast<char*>(control) + control->rx_offset;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            data[(ring.head + i) % control->rx_size] = bytes[i];
        ring.head = ring.head + bytes.size();
        outgoing.pop_front();
        moved = true;
    }
    return moved;
}

void FakeMonitor::answerInput() {
    if (waited_ && inputAvailable()) {
        waited_ = false;
        const uint32_t ready[2] = {1, 0};
        send(DYAD_FRAME_INPUT_READY, ready, sizeof ready);
    }
    if (!wanted_ || !inputAvailable()) return;
    wanted_ = false;
    std::string bytes;
    int32_t head[2] = {inputError, 0};
    inputError = 0;
    if (!head[0] && !input.empty()) {
        bytes = input.front().substr(0, wantedBytes_);
        input.front().erase(0, bytes.size());
        if (input.front().empty()) input.pop_front();
    }
    std::string payload(reinterpret_cast<char*>(head), sizeof head);
    outgoing.push_back({DYAD_FRAME_INPUT, payload + bytes});
}

void FakeMonitor::handle(uint32_t type, const std::string& payload) {
    switch (type) {
    case DYAD_FRAME_HELLO: {
        uint64_t welcome[3] = {tickHz, read<uint64_t>(payload, 0), static_cast<uint64_t>(realTime)};
        std::deque<Outgoing> files;
        files.swap(outgoing);
        send(DYAD_FRAME_WELCOME, welcome, sizeof welcome);
        outgoing.insert(outgoing.end(), files.begin(), files.end());
        break;
    }
    case DYAD_FRAME_OUTPUT: {
        uint32_t fd = read<uint32_t>(payload, 0);
        if (outputErrno[fd]) {
            uint32_t error[2] = {fd, static_cast<uint32_t>(outputErrno[fd])};
            send(DYAD_FRAME_OUTPUT_ERROR, error, sizeof error);
            break;
        }
        output += payload.substr(8);
        (fd == 1 ? standardOutput : standardError) += payload.substr(8);
        break;
    }
    case DYAD_FRAME_INPUT_WANTED:
        wanted_ = true;
        wantedBytes_ = read<uint32_t>(payload, 0);
        ++inputRequests;
        break;
    case DYAD_FRAME_INPUT_POLL: {
        const uint32_t ready[2] = {inputAvailable() ? 1u : 0u, 0};
        send(DYAD_FRAME_INPUT_READY, ready, sizeof ready);
        break;
    }
    case DYAD_FRAME_INPUT_WAIT:
        waited_ = true;
        break;
    case DYAD_FRAME_SYNC: {
        ++syncs;
        const int32_t none[2] = {0, 0};
        send(DYAD_FRAME_SYNCED, none, sizeof none);
        break;
    }
    case DYAD_FRAME_EXIT:
        exitKind = static_cast<int>(read<uint32_t>(payload, 0));
        exitValue = static_cast<int>(read<uint32_t>(payload, 4));
        break;
    case DYAD_FRAME_LOG:
        logs.push_back(payload);
        break;
    case DYAD_FRAME_FILE_DATA:
        filesOut[fileOrder.back()].content += payload;
        break;
    case DYAD_FRAME_FILE_DIRECTORY:
    case DYAD_FRAME_FILE_REGULAR:
    case DYAD_FRAME_FILE_SYMLINK:
    case DYAD_FRAME_FILE_LINK: {
        auto information = read<dyad_file_info>(payload, 0);
        std::string path = payload.substr(sizeof information, information.path_size);
        filesOut[path] = {information.mode, "", payload.substr(sizeof information + information.path_size),
                          type == DYAD_FRAME_FILE_LINK, information.mtime_ns};
        fileOrder.push_back(path);
        break;
    }
    case DYAD_FRAME_MIGRATE: {
        migrations.push_back(read<uint32_t>(payload, 0));
        const int32_t answer[2] = {migrationErrno, 0};
        send(DYAD_FRAME_MIGRATED, answer, sizeof answer);
        break;
    }
    case DYAD_FRAME_FILES_END:
        filesEnded = true;
        break;
    default:
        break;
    }
}

bool FakeMonitor::step() {
    dyad_ring& ring = control->tx;
    bool moved = false;
    while (ring.head != ring.tail) {
        const char* data = reinterpret_cast<const char*>(control) + control->tx_offset;
        auto bytes = [&](uint64_t at, std::size_t size) {
            std::string text;
            for (std::size_t i = 0; i < size; ++i)
                text += data[(at + i) % control->tx_size];
            return text;
        };
        std::string header = bytes(ring.tail, 8);
        uint32_t size = read<uint32_t>(header, 4);
        handle(read<uint32_t>(header, 0), bytes(ring.tail + 8, size));
        ring.tail = ring.tail + 8 + (size + 7) / 8 * 8;
        moved = true;
    }
    answerInput();
    return push() || moved;
}
