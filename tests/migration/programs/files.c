// Open files and directories with their positions: streams with half-used buffers, descriptors, appending, seeking
// back, duplicated descriptors that share a position, a pipe with bytes in it, temporary files that are already
// unlinked. fine _GNU_SOURCE
// qemu: yes
#define _GNU_SOURCE
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static APART void write_lines(const char* path, int count) {
    FILE* out = fopen(path, "w");
    EXPECT(out);
    for (int i = 0; i < count; i++) {
        fprintf(out, "line %d of %s\n", i, path);
        work((uint64_t)i & 3); // with a half-full buffer
    }
    EXPECT(fclose(out) == 0);
}

static APART unsigned read_lines(const char* path, int count) {
    FILE* in = fopen(path, "r+");
    EXPECT(in);
    char line[80], expected[80];
    unsigned sum = 0;
    for (int i = 0; i < count; i++) {
        long before = ftell(in);
        EXPECT(fgets(line, sizeof line, in));
        work((uint64_t)i & 3);
        snprintf(expected, sizeof expected, "line %d of %s\n", i, path);
        EXPECT(strcmp(line, expected) == 0 && ftell(in) == before + (long)strlen(line));
        sum = sum * 31 + (unsigned)strlen(line);
    }
    EXPECT(!fgets(line, sizeof line, in) && feof(in));
    rewind(in);
    EXPECT(fseek(in, 7, SEEK_SET) == 0 && fputc('#', in) == '#');
    work(27);
    EXPECT(fseek(in, -2, SEEK_CUR) == 0);
    sum = sum * 31 + (unsigned)getc(in);
    fclose(in);
    return sum;
}

static APART void shared_position(void) {
    int a = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600), b = dup(a), c = open("shared", O_WRONLY | O_APPEND);
    EXPECT(a >= 0 && b >= 0 && c >= 0);
    for (int i = 0; i < 40; i++) {
        char byte = (char)('a' + i % 26);
        EXPECT(write(i & 1 ? b : a, &byte, 1) == 1);
        deep_work(1, (uint64_t)i & 7);
        EXPECT(lseek(a, 0, SEEK_CUR) == lseek(b, 0, SEEK_CUR));
        if (i % 10 == 9) {
            EXPECT(write(c, "++", 2) == 2);
            EXPECT(lseek(a, 0, SEEK_END) == lseek(c, 0, SEEK_CUR));
        }
    }
    char text[80] = {0};
    ssize_t got = pread(b, text, sizeof text - 1, 3);
    printf("%zd %s\n", got, text);
    close(a), close(b), close(c);
}

static APART void unlinked_and_piped(void) {
    FILE* gone = tmpfile();
    int ends[2];
    EXPECT(gone && pipe(ends) == 0);
    unsigned sum = 0;
    for (int i = 0; i < 60; i++) {
        fprintf(gone, "%d,", i * i);
        EXPECT(write(ends[1], &i, sizeof i) == sizeof i);
        work((uint64_t)i & 7);
        if (i % 3 == 2) {
            int first;
            EXPECT(read(ends[0], &first, sizeof first) == sizeof first && first == i / 3);
            sum += (unsigned)first;
        }
    }
    rewind(gone);
    int n;
    for (int i = 0; fscanf(gone, "%d,", &n) == 1; i++) {
        EXPECT(n == i * i);
        sum = sum * 3 + (unsigned)n + (work(2) & 0);
    }
    printf("%u\n", sum);
    fclose(gone), close(ends[0]), close(ends[1]);
}

static APART void directories(void) {
    char name[40];
    mkdir("many", 0700);
    EXPECT(chdir("many") == 0);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "file-%02d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
        work(3);
    }
    DIR* folder = opendir(".");
    int seen = 0;
    for (struct dirent* entry; (entry = readdir(folder)); work((uint64_t)seen & 7))
        seen += entry->d_name[0] != '.';
    closedir(folder);
    char here[200];
    printf("%d files, in %s\n", seen, strrchr(getcwd(here, sizeof here), '/') + 1);
    EXPECT(chdir("..") == 0);
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 3);
    for (int i = 0; i < rounds; i++) {
        write_lines("first", 60 + i);
        write_lines("second", 30);
        printf("%u %u\n", read_lines("first", 60 + i), read_lines("second", 30));
        shared_position();
    }
    unlinked_and_piped();
    directories();
    struct stat info;
    EXPECT(stat("first", &info) == 0);
    printf("%ld\n", (long)info.st_size);
    return finish();
}
