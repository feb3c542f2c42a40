/* What happens before main, in place of musl's src/env/__libc_start_main.c: no program of ours is set-user-ID, so standard
 * descriptors that are closed stay so, and what would open them is not in every program. */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc.h"

extern weak hidden void (*const __init_array_start)(void), (*const __init_array_end)(void);

static void no_stack_protector(void *random) { (void)random; }
weak_alias(no_stack_protector, __init_ssp);

/* `rest`: environment and auxiliary vector, each ended by a zero. */
static void take_environment(char **rest, char *name) {
    enum { kinds = AT_MINSIGSTKSZ + 1 };
    size_t values[kinds] = {0};
    __environ = rest;
    while (*rest++)
        ;
    libc.auxv = (size_t *)rest;
    for (const size_t *entry = libc.auxv; entry[0]; entry += 2)
        if (entry[0] < kinds) values[entry[0]] = entry[1];
    libc.page_size = values[AT_PAGESZ];
    __hwcap = values[AT_HWCAP];

    if (!name) name = values[AT_EXECFN] ? (char *)values[AT_EXECFN] : "";
    char *last = strrchr(name, '/');
    __progname_full = name;
    __progname = last ? last + 1 : name;

    __init_tls(values);
    __init_ssp((void *)values[AT_RANDOM]);
}

/* Not inlined: a frame that the stack protector guards must not be set up before its value is there. main is not inlined
 * into this either: it is what debuggers stop in and what backtraces name. */
static _Noreturn __attribute__((__noinline__)) void run_program(int (*main)(int, char **, char **), int argc,
                                                                char **argv) {
    for (void (*const *constructor)(void) = &__init_array_start; constructor != &__init_array_end; ++constructor)
        (*constructor)();
    int status;
    [[clang::noinline]] status = main(argc, argv, __environ);
    exit(status);
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*loader)(void)) {
    take_environment(argv + argc + 1, argv[0]);
    run_program(main, argc, argv);
}
