// assert: silent when true; aborts when false, which a handler of SIGABRT sees.
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void aborted(int signal) {
    static const char text[] = "aborted\n";
    write(1, text, sizeof text - 1);
    _exit(signal == SIGABRT ? 3 : 4);
}

int main(int argc, char **argv) {
    (void)argv;
    assert(argc == 1);
    printf("true is silent\n");
    fflush(stdout);
    signal(SIGABRT, aborted);
    assert(argc == 2);
    return 0;
}
