/* struct sigaction of the rt_sigaction system call, as asm-generic Linux has it: 24 bytes, no restorer, for the libOS
 * calls a handler and knows when it returns. musl stores a restorer all the same, behind what is passed. */
#include <features.h>

#define SA_RESTORER 0

struct k_sigaction {
    void (*handler)(int);
    unsigned long flags;
    unsigned mask[2];
    void (*restorer)(void);
};

hidden void __restore(), __restore_rt();
