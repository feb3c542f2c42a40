/* The current thread's descriptor, through a thread-local of the portable module: thread-locals have one layout in both
 * halves, so this needs no ISA's thread pointer register. Set by __init_tls for the first thread. */
struct __pthread;
extern hidden _Thread_local struct __pthread *__dyad_self;

static inline uintptr_t __get_tp(void) { return (uintptr_t)__dyad_self; }
