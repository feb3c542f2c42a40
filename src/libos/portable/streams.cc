// Standard input, output and error (include/dyad/abi.h, OUTPUT, INPUT_WANTED and their relatives). Output goes into the
// ring at once and waits only when the ring is full; an error is told by the next write, fsync or close. Only the first write
// to what is no terminal is waited for: that is when full devices and readers that never were are noticed. Input is asked
// for on demand and never beyond what the program asks for: the rest is for whoever reads the host's stream next. Regular
// files are read ahead, but the host's file offset follows what the program takes, and nothing is kept while it waits.
#include "streams.h"

#include "monitor.h"
#include "signals.h"

namespace libos {

namespace {

constexpr uint32_t kInputFrame = DYAD_FRAME_MAX - 8;

uint32_t stdioKind(uint32_t fd) { return machine.control->stdio[fd]; }

Inode* streamInodes[3]; ///< null: closed from the start

/// Type and permissions of a stream, and the terminal that it is.
void describeStream(Inode* inode, uint32_t kind) {
    inode->mode = kind == DYAD_STDIO_TTY    ? L_S_IFCHR | 0620
                  : kind == DYAD_STDIO_FILE ? L_S_IFREG | 0644
                                            : L_S_IFIFO | 0600;
    inode->device = kind == DYAD_STDIO_TTY ? 136 << 8 : 0; // /dev/pts/0
}

/// /dev/tty reads from standard input and writes to the first output that is a terminal.
uint32_t outputOf(const File* file) {
    if (file->inode->kind == InodeKind::Terminal)
        return stdioKind(2) == DYAD_STDIO_TTY && stdioKind(1) != DYAD_STDIO_TTY ? 2 : 1;
    // A terminal on standard input may be written to; it is the same terminal.
    return file->inode->stream == 2 ? 2 : 1;
}

long takeError(uint32_t fd) {
    int32_t error = monitor.outputError[fd - 1];
    if (!error) return 0;
    if (error == L_EPIPE) raiseSignal(L_SIGPIPE, L_SI_USER);
    return -error;
}

bool inputAtHand() { return monitor.inputAt < monitor.inputSize || monitor.inputEnd || monitor.inputError; }

/// Whether a read would not block, asking the monitor if need be.
bool askIfReady() {
    receive();
    if (inputAtHand() || monitor.inputReady) return true;
    transmit(DYAD_FRAME_INPUT_POLL, nullptr, 0, nullptr, 0);
    ++monitor.pollsSent;
    while (monitor.pollsSent && !monitor.inputReady && !inputAtHand())
        waitForMonitor(kForever);
    return inputAtHand() || monitor.inputReady;
}

void wantInput(size_t size) {
    if (monitor.inputWanted) return;
    const uint32_t most = static_cast<uint32_t>(smaller<size_t>(size, kInputFrame));
    const uint32_t wanted[2] = {most, stdioKind(0) == DYAD_STDIO_FILE ? kInputFrame - most : 0};
    monitor.inputWanted = true;
    monitor.inputReady = false;
    transmit(DYAD_FRAME_INPUT_WANTED, wanted, sizeof wanted, nullptr, 0);
}

/// Takes bytes out of the buffer, and tells the monitor if they were read ahead.
void takeInput(char* to, size_t size) {
    memcpy(to, monitor.input + monitor.inputAt, size);
    monitor.inputAt += static_cast<uint32_t>(size);
    uint32_t left = monitor.inputSize - monitor.inputAt;
    if (monitor.inputAhead <= left) return;
    const uint32_t taken[2] = {monitor.inputAhead - left, 0};
    monitor.inputAhead = left;
    transmit(DYAD_FRAME_INPUT_TAKEN, taken, sizeof taken, nullptr, 0, Hurry::Later);
}

} // namespace

bool haveTerminal() {
    for (uint32_t fd = 0; fd < 3; ++fd)
        if (stdioKind(fd) == DYAD_STDIO_TTY) return true;
    return false;
}

bool initialiseStreams() {
    for (uint32_t fd = 0; fd < 3; ++fd) {
        uint32_t kind = stdioKind(fd);
        streamInodes[fd] = nullptr;
        if (kind == DYAD_STDIO_CLOSED) continue;
        Inode* inode = newInode(InodeKind::Stream, 0);
        if (!inode) return false;
        describeStream(inode, kind);
        streamInodes[fd] = inode;
        inode->links = 1; // never freed
        inode->stream = static_cast<uint8_t>(fd);
        inode->synthetic = true;
        uint32_t access = kind == DYAD_STDIO_TTY ? L_O_RDWR : fd == 0 ? L_O_RDONLY : L_O_WRONLY;
        File* file = openInode(inode, access | (kind == DYAD_STDIO_FILE && fd ? +L_O_APPEND : 0u));
        if (!file || installAt(file, false, static_cast<int>(fd)) < 0) return false;
        if (descriptors.lowestFree == fd) descriptors.lowestFree = fd + 1;
    }
    return true;
}

void refreshStreams() {
    forgetReadAhead(); // of a file that is another monitor's
    for (uint32_t fd = 0; fd < 3; ++fd)
        if (streamInodes[fd] && stdioKind(fd) != DYAD_STDIO_CLOSED) describeStream(streamInodes[fd], stdioKind(fd));
}

long readStream(File* file, char* to, size_t size, bool mayBlock) {
    if (!size) return 0;
    size_t expected = larger(size, monitor.inputExpected);
    monitor.inputExpected = 0; // also if a fault in the program's buffer ends the call here
    if (!inputAtHand()) {
        if (!monitor.input && !(monitor.input = static_cast<char*>(allocate(kInputFrame)))) return -L_ENOMEM;
        if ((file->nonBlocking() || !mayBlock) && !askIfReady()) return -L_EAGAIN;
        if (!inputAtHand()) wantInput(expected);
        while (!inputAtHand()) {
            if (signalWaiting()) return -L_ERESTART; // what arrives later waits for the next read
            waitForMonitor(kForever);
        }
    }
    if (monitor.inputAt < monitor.inputSize) {
        size = smaller<size_t>(size, monitor.inputSize - monitor.inputAt);
        takeInput(to, size);
        return static_cast<long>(size);
    }
    int32_t error = monitor.inputError;
    monitor.inputError = 0;
    monitor.inputEnd = false; // a terminal may go on after an end of file
    return -error;
}

long writeStream(const File* file, const char* from, size_t size) {
    uint32_t fd = outputOf(file);
    receive();
    if (long error = takeError(fd)) return error;
    const uint32_t header[2] = {fd, 0};
    size_t most = frameRoom() - sizeof header;
    // Somebody looks at a terminal; elsewhere many small writes go together.
    Hurry hurry = stdioKind(fd) == DYAD_STDIO_TTY ? Hurry::Now : Hurry::Later;
    for (size_t done = 0; done < size;) {
        size_t part = smaller(size - done, most);
        transmit(DYAD_FRAME_OUTPUT, header, sizeof header, from + done, part, hurry);
        done += part;
    }
    if (!monitor.outputTried[fd - 1] && stdioKind(fd) != DYAD_STDIO_TTY) {
        syncOutput();
        monitor.outputTried[fd - 1] = true;
        if (long error = takeError(fd)) return error;
    }
    return static_cast<long>(size);
}

int pollStream(const File* file, bool askMonitor) {
    int events = 0;
    if (file->writable()) {
        receive();
        events |= L_POLLOUT | L_POLLWRNORM;
        if (monitor.outputError[outputOf(file) - 1]) events |= L_POLLERR;
    }
    if (file->readable()) {
        receive();
        if (inputAtHand() || monitor.inputReady || (askMonitor && askIfReady())) events |= L_POLLIN | L_POLLRDNORM;
    }
    return events;
}

void expectInput() {
    if (monitor.waitsSent || inputAtHand() || monitor.inputReady) return;
    ++monitor.waitsSent;
    transmit(DYAD_FRAME_INPUT_WAIT, nullptr, 0, nullptr, 0);
}

long syncStream(const File* file) {
    if (!file->writable()) return 0;
    syncOutput();
    return takeError(outputOf(file));
}

long closeOutput() {
    syncOutput();
    for (uint32_t fd = 1; fd <= 2; ++fd)
        if (int32_t error = monitor.outputError[fd - 1]) return -error;
    return 0;
}

uint32_t bufferedInput() { return monitor.inputSize - monitor.inputAt; }

} // namespace libos
