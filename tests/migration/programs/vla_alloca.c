// Arrays of run-time size and alloca: in loops, in recursion, of several dimensions, with pointers between them.
#include "check.h"
#include <alloca.h>

static APART long triangle(int n) {
    int table[n][n + 1];
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            table[i][j] = j == 0 || j == i ? 1 : (table[i - 1][j - 1] + table[i - 1][j]) % 10007;
    long sum = (long)(work((uint64_t)n) & 0);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            sum = (sum * 3 + table[i][j]) % 1000003;
    return sum + (long)sizeof table;
}

struct link {
    struct link* next;
    int value;
};

// alloca in a loop: the stack grows with every turn, while earlier blocks stay in use.
static APART long chain(int n) {
    struct link* head = NULL;
    for (int i = 0; i < n; i++) {
        struct link* l = alloca(sizeof *l + (size_t)(i % 5) * 8);
        l->value = i + (int)(work((uint64_t)i & 15) & 0);
        l->next = head;
        head = l;
    }
    long sum = 0;
    for (struct link* l = head; l; l = l->next)
        sum = sum * 7 + l->value;
    return sum;
}

static APART long nested(int depth, const int* above, int count) {
    int mine[count + 1], *pointers[count + 1];
    for (int i = 0; i <= count; i++) {
        mine[i] = (i < count ? above[i] : 0) + depth;
        pointers[i] = &mine[count - i];
    }
    long below = depth ? nested(depth - 1, mine, count + 1) : (long)work(31);
    for (int i = 0; i <= count; i++) {
        EXPECT(pointers[i] == &mine[count - i]);
        below = below * 3 + *pointers[i];
    }
    return below;
}

// A block whose array ends with it, left by goto, continue and break: the stack pointer must come back each time.
static APART long leaving(int n) {
    long sum = 0;
    char* first = NULL;
    for (int i = 0; i < n; i++) {
        char block[64 + (unsigned)unknown];
        if (!first) first = block;
        EXPECT(block == first);
        memset(block, i, sizeof block);
        if (work((uint64_t)i & 31) % 3 == 0) continue;
        sum += block[i % 64];
        if (i % 7 == 0) goto next;
        sum ^= block[63] << 3;
    next:;
    }
    return sum;
}

static APART int length_by_pointer(int n, int (*rows)[n], int count) {
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += rows[i][n - 1] + (int)(work(3) & 0);
    return sum + (int)sizeof *rows;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 8);
    for (int i = 1; i <= rounds; i++) {
        int start[3] = {i, 2, 3};
        printf("%ld %ld %ld %ld\n", triangle(i * 4), chain(i * 9), nested(i * 2, start, 3), leaving(i * 10));
        int rows[i][i + 2];
        for (int r = 0; r < i; r++)
            for (int c = 0; c < i + 2; c++)
                rows[r][c] = r * 10 + c;
        printf("%d\n", length_by_pointer(i + 2, rows, i));
    }
    return finish();
}
