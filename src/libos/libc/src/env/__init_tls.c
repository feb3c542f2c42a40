/* Start of the first thread, in place of musl's src/env/__init_tls.c (docs/libc.md).
 *
 * The libOS has set up the block of thread-locals before __libc_start_main, from the image's own symbols rather than from
 * program headers. What is left is musl's thread descriptor, and the thread-local that points to it. */
#define SYSCALL_NO_TLS 1
#include <stddef.h>
#include <string.h>

#include "atomic.h"
#include "libc.h"
#include "pthread_impl.h"
#include "syscall.h"

volatile int __thread_list_lock;

_Thread_local struct pthread *__dyad_self;

/* What __copy_tls lays out: a thread needs a descriptor; its thread-locals are the libOS's business. */
struct thread_block {
    struct pthread descriptor;
    uintptr_t dtv[2];
};

static struct thread_block first_thread;

int __init_tp(void *p) {
    pthread_t self = p;
    self->self = self;
    __dyad_self = self;
    libc.can_do_threads = 1; /* pthread_create reports EAGAIN, from __clone, rather than ENOSYS */
    self->detach_state = DT_JOINABLE;
    self->tid = __syscall(SYS_set_tid_address, &__thread_list_lock);
    self->locale = &libc.global_locale;
    self->robust_list.head = &self->robust_list.head;
    self->sysinfo = __sysinfo;
    self->next = self->prev = self;
    return 0;
}

void *__copy_tls(unsigned char *mem) {
    mem += -(uintptr_t)mem & (libc.tls_align - 1);
    struct thread_block *block = (struct thread_block *)mem;
    memset(block, 0, sizeof *block);
    block->descriptor.dtv = block->dtv; /* no module is ever loaded: dtv[0], the generation, stays 0 */
    return &block->descriptor;
}

void __init_tls(size_t *aux) {
    libc.tls_align = 16;
    libc.tls_size = (sizeof(struct thread_block) + 2 * libc.tls_align - 1) & -libc.tls_align;
    first_thread.descriptor.dtv = first_thread.dtv;
    __init_tp(&first_thread.descriptor);
}
