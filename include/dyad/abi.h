/* The contract between a Dyad guest and the monitor that owns its machine.
 * Specification: docs/abi.md. Plain C11 and C++20, no other header of ours.
 *
 * DYAD_ABI_VERSION is raised by one whenever a field moves, a frame type changes meaning or an address of the map
 * changes; monitor and guest refuse each other when their versions differ. New frame types at the end, and new fields
 * in bytes that were reserved and zero, do not raise it. */
#ifndef DYAD_ABI_H
#define DYAD_ABI_H

#include <stdint.h>

#ifdef __cplusplus
#define DYAD_ALIGN64 alignas(64)
#else
#define DYAD_ALIGN64 _Alignas(64)
#endif

#define DYAD_ABI_VERSION 2u
#define DYAD_PAGE_SIZE 4096u

/* -- Address map (virtual addresses; docs/address-map.md) ------------------------------------------------------- */

/* Image addresses and RAM: virtual = DYAD_IMAGE_BASE + offset into the machine's RAM, on every machine. */
#define DYAD_IMAGE_BASE 0x40000000ull
/* The control area, below the image. */
#define DYAD_CONTROL_ADDRESS 0x40100000ull
#define DYAD_CONTROL_SIZE 0x100000ull
/* First address of the common window; the private window follows it directly. */
#define DYAD_COMMON_BASE 0x40200000ull
/* No image address reaches this. */
#define DYAD_IMAGE_LIMIT 0x80000000ull
/* The arena: heap, mmap, thread-locals, portable stacks. Linear: arena address = DYAD_ARENA_BASE + offset into the
 * arena; the arena lies at dyad_control.arena_offset in RAM. */
#define DYAD_ARENA_BASE 0x100000000ull
/* Largest arena: the tender of a process machine lies above it. */
#define DYAD_ARENA_LIMIT 0x4000000000ull

/* -- Rings ------------------------------------------------------------------------------------------------------- */

/* A single-producer, single-consumer byte ring of frames. `head` and `tail` count bytes since start and only grow
 * (modulo 2^64); the producer stores head with release after the last byte of a whole frame, the consumer stores tail
 * with release after it is done with a frame. A side that is about to sleep stores 1 to its `waiting` flag, issues a full
 * fence, looks once more, and sleeps; the other side, after moving its counter and a full fence, rings the doorbell if
 * the flag is 1 (and stores 0). The guest may leave that out for frames that are not urgent: docs/abi.md, section 5. */
struct dyad_ring {
    DYAD_ALIGN64 volatile uint64_t head;             /* bytes produced */
    volatile uint32_t producer_waiting; /* the producer sleeps until there is room */
    uint32_t reserved0;
    DYAD_ALIGN64 volatile uint64_t tail; /* bytes consumed */
    volatile uint32_t consumer_waiting;              /* the consumer sleeps until there is a frame */
    uint32_t reserved1;
};

/* Every frame starts at a multiple of 8 bytes and is this header, `size` bytes of payload, and zeros up to a
 * multiple of 8. A frame may wrap around the end of the ring. */
struct dyad_frame {
    uint32_t type; /* enum dyad_frame_type */
    uint32_t size; /* payload bytes, at most DYAD_FRAME_MAX */
};
#define DYAD_FRAME_MAX 32768u

