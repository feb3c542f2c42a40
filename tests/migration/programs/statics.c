// Static, local static and global data: initialised, zero, large, with pointers among them and into read-only data.
#include "check.h"

static int initialised[5] = {1, 2, 3, 4, 5};
static char buffer[1 << 16];
int common_style;
static int* const fixed = &initialised[2];
static const char* names[] = {"zero", "one", "two"};
static struct tree {
    struct tree *left, *right;
    int value;
} root, leaves[2] = {{NULL, NULL, 1}, {NULL, NULL, 2}};
static struct tree root = {&leaves[0], &leaves[1], 3};
static const struct {
    const char* name;
    int* where;
} registry[] = {{"first", &initialised[0]}, {"common", &common_style}};

static APART unsigned next_number(void) {
    static unsigned state = 2463534242u;
    static int calls;
    unsigned before = state;
    int mine = ++calls;
    work((uint64_t)mine & 7);
    EXPECT(state == before && calls == mine);
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    return state;
}
static APART int remember(int value) {
    static int history[16], count;
    history[count++ % 16] = value;
    int sum = 0;
    for (int i = 0; i < 16; i++)
        sum = sum * 3 + history[i];
    return sum + (int)(work(1) & 0);
}
static APART int count_values(const struct tree* t) {
    return t ? count_values(t->left) + count_values(t->right) + t->value + (int)(work(2) & 0) : 0;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 120);
    uint64_t sum = 0;
    for (int i = 0; i < rounds; i++) {
        unsigned n = next_number();
        buffer[n % sizeof buffer] += (char)i;
        initialised[n % 5] += i;
        common_style ^= (int)n;
        *fixed += 1;
        leaves[n & 1].value += 2;
        if (i % 40 == 39) names[n % 3] = names[(n + 1) % 3];
        sum = sum * 31 + (unsigned)remember((int)n) + (unsigned)count_values(&root) + strlen(names[n % 3]);
        EXPECT(registry[1].where == &common_style && *registry[0].where == initialised[0]);
        EXPECT(fixed == &initialised[2] && root.left == leaves);
    }
    for (size_t i = 0; i < sizeof buffer; i++)
        sum = sum * 3 + (unsigned char)buffer[i];
    printf("%016llx %d %d %s\n", (unsigned long long)sum, common_style, *fixed, names[0]);
    return finish();
}
