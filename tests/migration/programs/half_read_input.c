// Standard input read bit by bit, by character, line, number and block, moved in between: no byte is lost or seen
// twice.
// stdin: first line\nsecond line\n12 34 56.5 0x1f\nword another\n\nlast lines\nabcdefghijklmnopqrstuvwxyz0123456789\nthe end without newline
// qemu: yes
#include "check.h"
#include <unistd.h>

int main(void) {
    char line[100], word[20], other[20];
    for (int c; (c = getchar()) != '\n';) {
        work((uint64_t)c & 7);
        putchar(c);
    }
    deep_work(20, 3);
    EXPECT(fgets(line, sizeof line, stdin));
    deep_work(20, 5);
    int a, b, x;
    double d;
    EXPECT(scanf("%d", &a) == 1);
    work(27);
    EXPECT(scanf("%d %lf", &b, &d) == 2);
    work(97);
    EXPECT(scanf("%i %19s", &x, word) == 2);
    deep_work(9, 9);
    EXPECT(scanf("%19s", other) == 1);
    int blank = getchar();
    work(27);
    EXPECT(ungetc('?', stdin) == '?');
    deep_work(9, 27);
    int pushed = getchar();
    printf("|%s%d %d %g %d %s %s %d %c\n", line, a, b, d, x, word, other, blank, pushed);
    char* whole = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getline(&whole, &room, stdin)) >= 0; deep_work(10, (uint64_t)n & 15))
        printf("%zd:%s", n, whole);
    free(whole);
    EXPECT(feof(stdin) && getchar() == EOF);
    EXPECT(read(0, line, sizeof line) == 0);
    printf("\n");
    return finish();
}
