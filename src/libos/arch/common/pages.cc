// Write tracking and missing pages (pages.h).
//
// Blocks are open, as the program wants their pages, or closed: not writable while writes are tracked, not accessible
// while pages are missing. There is one CPU. `busy` keeps interrupt handlers out of what the program's own calls
// change; faults come in between anywhere, but never in the middle of a change: nothing that changes pages touches
// memory that could be closed.
#include "pages.h"
#include "bits.h"
#include "blocks.h"
#include "native.h"

namespace dyad::native {
namespace {

enum : uint32_t { kReadable = 1, kWritable = 2 };
enum : int32_t { kNoMemory = -12, kBusyNow = -16, kInvalid = -22 }; // ENOMEM, EBUSY, EINVAL

volatile dyad_pages& shared() {
    return control().pages;
}

Blocks blocks;
uint32_t mode = DYAD_PAGES_OFF;
volatile bool busy;

/// Writes to one block after another: the more there were, the more blocks are opened at once.
struct {
    uint64_t next, count;
} sequence;
constexpr uint64_t kMostAhead = 65536; // bytes

/// Faults of this round. Where they would take more than about a twentieth of the program's time, each opens more.
struct {
    uint64_t startNs, faults;
} pace;
constexpr uint64_t kFreeFaults = 256, kMostAtOnce = 0x200000; // bytes
/// A fault takes 8 us on a process machine, and another one when the next round begins (measured: signal, two changes
/// of protection).
constexpr uint64_t kNsPerFault = 200000;

/// Blocks that came while the program did not need them are opened in larger pieces.
constexpr uint64_t kMostAround = 2048;

uint32_t whenClosed(uint32_t protection) {
    if (mode == DYAD_PAGES_MISSING) return 0;
    return protection & kWritable ? +kReadable : protection;
}

/// Opens or closes the pages [start, end) of one piece. 0 or -errno.
int32_t change(uint64_t start, uint64_t end, bool open) {
    while (start < end) {
        uint64_t stop = blocks.protectionEnd(start, end);
        uint32_t protection = blocks.protectionAt(start), closed = whenClosed(protection);
        if (protection != closed)
            if (int32_t error = machine->protect(start, stop - start, open ? protection : closed)) return error;
        start = stop;
    }
    return 0;
}

int32_t changeAll(bool open) {
    for (const Blocks::Piece& piece : blocks.pieces)
        if (int32_t error = change(piece.start, piece.end, open)) return error;
    return 0;
}

/// Cannot fail for want of room to describe pieces of memory: neighbours become alike.
int32_t closeAll() {
    clearBits(blocks.open, blocks.count());
    return changeAll(false);
}

/// Nor can this, as what the program wanted could be described before: not in the order of addresses, though, before
/// all is closed.
void openAll() {
    if (!changeAll(true)) return;
    if (closeAll() || changeAll(true)) panic("the protection of memory cannot be restored on this host");
}

/// Until the block is there. Something else may be waited for in an interrupt meanwhile.
void await(uint64_t block, bool interruptible) {
    volatile dyad_pages& p = shared();
    uint64_t outer = p.wanted;
    bool told = false;
    while (mode == DYAD_PAGES_MISSING && !blocks.isPresent(block)) {
        __atomic_store_n(&p.wanted, block + 1, __ATOMIC_SEQ_CST);
        if (blocks.isPresent(block)) break;
        if (!told || interruptible) machine->notify();
        if (!told) p.waits = p.waits + 1;
        told = true;
        if (interruptible)
            machine->wait(UINT64_MAX);
        else
            machine->settle();
    }
    __atomic_store_n(&p.wanted, outer, __ATOMIC_RELEASE);
}

/// Makes blocks ready to be opened.
void ready(uint64_t first, uint64_t end, bool interruptible) {
    if (mode == DYAD_PAGES_TRACK) setBits(blocks.dirty[shared().active], first, end);
    for (; mode == DYAD_PAGES_MISSING && first < end; ++first)
        await(first, interruptible);
}

/// Opens everything: the last way out where the host has no room to describe more pieces of memory.
void openEverything(bool interruptible) {
    for (const Blocks::Piece& piece : blocks.pieces)
        ready(piece.first, piece.after, interruptible);
    if (mode == DYAD_PAGES_OFF) return; // all there meanwhile
    if (closeAll()) panic("the protection of memory cannot be changed on this host");
    openAll();
    setBits(blocks.open, 0, blocks.count());
}

/// Opens the blocks [first, end) of one piece, which are ready, and more if there is no other way.
void openBlocks(uint64_t first, uint64_t end, bool interruptible) {
    int32_t error = change(blocks.start(first), blocks.end(end - 1), true);
    if (error == kNoMemory) {
        // All between two open neighbours: that makes one piece of three.
        const Blocks::Piece& piece = blocks.pieceOfBlock(first);
        while (first > piece.first && !testBit(blocks.open, first - 1))
            --first;
        end = endOfEqual(blocks.open, end - 1, piece.after);
        shared().coarse = shared().coarse + 1;
        ready(first, end, interruptible);
        if (mode == DYAD_PAGES_OFF) return;
        error = change(blocks.start(first), blocks.end(end - 1), true);
    }
    if (error)
        openEverything(interruptible);
    else
        setBits(blocks.open, first, end);
}

/// How many blocks a fault opens.
uint64_t pacedCount() {
    uint64_t count = 1;
    if (++pace.faults <= kFreeFaults) return count;
    uint64_t planned = (machine->clock() - pace.startNs) / kNsPerFault + 1;
    while (count * planned < pace.faults - kFreeFaults && count * blocks.size() < kMostAtOnce)
        count *= 2;
    return count;
}

void openForWriting(const Blocks::Piece& piece, uint64_t block) {
    shared().write_faults = shared().write_faults + 1;
    sequence.count = block == sequence.next ? sequence.count + 1 : 0;
    uint64_t room = kMostAhead / blocks.size(), ahead = sequence.count / 2 < room ? sequence.count / 2 : room;
    uint64_t group = pacedCount(), low = block & -group, high = low + group;
    if (high < block + ahead) high = block + ahead;
    auto alike = [](uint64_t next) {
        return !testBit(blocks.open, next) && blocks.protectionAt(blocks.start(next)) & kWritable;
    };
    uint64_t first = block, end = block + 1;
    while (first > piece.first && first > low && alike(first - 1))
        --first;
    while (end < piece.after && end < high && alike(end))
        ++end;
    sequence.next = end;
    ready(first, end, false);
    openBlocks(first, end, false);
}

void openWhenThere(const Blocks::Piece& piece, uint64_t block, bool interruptible) {
    shared().missing_faults = shared().missing_faults + 1;
    await(block, interruptible);
    if (mode != DYAD_PAGES_MISSING) return;
    auto comes = [](uint64_t next) { return !testBit(blocks.open, next) && blocks.isPresent(next); };
    uint64_t first = block, end = block + 1;
    while (first > piece.first && block - first < kMostAround && comes(first - 1))
        --first;
    while (end < piece.after && end - block < kMostAround && comes(end))
        ++end;
    openBlocks(first, end, interruptible);
}

/// Changes what the program wants of [start, end) of the arena.
int32_t protect(uint64_t start, uint64_t end, uint32_t protection) {
    if (mode == DYAD_PAGES_OFF) return machine->protect(start, end - start, protection);
    const Blocks::Piece& arena = blocks.pieces[1];
    while (start < end) {
        uint64_t block = blocks.blockOf(arena, start);
        bool open = testBit(blocks.open, block);
        uint64_t stop = blocks.end(endOfEqual(blocks.open, block, arena.after) - 1);
        if (stop > end) stop = end;
        if (int32_t error = machine->protect(start, stop - start, open ? protection : whenClosed(protection)))
            return error;
        start = stop;
    }
    return 0;
}

/// Takes what is missing of [start, end) of the arena from the monitor: it will be zero.
void claim(uint64_t start, uint64_t end) {
    const Blocks::Piece& arena = blocks.pieces[1];
    for (uint64_t block = blocks.blockOf(arena, start); block < arena.after && blocks.start(block) < end; ++block) {
        bool whole = blocks.start(block) >= start && blocks.end(block) <= end;
        if (!whole || !blocks.claim(block)) await(block, true);
    }
}

int32_t perform(uint32_t wanted) {
    switch (wanted) {
    case DYAD_PAGES_OFF:
        if (mode != DYAD_PAGES_OFF) openAll();
        mode = DYAD_PAGES_OFF;
        return 0;
    case DYAD_PAGES_TRACK:
        if (mode == DYAD_PAGES_MISSING) return kBusyNow;
        if (mode == DYAD_PAGES_OFF && !blocks.configure()) return kInvalid;
        break;
    case DYAD_PAGES_MISSING:
        if (mode != DYAD_PAGES_OFF || control().migration.state != DYAD_MIGRATION_WAITING) return kBusyNow;
        if (!blocks.configure()) return kInvalid;
        break;
    default:
        return kInvalid;
    }
    mode = wanted;
    sequence = {};
    pace = {machine->clock(), 0};
    if (int32_t error = closeAll()) {
        openAll();
        mode = DYAD_PAGES_OFF;
        return error;
    }
    // Written from here on is what is written after the answer.
    shared().active = shared().active ^ 1;
    return 0;
}

/// Lives while the program's own calls change pages.
class Changing {
  public:
    Changing() {
        busy = true;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
    ~Changing() {
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        busy = false;
        servePages(); // what came meanwhile
    }
    Changing(const Changing&) = delete;
};

} // namespace

void preparePages() {
    blocks.prepare();
}

void servePages() {
    volatile dyad_pages& p = shared();
    while (!busy && p.request != p.answered) {
        busy = true;
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        // An interrupt may have answered it before `busy` kept it out; to perform it twice would lose a round.
        uint32_t request = __atomic_load_n(&p.request, __ATOMIC_ACQUIRE);
        if (request != p.answered) {
            p.error = perform(p.mode);
            __atomic_store_n(&p.answered, request, __ATOMIC_RELEASE);
            machine->notify();
        }
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        busy = false;
    }
}

bool resolveFault(uint64_t address, bool interruptible) {
    if (mode == DYAD_PAGES_OFF) return false;
    const Blocks::Piece* piece = blocks.pieceOf(address);
    if (!piece) return false;
    uint64_t block = blocks.blockOf(*piece, address);
    uint32_t protection = blocks.protectionAt(address);
    if (protection == whenClosed(protection) || testBit(blocks.open, block)) return false;
    if (mode == DYAD_PAGES_TRACK)
        openForWriting(*piece, block);
    else
        openWhenThere(*piece, block, interruptible);
    return true;
}

int32_t protectForProgram(uint64_t address, uint64_t size, uint32_t protection) {
    Changing changing;
    int32_t error = protect(address, address + size, protection);
    if (error == kNoMemory && mode != DYAD_PAGES_OFF) {
        openEverything(true);
        error = protect(address, address + size, protection);
    }
    if (!error) blocks.setProtection(address, address + size, protection);
    return error;
}

void discardForProgram(uint64_t address, uint64_t size) {
    Changing changing;
    if (mode == DYAD_PAGES_MISSING) claim(address, address + size);
    machine->discard(address, size);
    // Not before: a round in between would hand over bits of memory that is not zero yet.
    if (mode == DYAD_PAGES_TRACK && size) {
        const Blocks::Piece& arena = blocks.pieces[1];
        setBits(blocks.dirty[shared().active], blocks.blockOf(arena, address),
                blocks.blockOf(arena, address + size - 1) + 1);
    }
}

} // namespace dyad::native
