// One hot loop of each kind for seconds, if asked for: what a program that is moved at random times looks like. Sieve,
// string building, a hash table, sorting, a matrix, a small virtual machine.
#include "check.h"

static APART unsigned sieve(unsigned limit) {
    unsigned char* composite = calloc(limit, 1);
    unsigned count = 0;
    for (unsigned i = 2; i < limit; i++) {
        if (composite[i]) continue;
        count++;
        for (unsigned long k = (unsigned long)i * i; k < limit; k += i)
            composite[k] = 1;
    }
    free(composite);
    return count;
}

static APART unsigned hash_words(int count) {
    struct entry {
        char key[12];
        unsigned uses;
    }* table = calloc(1024, sizeof *table);
    uint64_t seed = 99;
    for (int i = 0; i < count; i++) {
        char key[12];
        snprintf(key, sizeof key, "w%u", (unsigned)(next_random(&seed) % 500));
        unsigned hash = 5381;
        for (char* c = key; *c; c++)
            hash = hash * 33 + (unsigned char)*c;
        unsigned at = hash % 1024;
        while (table[at].uses && strcmp(table[at].key, key) != 0)
            at = (at + 1) % 1024;
        strcpy(table[at].key, key);
        table[at].uses++;
    }
    unsigned sum = 0;
    for (int i = 0; i < 1024; i++)
        sum = sum * 31 + table[i].uses;
    free(table);
    return sum;
}

static APART void insertion_sort(int* data, int n) {
    for (int i = 1; i < n; i++) {
        int value = data[i], k = i;
        while (k > 0 && data[k - 1] > value) {
            data[k] = data[k - 1];
            k--;
        }
        data[k] = value;
    }
}

static APART double matrix(int n) {
    double *a = malloc(sizeof(double) * (size_t)(n * n)), *b = malloc(sizeof(double) * (size_t)(n * n)), trace = 0;
    for (int i = 0; i < n * n; i++)
        a[i] = (i * 7 % 11) / 11.0, b[i] = (i * 5 % 13) / 13.0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            if (i == j) trace += sum;
        }
    free(a), free(b);
    return trace;
}

static APART size_t build_string(int count) {
    char* text = malloc(1);
    size_t length = 0;
    text[0] = 0;
    for (int i = 0; i < count; i++) {
        char piece[16];
        int n = snprintf(piece, sizeof piece, "%x.", i * i);
        text = realloc(text, length + (size_t)n + 1);
        memcpy(text + length, piece, (size_t)n + 1);
        length += (size_t)n;
    }
    size_t dots = 0;
    for (char* c = text; *c; c++)
        dots = dots * 3 + (*c == '.');
    free(text);
    return dots;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 5);
    for (int i = 0; i < rounds; i++) {
        int data[300];
        uint64_t seed = (uint64_t)i + 1;
        for (int k = 0; k < 300; k++)
            data[k] = (int)(next_random(&seed) % 10000);
        insertion_sort(data, 300);
        for (int k = 1; k < 300; k++)
            EXPECT(data[k - 1] <= data[k]);
        printf("%u %u %d %.17g %zu\n", sieve(20000 + (unsigned)i), hash_words(3000), data[150], matrix(40 + i),
               build_string(1500));
    }
    return finish();
}
