// The guest's ends of the two rings and what the monitor has told us so far (include/dyad/abi.h, "Rings").
#pragma once

#include "base.h"

#include "../native.h"

namespace libos {

/// What the machine gave us at start.
struct Machine {
    dyad_control* control;
    uintptr_t arena; ///< first address
    uint64_t arenaSize;
    bool anyPointer; ///< unit tests: buffers lie outside the machine's memory
};
extern Machine machine;

/// What the monitor has said, kept until somebody asks for it.
struct MonitorState {
    bool welcomed;
    uint64_t tickHz, welcomeTicks;
    int64_t realTimeNs;
    uint32_t syncsSent, syncsDone;
    int32_t outputError[2]; ///< errno of the first write to fd 1, 2 that failed: later ones fail alike
    bool outputTried[2];    ///< a first write was waited for
    bool filesEnded;
    // Standard input
    size_t inputExpected;          ///< readv: what all buffers of the call together hold, else 0
    bool inputWanted;              ///< an INPUT_WANTED is unanswered
    bool inputReady;               ///< told by INPUT_READY, not read since
    uint32_t pollsSent, waitsSent; ///< unanswered INPUT_POLL, INPUT_WAIT
    bool inputEnd;                 ///< the last INPUT was end of file, not yet given to a read
    int32_t inputError;            ///< the last INPUT was an error, not yet given to a read
    char* input;                   ///< bytes that no read has taken: [inputAt, inputSize)
    uint32_t inputAt, inputSize;
    uint32_t inputAhead; ///< so many of them, at the end, were read ahead: they still belong to the host's stream
};
extern MonitorState monitor;

/// Whether the monitor is woken for a frame, or may see it when it looks next: when a quarter of the ring is full, when
/// the guest waits, or by itself after a while (docs/abi.md, section 5).
enum class Hurry { Now, Later };

/// Appends a frame of two pieces to the transmit ring, in order; waits for room. The whole payload must fit
/// frameRoom().
void transmit(uint32_t type, const void* a, size_t aSize, const void* b, size_t bSize, Hurry hurry = Hurry::Now);
/// Forgets what was read ahead of standard input: the host's file may be another when it is read again.
void forgetReadAhead();
/// Largest payload that one frame may carry.
size_t frameRoom();
/// Handles every frame that has arrived; does not wait. Returns whether there was one.
bool receive();
/// Sleeps until a frame arrives or `deadline` (ns of __dyad_clock) passes or a timer of the program fires; then handles
/// what has arrived. May return early.
void waitForMonitor(uint64_t deadline);
/// Waits until all output so far was written or has failed.
void syncOutput();

} // namespace libos
