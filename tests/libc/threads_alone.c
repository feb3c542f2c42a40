// <pthread.h> and <threads.h> as far as one thread goes: locks, once, keys, attributes, cancellation state.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <threads.h>
#include <time.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int runs;

static void initialise(void) { runs++; }
static void destroy(void *value) { printf("destroyed %s\n", (char *)value); }
static void cleanup(void *value) { printf("cleanup %d\n", *(int *)value); }

int main(void) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, recursive, checking;
    pthread_mutexattr_t attribute;
    pthread_mutexattr_init(&attribute);
    pthread_mutexattr_settype(&attribute, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&recursive, &attribute);
    pthread_mutexattr_settype(&attribute, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checking, &attribute);
    printf("%d %d %d\n", pthread_mutex_lock(&mutex), pthread_mutex_trylock(&mutex) == EBUSY, pthread_mutex_unlock(&mutex));
    printf("%d %d %d %d %d\n", pthread_mutex_lock(&recursive), pthread_mutex_lock(&recursive), pthread_mutex_unlock(&recursive), pthread_mutex_unlock(&recursive),
           pthread_mutex_unlock(&recursive) == EPERM);
    printf("%d %d %d\n", pthread_mutex_lock(&checking), pthread_mutex_lock(&checking) == EDEADLK, pthread_mutex_unlock(&checking));
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 5000000;
    if (soon.tv_nsec >= 1000000000)
        soon.tv_nsec -= 1000000000, soon.tv_sec++;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&mutex);
    printf("%d %d\n", pthread_cond_signal(&condition), pthread_cond_timedwait(&condition, &mutex, &soon) == ETIMEDOUT);
    printf("%d\n", pthread_mutex_timedlock(&mutex, &soon) == ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
    pthread_once(&once, initialise), pthread_once(&once, initialise);
    printf("%d\n", runs);
    printf("%d %d %s ", pthread_key_create(&key, destroy), pthread_getspecific(key) == NULL, "");
    printf("%d %s\n", pthread_setspecific(key, "value"), (char *)pthread_getspecific(key));
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    printf("%d %d %d ", pthread_rwlock_rdlock(&lock), pthread_rwlock_tryrdlock(&lock), pthread_rwlock_trywrlock(&lock) == EBUSY);
    printf("%d %d %d\n", pthread_rwlock_unlock(&lock), pthread_rwlock_unlock(&lock), pthread_rwlock_wrlock(&lock));
    sem_t semaphore;
    int count;
    sem_init(&semaphore, 0, 2);
    printf("%d %d %d ", sem_wait(&semaphore), sem_trywait(&semaphore), sem_trywait(&semaphore) == -1 && errno == EAGAIN);
    sem_post(&semaphore);
    sem_getvalue(&semaphore, &count);
    printf("%d\n", count);
    pthread_attr_t thread;
    size_t size;
    pthread_attr_init(&thread);
    printf("%d %d ", pthread_attr_setstacksize(&thread, 100000), pthread_attr_setstacksize(&thread, 1) == EINVAL);
    pthread_attr_getstacksize(&thread, &size);
    printf("%zu\n", size);
    int old;
    printf("%d %d ", pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old), old);
    printf("%d %d %d\n", pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old), old, pthread_equal(pthread_self(), pthread_self()));
    int number = 5;
    pthread_cleanup_push(cleanup, &number);
    number++;
    pthread_cleanup_pop(1);
    mtx_t c11;
    printf("%d %d %d %d\n", mtx_init(&c11, mtx_plain), mtx_lock(&c11), mtx_trylock(&c11) == thrd_busy, mtx_unlock(&c11));
    pthread_spinlock_t spin;
    pthread_spin_init(&spin, 0);
    printf("%d %d %d\n", pthread_spin_lock(&spin), pthread_spin_trylock(&spin) == EBUSY, pthread_spin_unlock(&spin));
    fflush(stdout);
    pthread_exit(NULL); // the last thread: status 0, key destroyed, streams flushed
}
