# fork and what is built on it fail; the log names the system call, once.
source "$(dirname "$0")/../lib/harness.sh"

cat >a.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>
static int refused(void) { return errno == ENOSYS || errno == EAGAIN; }
int main(void) {
    char *arguments[] = {"true", NULL};
    pid_t child;
    printf("fork %d\n", fork() == -1 && refused());
    printf("vfork %d\n", vfork() == -1 && refused());
    errno = posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ);
    printf("posix_spawn %d\n", refused());
    printf("system %d\n", system("true") == -1 && refused());
    printf("popen %d\n", popen("true", "r") == NULL && refused());
    printf("wait %d\n", wait(NULL) == -1 && errno == ECHILD);
    printf("execv %d\n", execv("/bin/true", arguments) == -1 && errno == ENOSYS);
    return 0;
}
C
must_quietly dyad-cc -O1 a.c -o a
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa a
    expect_stdout 'fork 1
vfork 1
posix_spawn 1
system 1
popen 1
wait 1
execv 1'
    [ "$(grep -c '^dyad: unsupported system call clone (220)' .err)" = 1 ] || fail "expected one line about clone"
    [ "$(grep -c '^dyad: unsupported system call execve (221)' .err)" = 1 ] || fail "expected one line about execve"
done
