// What rename, link, unlink, mkdir and rmdir refuse, and what they leave behind.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void put(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    fputs(text, f), fclose(f);
}
static const char *get(const char *path) {
    static char text[64];
    FILE *f = fopen(path, "r");
    if (!f) return strerror(errno);
    text[fread(text, 1, 63, f)] = 0;
    fclose(f);
    return text;
}
static void try(const char *what, int result) { printf("%s: %s\n", what, result ? strerror(errno) : "ok"); }
static int exchange(int from, const char *old, int to, const char *new, unsigned flags) {
    return (int)syscall(SYS_renameat2, from, old, to, new, flags); // musl 1.2.3 has no function for it
}
#define TRY(call) try(#call, call)

int main(void) {
    put("a", "A"), put("b", "B");
    mkdir("d", 0700), mkdir("d/e", 0700), mkdir("empty", 0700), mkdir("full", 0700);
    put("full/x", "X");
    int fd = open("b", O_RDONLY);
    TRY(rename("a", "b"));
    char old = 0;
    read(fd, &old, 1);
    struct stat s;
    fstat(fd, &s);
    printf("%s %c %d %s\n", get("b"), old, (int)s.st_nlink, get("a"));
    TRY(rename("missing", "x"));
    TRY(rename("b", "b"));
    TRY(rename("b", "d"));
    TRY(rename("d", "b"));
    TRY(rename("d", "d/e/f"));
    TRY(rename("d", "full"));
    TRY(rename("d", "empty"));
    TRY(access("empty/e", F_OK));
    TRY(rename("b", "b/c"));
    TRY(rename("b", "nowhere/c"));
    TRY(rename("empty/.", "y"));
    TRY(rename("full/", "other"));
    TRY(rename("b", "slash/"));
    TRY(rename("", "y"));
    TRY(link("b", "c"));
    TRY(link("b", "c"));
    TRY(link("other", "dirlink"));
    TRY(rename("b", "c")); // the same file: both stay
    printf("%s %s\n", get("b"), get("c"));
    TRY(exchange(AT_FDCWD, "b", AT_FDCWD, "other", 1));
    TRY(exchange(AT_FDCWD, "b", AT_FDCWD, "other", 2));
    printf("%s\n", get("b/x"));
    TRY(unlink("b"));
    TRY(rmdir("b"));
    TRY(rmdir("other"));
    TRY(rmdir("."));
    TRY(mkdir("b", 0700));
    TRY(mkdir("none/b", 0700));
    TRY(mkdir("other/b", 0700));
    TRY(symlink("target", "s"));
    TRY(symlink("target", "s"));
    TRY(rename("s", "s2"));
    char text[16] = "";
    printf("%d %s\n", (int)readlink("s2", text, sizeof text), text);
    TRY(open("new", O_WRONLY | O_CREAT | O_EXCL, 0600) < 0);
    TRY(open("new", O_WRONLY | O_CREAT | O_EXCL, 0600) < 0);
    TRY(open("s2", O_WRONLY | O_CREAT | O_EXCL, 0600) < 0);
    TRY(open("s2", O_RDONLY | O_NOFOLLOW) < 0);
    TRY(open("s2", O_WRONLY | O_CREAT, 0600) < 0);
    TRY(access("target", F_OK));
    TRY(open("b", O_WRONLY) < 0);
    TRY(open("new", O_RDONLY | O_DIRECTORY) < 0);
    TRY(open("new/", O_RDONLY) < 0);
    char name[300];
    memset(name, 'n', 299), name[299] = 0;
    TRY(open(name, O_WRONLY | O_CREAT, 0600) < 0);
    name[255] = 0;
    printf("%d\n", open(name, O_WRONLY | O_CREAT, 0600) >= 0);
    return 0;
}
