// Files and folders through descriptors and names, with the errors POSIX asks for.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

// The expression's value, and the error if it is -1.
#define SHOW(expression)                                                                                               \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        long long result = (long long)(expression);                                                                    \
        printf("%s = %lld %s\n", #expression, result, result == -1 ? strerror(errno) : "");                            \
    } while (0)

static void make(const char *name, const char *text) {
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd))
        printf("cannot make %s: %s\n", name, strerror(errno));
}

static int visit(const char *path, const struct stat *s, int type, struct FTW *where) {
    (void)s;
    static char seen[20][100];
    static int count;
    if (path)
        snprintf(seen[count++], 100, "%s %d %d", path, type, where->level);
    else {
        qsort(seen, (size_t)count, 100, (int (*)(const void *, const void *))strcmp);
        for (int i = 0; i < count; i++)
            puts(seen[i]);
    }
    return 0;
}

int main(void) {
    umask(022);
    struct stat s;
    char text[200];
    SHOW(mkdir("d", 0755));
    SHOW(mkdir("d", 0755));
    SHOW(mkdir("no/such", 0755));
    make("d/one", "first file");
    make("d/two", "second");
    SHOW(mkdir("d/sub", 0700));
    make("d/sub/three", "3");
    SHOW(symlink("one", "d/link"));
    SHOW(symlink("absent", "d/dangling"));
    SHOW(link("d/one", "d/hard"));
    SHOW(link("d", "dirlink"));
    SHOW(readlink("d/link", text, sizeof text));
    printf("%.3s\n", text);
    SHOW(readlink("d/one", text, sizeof text));

    SHOW(stat("d/link", &s));
    printf("%o %ld %ld\n", s.st_mode, (long)s.st_size, (long)s.st_nlink);
    SHOW(lstat("d/link", &s));
    printf("%o %ld\n", s.st_mode & S_IFMT, (long)s.st_size);
    SHOW(stat("d/dangling", &s));
    SHOW(stat("d/one/x", &s));
    SHOW(stat("", &s));
    SHOW(stat("d", &s));
    printf("%o\n", s.st_mode);

    struct dirent **entries;
    int n = scandir("d", &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        printf("%s:%d ", entries[i]->d_name, entries[i]->d_type);
        free(entries[i]);
    }
    free(entries);
    DIR *folder = opendir("d");
    int count = 0;
    while (readdir(folder))
        count++;
    rewinddir(folder);
    printf("| %d %d\n", count, readdir(folder) != NULL);
    closedir(folder);
    printf("%d %s\n", opendir("d/one") == NULL, strerror(errno));
    SHOW(nftw("d", visit, 8, FTW_PHYS));
    visit(NULL, NULL, 0, NULL);

    SHOW(access("d/one", R_OK | W_OK));
    SHOW(access("d/none", F_OK));
    SHOW(chmod("d/one", 0600));
    SHOW(stat("d/one", &s));
    printf("%o\n", s.st_mode);
    SHOW(truncate("d/one", 5));
    SHOW(rename("d/one", "d/renamed"));
    SHOW(rename("d/none", "d/x"));
    SHOW(rename("d/renamed", "d/two"));
    SHOW(rename("d/sub", "d/two"));
    SHOW(rename("d", "d/sub/inside"));
    SHOW(unlink("d/none"));
    SHOW(rmdir("d"));
    SHOW(rmdir("d/two"));
    SHOW(unlink("d/dangling"));

    int fd = open("d/two", O_RDWR);
    SHOW(read(fd, text, sizeof text));
    printf("%.5s\n", text);
    SHOW(read(fd, text, 1));
    SHOW(lseek(fd, 3, SEEK_SET));
    SHOW(write(fd, "ABCDEF", 6));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(lseek(fd, -100, SEEK_CUR));
    SHOW(pwrite(fd, "z", 1, 20));
    SHOW(pread(fd, text, 30, 5));
    for (int i = 0; i < 16; i++)
        printf("%d ", text[i]);
    printf("\n");
    struct iovec vectors[2] = {{"vec", 3}, {"tors", 4}};
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(writev(fd, vectors, 2));
    SHOW(ftruncate(fd, 7));
    SHOW(lseek(fd, 0, SEEK_SET));
    char a[4], b[10];
    SHOW(readv(fd, (struct iovec[]){{a, 4}, {b, 10}}, 2));
    printf("%.4s %.3s\n", a, b);
    int copy = dup(fd);
    SHOW(lseek(copy, 2, SEEK_SET));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(dup2(fd, 20));
    SHOW(fcntl(20, F_GETFD));
    SHOW(fcntl(20, F_SETFD, FD_CLOEXEC));
    SHOW(fcntl(20, F_GETFD));
    SHOW(fcntl(fd, F_GETFL) & O_ACCMODE);
    SHOW(close(20));
    SHOW(close(20));
    SHOW(isatty(fd));
    SHOW(fsync(fd));
    SHOW(close(copy));
    SHOW(close(fd));
    SHOW(read(fd, text, 1));
    SHOW(open("d/two", O_CREAT | O_EXCL | O_WRONLY, 0644));
    SHOW(open("d", O_WRONLY));
    SHOW(open("d/none", O_RDONLY));
    SHOW(open("d/two", O_RDONLY | O_DIRECTORY));
    fd = open("d/log", O_WRONLY | O_CREAT | O_APPEND, 0644);
    SHOW(write(fd, "one ", 4));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(write(fd, "two", 3));
    SHOW(read(fd, text, 1));
    SHOW(fstat(fd, &s));
    printf("%ld %d\n", (long)s.st_size, S_ISREG(s.st_mode));
    SHOW(futimens(fd, (struct timespec[]){{1000, 5}, {2000, 7}}));
    SHOW(fstat(fd, &s));
    printf("%ld %ld\n", (long)s.st_atim.tv_sec, (long)s.st_mtim.tv_nsec);
    close(fd);

    int ends[2];
    SHOW(pipe(ends));
    SHOW(write(ends[1], "pipe!", 5));
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    SHOW(poll(&ready, 1, 0));
    SHOW(read(ends[0], text, 100));
    SHOW(poll(&ready, 1, 0));
    SHOW(close(ends[1]));
    SHOW(read(ends[0], text, 100));
    SHOW(lseek(ends[0], 0, SEEK_SET));
    close(ends[0]);

    char *here = getcwd(NULL, 0);
    SHOW(chdir("d/sub"));
    SHOW(stat("three", &s));
    SHOW(stat("../two", &s));
    printf("%s\n", strrchr(getcwd(text, sizeof text), '/'));
    printf("%d %d\n", getcwd(text, 2) == NULL, errno == ERANGE);
    SHOW(chdir(here));
    SHOW(chdir("d/two"));
    free(here);
    fd = open("d/sub", O_RDONLY | O_DIRECTORY);
    SHOW(fstatat(fd, "three", &s, 0));
    SHOW(mkdirat(fd, "deep", 0755));
    SHOW(renameat(fd, "three", AT_FDCWD, "moved"));
    SHOW(unlinkat(fd, "deep", AT_REMOVEDIR));
    SHOW(fchdir(fd));
    SHOW(chdir("../.."));
    close(fd);
    char *resolved = realpath("d/./sub/../link", NULL);
    printf("%d %s\n", resolved == NULL, strerror(errno));
    resolved = realpath("d/../d/two", NULL);
    printf("%s\n", resolved ? resolved + strlen(resolved) - 6 : "none");
    free(resolved);
    char template[] = "tmpXXXXXX";
    fd = mkstemp(template);
    printf("%d %d\n", fd >= 0, strncmp(template, "tmp", 3));
    unlink(template);
    SHOW(write(fd, "still there", 11));
    SHOW(fstat(fd, &s));
    printf("%ld\n", (long)s.st_nlink);
    char path1[] = "/usr/lib/", path2[] = "/usr/lib/";
    printf("%s %s\n", basename(path1), dirname(path2));
    memset(text, 'n', sizeof text);
    char *long_name = malloc(400);
    memset(long_name, 'n', 300);
    long_name[300] = 0;
    SHOW(open(long_name, O_RDONLY | O_CREAT, 0644));
    printf("%ld %ld\n", pathconf("/", _PC_NAME_MAX), sysconf(_SC_PAGESIZE));
    return 0;
}
