// Streams on files: modes, buffering, seeking, pushback, memory streams, errors.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bits.h"

static long size_of(const char *name) {
    struct stat s;
    return stat(name, &s) ? -1 : (long)s.st_size;
}

static ssize_t cookie_write(void *cookie, const char *data, size_t size) {
    *(size_t *)cookie += size;
    return (ssize_t)size;
}

int main(void) {
    FILE *f = fopen("absent", "r");
    printf("%d %d\n", f == NULL, errno == ENOENT);
    printf("%d\n", fopen("x", "q") == NULL && errno == EINVAL);
    f = fopen("file", "w+");
    static char buffer[100];
    printf("%d ", setvbuf(f, buffer, _IOFBF, sizeof buffer));
    fprintf(f, "0123456789");
    printf("%ld ", size_of("file"));
    fflush(f);
    printf("%ld %ld\n", size_of("file"), ftell(f));
    for (int i = 0; i < 50; i++)
        fputs("abcdefgh\n", f);
    printf("%ld %ld\n", size_of("file"), ftell(f));
    fseek(f, -20, SEEK_CUR);
    printf("%c %ld ", getc(f), ftell(f));
    printf("%d %d ", ungetc('X', f), ungetc('Y', f));
    printf("%ld %c%c%c ", ftell(f), getc(f), getc(f), getc(f));
    fseek(f, 5, SEEK_SET);
    fwrite("WRITE", 1, 5, f);
    fseek(f, 3, SEEK_SET);
    char line[64];
    printf("%s", fgets(line, sizeof line, f));
    fpos_t position;
    fgetpos(f, &position);
    printf("%.9s ", fgets(line, sizeof line, f));
    fsetpos(f, &position);
    printf("%.9s ", fgets(line, 4, f));
    printf("%d %ld\n", fseek(f, 0, SEEK_END), ftell(f));
    printf("%d %d %d ", getc(f), feof(f) != 0, ferror(f) != 0);
    rewind(f);
    printf("%d %d\n", feof(f) != 0, fseek(f, -1, SEEK_SET));
    fseek(f, 1000, SEEK_SET);
    putc('!', f);
    fclose(f);
    printf("%ld\n", size_of("file"));

    f = fopen("file", "a+");
    fputs("tail", f);
    rewind(f);
    printf("%c ", getc(f));
    fseek(f, 0, SEEK_SET);
    fputs("more", f);
    printf("%ld ", ftell(f));
    fclose(f);
    f = fopen("file", "r");
    printf("%d %d ", fputc('x', f), ferror(f) != 0);
    clearerr(f);
    printf("%d\n", ferror(f) != 0);
    char *text = NULL;
    size_t room = 0;
    uint64_t hash = HASH_START;
    ssize_t length;
    int lines = 0;
    while ((length = getline(&text, &room, f)) > 0)
        hash = hash_bytes(hash, text, (size_t)length), lines++;
    printf("%d %016llx\n", lines, (unsigned long long)hash);
    rewind(f);
    length = getdelim(&text, &room, 'e', f);
    printf("%zd %s\n", length, text);
    free(text);
    printf("%d %zu\n", freopen("other", "wx", f) != NULL, fwrite("abcdef", 2, 3, f));
    fclose(f);
    printf("%d ", fopen("other", "wx") == NULL && errno == EEXIST);
    f = fopen("other", "r+");
    printf("%zu %zu %d\n", fread(line, 4, 1, f), fread(line + 4, 1, 10, f), feof(f) != 0);
    fclose(f);
    printf("%.6s %d %d\n", line, remove("other"), remove("other") == -1 && errno == ENOENT);

    f = tmpfile();
    for (int i = 0; i < 100000; i++)
        fprintf(f, "%d\n", i * 7);
    rewind(f);
    long total = 0;
    int value;
    while (fscanf(f, "%d", &value) == 1)
        total += value;
    printf("%ld %ld\n", total, ftell(f));
    static unsigned char block[70000];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (unsigned char)random_bits();
    hash = hash_bytes(HASH_START, block, sizeof block);
    rewind(f);
    fwrite(block, 7, 10000, f);
    rewind(f);
    memset(block, 0, sizeof block);
    printf("%zu ", fread(block, 1000, 70, f));
    printf("%d\n", hash == hash_bytes(HASH_START, block, sizeof block));
    fclose(f);

    char memory[32] = "initial";
    f = fmemopen(memory, sizeof memory, "r+");
    fseek(f, 2, SEEK_SET);
    fputs("XYZ", f);
    fclose(f);
    printf("%s ", memory);
    char *grown;
    size_t grown_size;
    f = open_memstream(&grown, &grown_size);
    for (int i = 0; i < 300; i++)
        fprintf(f, "%d,", i);
    fclose(f);
    printf("%zu %.12s\n", grown_size, grown);
    free(grown);
    size_t written = 0;
    f = fopencookie(&written, "w", (cookie_io_functions_t){.write = cookie_write});
    fprintf(f, "%0100d", 1);
    fclose(f);
    printf("%zu\n", written);
    int pair[2];
    if (pipe(pair) == 0) {
        FILE *in = fdopen(pair[0], "r"), *out = fdopen(pair[1], "w");
        setlinebuf(out);
        fputs("through a pipe\npartial", out);
        printf("%s", fgets(line, sizeof line, in));
        printf("%zu %d\n", __fpending(out), fileno(in) == pair[0]);
        fclose(out);
        printf("%s %d\n", fgets(line, sizeof line, in), getc(in));
        fclose(in);
    }
    return 0;
}
