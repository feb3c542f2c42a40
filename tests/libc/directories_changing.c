// Directory streams while names come and go; positions; scandir, ftw, nftw, realpath.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void touch(const char *path) { close(open(path, O_WRONLY | O_CREAT, 0600)); }
static int only_odd(const struct dirent *e) { return e->d_name[0] == 'f' && (e->d_name[strlen(e->d_name) - 1] & 1); }
static int files, folders, links, bytes, deepest;
static int visit(const char *path, const struct stat *s, int kind, struct FTW *at) {
    (void)path;
    files += kind == FTW_F, folders += kind == FTW_D || kind == FTW_DP, links += kind == FTW_SL || kind == FTW_SLN;
    bytes += kind == FTW_F ? (int)s->st_size : 0;
    deepest = at->level > deepest ? at->level : deepest;
    return 0;
}
static int plain(const char *path, const struct stat *s, int kind) { (void)s, (void)kind; return strstr(path, "stop") ? 42 : 0; }
static int removing(const char *path, const struct stat *s, int kind, struct FTW *at) { (void)s, (void)kind, (void)at; return remove(path); }

int main(void) {
    char name[64], path[PATH_MAX], start[PATH_MAX];
    mkdir("d", 0700);
    for (int i = 0; i < 500; i++)
        sprintf(name, "d/f%03d", i), touch(name);
    // Everything that was there all the time is seen once, although others go and come.
    static int seen[1000];
    DIR *d = opendir("d");
    struct dirent *e;
    int count = 0, removed = 0;
    while ((e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        int i = atoi(e->d_name + 1);
        seen[i]++, count++;
        if (i % 2 == 0)
            sprintf(name, "d/f%03d", i), removed += unlink(name) == 0;
        if (count < 100)
            sprintf(name, "d/f%03d", 500 + count), touch(name);
    }
    int odd_once = 0;
    for (int i = 1; i < 500; i += 2)
        odd_once += seen[i] == 1;
    printf("%d %d\n", odd_once, removed >= 250);
    rewinddir(d);
    for (count = 0; (e = readdir(d)); count++) {}
    printf("after rewind %d\n", count == 2 + 500 + 99 - removed);
    rewinddir(d);
    for (int i = 0; i < 10; i++) readdir(d);
    long at = telldir(d);
    strcpy(name, readdir(d)->d_name);
    while (readdir(d)) {}
    seekdir(d, at);
    printf("seekdir %d\n", strcmp(name, readdir(d)->d_name) == 0);
    closedir(d);
    printf("opendir file %d ", opendir("d/f001") == NULL), printf("%d\n", errno == ENOTDIR);
    printf("rmdir %d %d\n", rmdir("d"), errno == ENOTEMPTY || errno == EEXIST);
    struct dirent **list;
    int n = scandir("d", &list, only_odd, alphasort);
    printf("scandir %d %s %s\n", n > 250, list[0]->d_name, list[1]->d_name);
    for (int i = 0; i < n; i++) free(list[i]);
    free(list);

    mkdir("t", 0700), mkdir("t/a", 0700), mkdir("t/a/b", 0700), mkdir("t/a/b/c", 0700);
    FILE *f = fopen("t/a/b/c/file", "w");
    fputs("1234567890", f), fclose(f);
    symlink("../a", "t/a/link"), symlink("nowhere", "t/dangling"), symlink("loop", "t/loop");
    printf("nftw %d: ", nftw("t", visit, 10, FTW_PHYS)), printf("%d %d %d %d %d\n", files, folders, links, bytes, deepest);
    touch("t/a/stop");
    printf("ftw %d\n", ftw("t", plain, 10));
    getcwd(start, sizeof start);
    size_t root = strcmp(start, "/") ? strlen(start) : 0;
    printf("%s %d\n", realpath("t/a/link/b/../b/./c//file", path) ? path + root : "-", realpath("t/loop", path) == NULL && errno == ELOOP);
    printf("%d ", realpath("t/dangling", path) == NULL && errno == ENOENT), printf("%d\n", realpath("t/a/b/c/file/x", path) == NULL && errno == ENOTDIR);
    printf("remove %d %d\n", nftw("t", removing, 10, FTW_PHYS | FTW_DEPTH), access("t", F_OK) == -1 && errno == ENOENT);
    // A directory that is gone can still be held.
    mkdir("gone", 0700);
    int fd = open("gone", O_RDONLY | O_DIRECTORY);
    printf("%d %d ", rmdir("gone"), openat(fd, "new", O_CREAT | O_WRONLY, 0600) == -1 && errno == ENOENT);
    struct stat s;
    printf("%d %d\n", fstat(fd, &s), (int)s.st_nlink);
    return 0;
}