enum dyad_frame_type {
    /* guest to monitor */
    DYAD_FRAME_HELLO = 1,        /* u64 ticks now; sent once, before main; the answer is DYAD_FRAME_WELCOME */
    DYAD_FRAME_OUTPUT = 2,       /* u32 fd (1 or 2), u32 zero, bytes. In order; never lost */
    DYAD_FRAME_INPUT_WANTED = 3, /* u32 most bytes wanted (1..DYAD_FRAME_MAX-8), u32 most bytes that may be read ahead beyond
                                    them; answered once by INPUT */
    DYAD_FRAME_INPUT_POLL = 4,   /* empty; answered once by INPUT_READY, at once */
    DYAD_FRAME_SYNC = 5,         /* empty; answered by SYNCED when all output before it was written or has failed */
    DYAD_FRAME_EXIT = 6,         /* u32 kind (0 exit status, 1 signal), u32 status or signal; the last frame of a guest */
    DYAD_FRAME_LOG = 7,          /* text without newline; the monitor prints "dyad: <text>" to stderr */
    DYAD_FRAME_MAIN = 8,         /* u64 ticks now: main is about to be called (boot timeline) */
    DYAD_FRAME_MIGRATE = 10,     /* u32 wanted ISA (0 x86_64, 1 aarch64, 0xffffffff any other), u32 zero; answered once by MIGRATED */
    DYAD_FRAME_INPUT_WAIT = 9,   /* empty; answered once by INPUT_READY, as soon as a read would not block. At most one
                                    is outstanding; a later INPUT_WANTED or INPUT_POLL is served in the meantime */
    DYAD_FRAME_INPUT_TAKEN = 11, /* u32 bytes that the program took of those read ahead, u32 zero */
    /* monitor to guest */
    DYAD_FRAME_WELCOME = 33,      /* u64 tick_hz, u64 ticks, u64 real-time ns (CLOCK_REALTIME) at those ticks */
    DYAD_FRAME_INPUT = 34,        /* i32 error (0 or a Linux errno), u32 how many of the bytes, at the end, were read ahead,
                                     bytes (no bytes and no error: end of file) */
    DYAD_FRAME_INPUT_READY = 35,  /* u32 1 if a read would not block, u32 zero */
    DYAD_FRAME_SYNCED = 36,       /* i32 errno of the first failed write to fd 1 not yet told, i32 the same for fd 2 */
    DYAD_FRAME_OUTPUT_ERROR = 37, /* u32 fd, i32 errno: output to fd failed; later output to it is dropped */
    DYAD_FRAME_MIGRATED = 38,     /* i32 0, or the Linux errno why the program stayed where it was, u32 zero */
    /* files, in either direction: --fs before main (monitor to guest), --fs-out after exit (guest to monitor). Paths are
     * relative to the root, have no "." or ".." component, no leading slash, and are not terminated. A directory comes
     * before what is in it; the root itself is a directory with an empty path. DYAD_FRAME_FILES_END ends the stream, which
     * is always sent, in both directions, if the matching flag of dyad_control.flags is set. */
    DYAD_FRAME_FILE_DIRECTORY = 64, /* struct dyad_file_info, path */
    DYAD_FRAME_FILE_REGULAR = 65,   /* struct dyad_file_info, path; `size` bytes follow in DATA frames */
    DYAD_FRAME_FILE_DATA = 66,      /* bytes of the file announced last */
    DYAD_FRAME_FILE_SYMLINK = 67,   /* struct dyad_file_info with size = length of target; path, target */
    DYAD_FRAME_FILE_LINK = 68,      /* the same; target is the path of an earlier regular file (hard link) */
    DYAD_FRAME_FILES_END = 69,      /* i32 error (0, or the Linux errno that ended the copy early), u32 zero */
};

struct dyad_file_info {
    uint32_t mode; /* Linux st_mode */
    uint32_t path_size;
    uint64_t size;
    int64_t mtime_ns; /* since 1970 */
};

/* -- Crash record ------------------------------------------------------------------------------------------------ */

enum dyad_crash_cause {
    DYAD_CRASH_NONE = 0,
    DYAD_CRASH_FAULT = 1,          /* CPU fault; `signal` and `address` say which */
    DYAD_CRASH_STACK_OVERFLOW = 2, /* fault in a stack guard */
    DYAD_CRASH_SIGNAL = 3,         /* the program died by a signal it raised itself (abort) */
    DYAD_CRASH_DIVIDE = 4,         /* integer division by zero or overflow */
    DYAD_CRASH_PANIC = 5,          /* the libOS found its own state wrong; `message` */
};

enum dyad_crash_place {
    DYAD_CRASH_AT_FAULT = 1, /* `pc` is the instruction that faulted */
    DYAD_CRASH_AT_CALL = 2,  /* `pc` is the return address of the call that made the record */
};

struct dyad_crash {
    volatile uint32_t valid; /* 0 or enum dyad_crash_place; stored last, with release */
    uint32_t cause;
    uint32_t signal;     /* Linux signal number */
    uint32_t code;       /* ISA's own trap number or syndrome */
    uint64_t address;    /* faulting data address, or 0 */
    uint64_t pc;
    uint64_t sp;
    uint64_t flags;      /* rflags or pstate */
    /* x86_64: rax rbx rcx rdx rsi rdi rbp r8 ... r15 (DWARF order is the monitor's business); aarch64: x0 ... x30 */
    uint64_t registers[32];
    char message[256];
};

/* -- Migration (docs/abi.md, section 8) --------------------------------------------------------------------------- */

enum dyad_migration_state {
    DYAD_MIGRATION_RUNNING = 0,
    DYAD_MIGRATION_STOPPED = 1,   /* `registers` and the fields below them are valid; waits for `command` */
    DYAD_MIGRATION_WAITING = 2,   /* started with DYAD_FLAG_RESUME: waits for DYAD_MIGRATION_RESUME */
    DYAD_MIGRATION_FORBIDDEN = 3, /* a stop was asked for, but the program has forbidden migration for now */
};

enum dyad_migration_command {
    DYAD_MIGRATION_NONE = 0,
    DYAD_MIGRATION_CONTINUE = 1, /* to a stopped guest: go on where you are */
    DYAD_MIGRATION_RESUME = 2,   /* to a waiting guest: memory, frame records and the fields below are in place */
};

