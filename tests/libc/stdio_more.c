// getline, getdelim, ungetc, setvbuf, freopen, tmpfile, mkstemp, fmemopen, open_memstream, positions.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

int main(void) {
    FILE *f = fopen("lines", "w+");
    printf("%d ", setvbuf(f, NULL, _IOFBF, 16));
    fputs("first\n\nthird line, longer than any buffer of sixteen bytes\nno newline", f);
    rewind(f);
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    while ((size = getline(&line, &room, f)) >= 0)
        printf("[%zd %d]", size, line[size ? size - 1 : 0] == '\n');
    printf(" %d %d\n", feof(f), ferror(f));
    rewind(f);
    while ((size = getdelim(&line, &room, ' ', f)) >= 0) printf("<%zd>", size);
    printf("\n");
    fseek(f, 3, SEEK_SET);
    int c = getc(f);
    printf("%c %d %ld ", c, ungetc('#', f), ftell(f)), printf("%c %ld\n", getc(f), ftell(f));
    ungetc('x', f), fseek(f, 0, SEEK_CUR);
    printf("%c ", getc(f)), printf("%d ", ungetc(EOF, f));
    fpos_t at;
    fgetpos(f, &at);
    int one = getc(f);
    fsetpos(f, &at);
    printf("%d\n", one == getc(f));
    fclose(f);

    f = freopen("lines", "a+", fopen("other", "w"));
    fputs("!", f), rewind(f);
    printf("%c ", getc(f)), fseek(f, -1, SEEK_END), printf("%c\n", getc(f));
    fclose(f);
    f = tmpfile();
    fprintf(f, "%d %s", 42, "temporary"), rewind(f);
    int number;
    char word[20];
    printf("%d %d %s\n", fscanf(f, "%d %19s", &number, word), number, word);
    fclose(f);
    char template[] = "nameXXXXXX", bad[] = "nameXXX", suffix[] = "aXXXXXX.txt";
    int fd = mkstemp(template);
    printf("%d %d %d ", fd >= 0, strncmp(template, "name", 4), strstr(template, "X") && 0);
    printf("%d %d ", mkstemp(bad), errno == EINVAL), printf("%d %s\n", mkstemps(suffix, 4) >= 0, suffix + 7);
    char folder[] = "dirXXXXXX";
    printf("%d\n", mkdtemp(folder) == folder && rmdir(folder) == 0);

    char memory[16] = "0123456789";
    f = fmemopen(memory, sizeof memory, "r+");
    fseek(f, 2, SEEK_SET), fputs("ab", f), fflush(f);
    printf("%s ", memory), rewind(f), printf("%d\n", fscanf(f, "%15s", word));
    fclose(f);
    f = fmemopen(memory, 4, "w");
    printf("%d ", fputs("too long", f)), printf("%d %.4s\n", fflush(f) == EOF || ferror(f), memory), fclose(f);
    char *text;
    f = open_memstream(&text, &room);
    for (int i = 0; i < 1000; i++) fprintf(f, "%d,", i);
    fflush(f);
    printf("%zu %.10s ", room, text);
    fseek(f, 0, SEEK_SET), fputs("X", f), fclose(f);
    printf("%zu %c\n", room, text[0]);
    free(text);
    wchar_t *wide;
    f = open_wmemstream(&wide, &room);
    fwprintf(f, L"%ls %d", L"w\u00efde", 7), fclose(f);
    printf("%zu %d\n", room, wide[1] == 0xef);
    f = fopen("lines", "r");
    printf("%d %d ", fputc('x', f), ferror(f) != 0), clearerr(f), printf("%d ", ferror(f));
    printf("%d\n", getc(f));
    printf("%d %d\n", fopen("lines", "q") == NULL, errno == EINVAL);
    printf("%d %d\n", fopen("missing", "r+") == NULL, errno == ENOENT);
    f = fopen("lines", "wx");
    printf("%d %d\n", f == NULL, errno == EEXIST);
    return 0;
}
