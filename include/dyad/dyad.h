/* What a program can say and ask about its own migration. Part of Dyad's C library: programs built by dyad-cc need
 * nothing to link it. Specification: docs/migration.md, section 5.
 *
 * A program that never calls any of these moves all the same. */
#ifndef DYAD_DYAD_H
#define DYAD_DYAD_H

#ifndef __dyad__
#error "dyad/dyad.h is for programs built by dyad-cc: test for __dyad__ before including it"
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum {
    DYAD_ISA_X86_64 = 0,
    DYAD_ISA_AARCH64 = 1,
    DYAD_ISA_OTHER = -1 /* any but the one that runs */
};

/* Asks for a move to a machine of the given ISA (one of the above; the one that runs is allowed: the program moves to a new
 * machine of the same kind). Returns 0 when the program runs there, or -1 with errno set when it stayed where it was:
 *   EINVAL   no such ISA
 *   EBUSY    migration is forbidden (dyad_forbid_migration)
 *   ENOTSUP  the program was linked with -fno-migration, or the monitor cannot move it
 *   others   as the monitor says: what it needs on the host failed */
int dyad_migrate(int isa);

/* From the first to the matching last call the program stays on its machine: a move that is asked for waits. Calls nest. When the
 * last one allows migration again and a move is waiting, it happens inside that call. To allow what is not forbidden does nothing. */
void dyad_forbid_migration(void);
void dyad_allow_migration(void);

/* From now on calls function(argument) after each move, in the order in which functions were named, on the new machine.
 * Like a signal handler it may come between any two instructions of the program's own code, but not inside a system call:
 * then it comes when that ends. So it may do what a signal handler may (async-signal-safe functions), and must return.
 * Moves that end while functions are running are told once more, afterwards. Returns 0, or -1 with errno EINVAL (function
 * is null) or ENOMEM. */
int dyad_on_arrival(void (*function)(void *), void *argument);

/* The ISA that runs right now: DYAD_ISA_X86_64 or DYAD_ISA_AARCH64. Another one may run a moment later. */
int dyad_isa(void);

#ifdef __cplusplus
}
#endif

#endif
