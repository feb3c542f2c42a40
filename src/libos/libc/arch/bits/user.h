/* Register sets as seen by debuggers on Linux; a Dyad program has neither ptrace nor core files, so only the type names
 * that <sys/procfs.h> and <sys/user.h> mention exist. */
#include <signal.h>

#define ELF_NGREG 40
typedef unsigned long elf_greg_t, elf_gregset_t[ELF_NGREG];
typedef struct {
    unsigned long __registers[64];
    unsigned __control[2];
} elf_fpregset_t;