enum dyad_rounding { DYAD_ROUND_NEAREST = 0, DYAD_ROUND_DOWN = 1, DYAD_ROUND_UP = 2, DYAD_ROUND_ZERO = 3 };
enum dyad_fp_flag { DYAD_FP_INVALID = 1, DYAD_FP_DIVIDE = 2, DYAD_FP_OVERFLOW = 4, DYAD_FP_UNDERFLOW = 8, DYAD_FP_INEXACT = 16 };

/* Registers of a stopped thread, by DWARF number where there is one: x86_64 general[0..15] = rax rdx rcx rbx rsi rdi rbp
 * rsp r8 ... r15, vector[0..31] = xmm0 ... (as wide as the CPU's); aarch64 general[0..30] = x0 ... x30, [31] = sp,
 * vector[0..31] = v0 ... v31. pc is the return address of a call in portable code, sp the stack pointer
 * after that return. Stopped inside a native function (`at_call`), only what the ABI preserves is valid; at a point, all. */
struct dyad_registers {
    uint64_t pc;
    uint64_t general[32];
    DYAD_ALIGN64 uint8_t vector[32][64];
};

struct dyad_migration {
    volatile uint32_t request; /* monitor: number of the wanted stop; 0: none (points become NOPs again) */
    volatile uint32_t state;   /* guest: enum dyad_migration_state; stored last, with release */
    volatile uint32_t command; /* monitor: enum dyad_migration_command; the guest stores NONE when it takes it */
    volatile uint32_t stopped; /* guest: the request that this stop answers */
    volatile uint32_t skip;    /* monitor: let so many points pass before stopping at one; they stay traps meanwhile */
    uint32_t point_count;      /* monitor: migration points of this half: at points_offset, { u32 nop, u32 target } each, addresses
                                  of the NOP and of the code that calls __dyad_point, in rising order of nop */
    uint64_t points_offset;    /* RAM offset, inside the migration area */
    uint64_t frames_address, frames_size; /* monitor, before RESUME: the frame records; virtual address, bytes */
    uint64_t entry;                       /* monitor, before RESUME: the outermost frame's resume function */
    /* Guest, before STOPPED; monitor, before RESUME. */
    uint32_t at_call; /* 1: inside a native function, 0: at a point */
    uint32_t rounding, fp_flags; /* enum dyad_rounding, enum dyad_fp_flag */
    uint32_t reserved;
    uint64_t clock_ns, cpu_time_ns; /* __dyad_clock and __dyad_cpu_time now; UINT64_MAX if unknown */
    uint64_t tick_hz;               /* monitor: as in WELCOME */
    uint64_t thread_block, thread_block_size, thread_block_align;
    uint64_t interrupted_pc; /* guest: where the last interrupt found it, for messages */
    struct dyad_registers registers;
};

/* -- Pages: write tracking and missing pages (docs/abi.md, section 9) --------------------------------------------- */

enum dyad_pages_mode {
    DYAD_PAGES_OFF = 0,     /* pages are as open as the program wants them */
    DYAD_PAGES_TRACK = 1,   /* writing to a block for the first time in a round sets its bit */
    DYAD_PAGES_MISSING = 2, /* blocks that are not there are waited for; only to a guest that waits for DYAD_MIGRATION_RESUME */
};

/* Two bits a block, 32 blocks in a 64-bit word, lowest first. Changed by compare-and-swap only. */
enum dyad_block_state {
    DYAD_BLOCK_PRESENT = 0,
    DYAD_BLOCK_MISSING = 1,
    DYAD_BLOCK_ARRIVING = 3, /* the monitor is storing it */
};

struct dyad_pages {
    /* Monitor, before the machine starts: RAM offset and bytes of an area of private RAM, page aligned, behind the migration area, and
     * where its parts are (RAM offsets, multiples of 8). May be empty: then nothing can be asked for. */
    uint64_t area_offset, area_size;
    uint64_t dirty_offset[2];   /* bitmaps, a bit a block, lowest first in 64-bit words */
    uint64_t state_offset;      /* enum dyad_block_state of each block */
    uint64_t open_offset;       /* guest: which blocks are as open as the program wants them */
    uint64_t protection_offset; /* guest: what protection the program wants: docs/abi.md */
    /* Monitor, with the request that ends DYAD_PAGES_OFF. */
    uint64_t common_address, common_size; /* the read-write data of the common window, whole pages */
    uint32_t block_size;                  /* 4096 to 65536, a power of two */
    volatile uint32_t mode;               /* monitor: enum dyad_pages_mode wanted by `request` */
    volatile uint32_t request;            /* monitor: number of the wanted change, each another than the last */
    volatile uint32_t answered;           /* guest: the request that was answered; stored last, with release */
    volatile int32_t error;               /* guest: 0 or a Linux errno of that answer */
    volatile uint32_t active;             /* guest: the bitmap in which it sets bits; the other one is the monitor's */
    volatile uint64_t wanted;             /* guest: 1 + the block that the program waits for, or 0 */
    /* Guest: faults so far, those of them that had to wait, and how often blocks were opened that nobody wrote to, because the host
     * could not describe more pieces of memory. */
    volatile uint64_t write_faults, missing_faults, waits, coarse;
};

