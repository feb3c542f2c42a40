// Standard input: lines, single characters, blocks; mixed with output; end of file is final.
// stdin: first line\n\nthird, a longer line with words\nbinary \x01\x7f\xff bytes\nlast without newline
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    char line[100];
    for (int i = 0; i < 2; i++)
        printf("[%.*s]", (int)strcspn(fgets(line, sizeof line, stdin), "\n"), line);
    int c = getchar();
    printf(" %c", c);
    ungetc(toupper(c), stdin);
    printf(" %c%c\n", getchar(), getchar());
    printf("%zu %.10s\n", fread(line, 1, 10, stdin), line);
    while ((c = getchar()) != EOF)
        isprint(c) ? putchar(c) : printf("<%d>", c);
    printf("\n%d %d %d ", feof(stdin) != 0, getchar(), getchar());
    clearerr(stdin);
    printf("%d %zd\n", getchar(), read(0, line, 10));
    fprintf(stderr, "this is not compared\n");
    return 0;
}
