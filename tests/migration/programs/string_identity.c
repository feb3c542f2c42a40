// Strings and constants in read-only memory, compared by pointer: the same object has the same address after a move.
#include "check.h"

static const char* const words[] = {"alpha", "beta", "gamma", "delta"};
static const int primes[] = {2, 3, 5, 7, 11, 13};
static const struct {
    int n;
    const char* text;
} constants[] = {{1, "one"}, {2, "two"}};
extern const char shared[];
const char shared[] = "shared";

static APART const char* literal(int i) {
    switch (i % 4) {
    case 0:
        return "first literal";
    case 1:
        return "second literal";
    case 2:
        return shared;
    default:
        return words[i % 3];
    }
}
static APART int index_of(const char* word) {
    for (int i = 0; i < 4; i++) {
        work(1);
        if (words[i] == word) return i;
    }
    return -1;
}

struct entry {
    const char* key;
    int count;
};

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 80);
    struct entry* table = calloc(8, sizeof *table);
    int used = 0, found = 0;
    const char *program = argv[0], *function = __func__;
    for (int i = 0; i < rounds; i++) {
        const char *word = words[i % 4], *text = literal(i);
        char* copy = strdup(word);
        HOLD(0, word);
        HOLD(1, text);
        deep_work(2, (uint64_t)i & 7);
        SAME_ADDRESS(0, word);
        SAME_ADDRESS(1, text);
        EXPECT(word == words[i % 4] && text == literal(i) && copy != word && strcmp(copy, word) == 0);
        EXPECT(index_of(word) == i % 4 && index_of(copy) == -1);
        EXPECT(strchr(word, 'a') == word + (strchr(copy, 'a') - copy));
        EXPECT(argv[0] == program && function == __func__ && constants[i & 1].text[0] == (i & 1 ? 't' : 'o'));
        // Interned by address.
        struct entry* e = table;
        while (e < table + used && e->key != text)
            e++;
        if (e == table + used) *e = (struct entry){text, 0}, used++;
        e->count++;
        const int* p = &primes[i % 6];
        work(7);
        found += *p + (p == primes);
        free(copy);
    }
    printf("%d %d:", used, found);
    for (int i = 0; i < used; i++)
        printf(" %s=%d", table[i].key, table[i].count);
    printf("\n");
    return finish();
}