/* -- The control area -------------------------------------------------------------------------------------------- */

enum dyad_machine_kind { DYAD_MACHINE_QEMU = 1, DYAD_MACHINE_PROCESS = 2 };

enum dyad_control_flag {
    DYAD_FLAG_FILES_IN = 1,  /* the monitor streams --fs right after WELCOME */
    DYAD_FLAG_FILES_OUT = 2, /* the guest streams its files before EXIT */
    DYAD_FLAG_STRACE = 4,    /* log each system call */
    DYAD_FLAG_RESUME = 8,    /* wait for migration.command instead of starting the program */
};

enum dyad_stdio_kind { DYAD_STDIO_CLOSED = 0, DYAD_STDIO_TTY = 1, DYAD_STDIO_FILE = 2, DYAD_STDIO_STREAM = 3 };

/* Operations of the tender of a process machine: long call(long op, long a, long b, long c), C calling convention
 * of the ISA. Results are >= 0 or -errno. */
enum dyad_tender_op {
    DYAD_TENDER_NOTIFY = 1,  /* ring the monitor's doorbell */
    DYAD_TENDER_WAIT = 2,    /* a = deadline in ns of the tender's clock (-1: none); returns at a doorbell or the deadline */
    DYAD_TENDER_CLOCK = 3,   /* monotonic ns */
    DYAD_TENDER_PROTECT = 4, /* a = address, b = bytes, of the arena or of read-write data; c = bit 0 read, 1 write, 2 execute */
    DYAD_TENDER_DISCARD = 5, /* a = address, b = bytes: whole pages whose content becomes zero */
    DYAD_TENDER_SET_TP = 6,  /* a = value of the thread pointer register */
    DYAD_TENDER_ON_FAULT = 7,/* a = void (*)(struct dyad_crash *record, void *context): called on the tender's signal
                                stack for every synchronous fault, record filled in; returns to resume at record->pc,
                                record->sp, record->flags with first three arguments in record->registers as the ISA passes them */
    DYAD_TENDER_HALT = 8,    /* does not return */
    DYAD_TENDER_CPU_TIME = 9,/* ns of CPU time that the process has used */
    DYAD_TENDER_ON_INTERRUPT = 10, /* a = void (*)(uint64_t pc): called on the tender's signal stack at SIGUSR1, pc interrupted */
    DYAD_TENDER_OPEN_TEXT = 11,    /* a = 1: image text [b, b + c) becomes writable and not executable; 0: the reverse */
};

struct dyad_control {
    uint64_t magic; /* DYAD_CONTROL_MAGIC, stored by the monitor before the machine starts */
    uint32_t version;
    uint32_t machine; /* enum dyad_machine_kind */
    uint64_t flags;

    /* RAM, in bytes; offsets count from its start. Disjoint, page aligned. Private RAM holds native stacks and page
     * tables; the arena starts at a multiple of 2 MiB. */
    uint64_t ram_size;
    uint64_t private_offset, private_size;
    uint64_t stack_size;                  /* of the first native stack, inside private RAM, guard page not counted */
    uint64_t arena_offset, arena_size;

    /* Strings: argc + envc strings, each terminated, argv first. */
    uint32_t argc, envc;
    uint32_t strings_offset, strings_size; /* within the control area */

    uint32_t stdio[3];                     /* enum dyad_stdio_kind */
    uint16_t terminal_rows, terminal_columns; /* 0 if unknown */
    uint8_t seed[32];                      /* from the host's random source */

    /* Rings: within the control area; sizes are powers of two. */
    uint32_t tx_offset, tx_size; /* guest to monitor */
    uint32_t rx_offset, rx_size; /* monitor to guest */

    uint64_t tender_call; /* process machine: address of the tender's call function, else 0 */

    /* Guest to monitor, before anything else works. */
    volatile uint32_t boot_stage; /* 1 native entry, 2 page tables, 3 portable start; for diagnosis */
    uint32_t reserved;

    struct dyad_ring tx, rx;
    struct dyad_crash crash;

    /* The migration area: RAM offset and bytes, page aligned, at the start of private RAM (page tables come after it). It holds
     * the addresses of the points and, in a destination, the frame records. May be empty. */
    uint64_t migration_offset, migration_size;
    struct dyad_migration migration;
    struct dyad_pages pages;
};
#define DYAD_CONTROL_MAGIC 0x314c544344415944ull /* "DYADCTL1" */

#endif
