// Pipes within the program (pipe(7)): one ring of 64 KiB, writes of up to PIPE_BUF bytes are whole or not at all.
// As long as there is one thread, blocking on a pipe would be for ever unless a timer's signal ends it: the call then
// fails with EDEADLK and says so.
#include "pipe.h"

#include "file.h"
#include "log.h"
#include "signals.h"

namespace libos {

Inode* newPipe() {
    Pipe* pipe = create<Pipe>();
    Inode* inode = pipe ? newInode(InodeKind::Pipe, L_S_IFIFO | 0600) : nullptr;
    if (inode && (pipe->bytes = static_cast<char*>(takePages(Pipe::kCapacity)))) {
        inode->pipe = pipe;
        return inode;
    }
    if (inode) {
        inode->pipe = pipe;
        dropIfUnused(inode);
    } else if (pipe) {
        destroy(pipe);
    }
    return nullptr;
}

void freePipe(Pipe* pipe) {
    if (pipe->bytes) releasePages(pipe->bytes, Pipe::kCapacity);
    destroy(pipe);
}

namespace {
/// Nothing but a signal can end this wait.
long block(const char* what) {
    if (timerDeadline() == kForever) {
        (Line() << what << " would wait for ever: the program has no other thread").log();
        return -L_EDEADLK;
    }
    waitForSignal(kForever);
    return -L_ERESTART;
}
} // namespace

long readPipe(File* file, char* to, size_t size, bool mayBlock) {
    Pipe& pipe = *file->inode->pipe;
    if (!size) return 0;
    if (!pipe.used()) {
        if (!pipe.writers) return 0;
        if (file->nonBlocking() || !mayBlock) return -L_EAGAIN;
        return block("reading an empty pipe");
    }
    size = smaller<size_t>(size, pipe.used());
    uint32_t place = static_cast<uint32_t>(pipe.tail % Pipe::kCapacity);
    size_t first = smaller<size_t>(size, Pipe::kCapacity - place);
    memcpy(to, pipe.bytes + place, first);
    memcpy(to + first, pipe.bytes, size - first);
    pipe.tail += size;
    return static_cast<long>(size);
}

long writePipe(File* file, const char* from, size_t size, bool mayBlock) {
    Pipe& pipe = *file->inode->pipe;
    if (!pipe.readers) {
        raiseSignal(L_SIGPIPE, L_SI_USER);
        return -L_EPIPE;
    }
    if (!size) return 0;
    if (!pipe.room() || (size <= L_PIPE_BUF && size > pipe.room())) {
        if (file->nonBlocking() || !mayBlock) return -L_EAGAIN;
        return block("writing to a full pipe");
    }
    // A longer write is cut short here; the next one will find the pipe full.
    size = smaller<size_t>(size, pipe.room());
    uint32_t place = static_cast<uint32_t>(pipe.head % Pipe::kCapacity);
    size_t first = smaller<size_t>(size, Pipe::kCapacity - place);
    memcpy(pipe.bytes + place, from, first);
    memcpy(pipe.bytes, from + first, size - first);
    pipe.head += size;
    return static_cast<long>(size);
}

int pollPipe(const File* file) {
    const Pipe& pipe = *file->inode->pipe;
    int events = 0;
    if (file->readable()) {
        if (pipe.used()) events |= L_POLLIN | L_POLLRDNORM;
        if (!pipe.writers) events |= L_POLLHUP;
    }
    if (file->writable()) {
        if (pipe.room() >= L_PIPE_BUF) events |= L_POLLOUT | L_POLLWRNORM;
        if (!pipe.readers) events |= L_POLLERR;
    }
    return events;
}

} // namespace libos
