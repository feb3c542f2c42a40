// exit called by a signal handler: functions of atexit run in reverse, those registered meanwhile too.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
static void later(void) { printf("registered while exiting\n"); }
static void first(void) { printf("first registered, last run\n"); }
static void second(void) { printf("second\n"); atexit(later); }
static void handler(int s) { printf("handler %d\n", s); exit(7); }
int main(void) {
    atexit(first), atexit(second);
    signal(SIGTERM, handler);
    raise(SIGTERM);
    return 1;
}
