// Every shape of control flow, moved in the middle: deep nests with exits to all levels, loops entered in the middle
// (goto, Duff's device), switches with fall-through in loops, loops with several back edges, short circuits, comma and
// statement expressions, unrolled and unswitched loops.
#include "check.h"

static APART long nest(int n) {
    long sum = 0;
    for (int a = 0; a < n; a++) {
        for (int b = a; b < n; b++) {
            int c = 0;
            do {
                for (int d = n; d > c; d--) {
                    sum = sum * 3 + a * 1000 + b * 100 + c * 10 + d;
                    if ((sum & 63) == 7) goto next_b;
                    if ((sum & 127) == 9) goto next_a;
                    if ((sum & 255) == 3) break;
                }
                work((uint64_t)c);
            } while (++c < 4);
        next_b:;
        }
    next_a:
        sum ^= a;
    }
    return sum;
}

static APART unsigned duff(unsigned char* to, const unsigned char* from, unsigned count) {
    unsigned rounds = (count + 7) / 8, turns = 0;
    switch (count % 8) {
    case 0:
        do {
            turns++;
            *to++ = *from++;
            __attribute__((fallthrough));
        case 7:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 6:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 5:
            *to++ = (unsigned char)(*from++ + (work(3) & 0));
            __attribute__((fallthrough));
        case 4:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 3:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 2:
            *to++ = *from++;
            __attribute__((fallthrough));
        case 1:
            *to++ = *from++;
        } while (--rounds > 0);
    }
    return turns;
}

static APART long irreducible(int n, int start) {
    long sum = start, i = 0;
    if (start % 3 == 0) goto second;
    if (start % 3 == 1) goto third;
first:
    sum += i * 3 + (long)(work((uint64_t)i & 3) & 0);
    i++;
second:
    sum ^= i << 2;
    if (sum % 5 == 0 && i < n) {
        i += 2;
        goto third;
    }
    if (i >= n) return sum;
    i++;
    goto first;
third:
    sum = sum * 7 + i;
    i++;
    work(2);
    if (i < n) goto second;
    return sum - 1;
}

static APART int machine(const char* text) {
    enum { START, WORD, NUMBER, SPACE, END } state = START;
    int words = 0, numbers = 0, value = 0;
    for (;;) {
        char c = *text++;
        switch (state) {
        case START:
            work(1);
            __attribute__((fallthrough));
        case SPACE:
            if (c == 0) {
                state = END;
                continue;
            }
            if (c >= '0' && c <= '9') {
                state = NUMBER;
                value = c - '0';
                continue;
            }
            if (c == ' ') continue;
            state = WORD;
            break;
        case WORD:
            if (c == ' ' || c == 0) {
                words++;
                state = c ? SPACE : END;
            }
            break;
        case NUMBER:
            if (c >= '0' && c <= '9') {
                value = value * 10 + c - '0';
                continue;
            }
            numbers += value;
            state = c ? SPACE : END;
            break;
        case END:
            return words * 10000 + numbers;
        }
        work((uint64_t)c & 3);
    }
}

static int truth(int x) {
    return work((uint64_t)x & 7), x & 1;
}
static APART int logic(int a, int b, int c) {
    int first = (truth(a) && truth(b)) || (truth(c) && !truth(a + b));
    int second = truth(a) ? truth(b) ? 3 : 4 : truth(c) ? 5 : 6;
    int third = (truth(a), truth(b), c) + ({
                    int t = truth(c);
                    t * 2 + first;
                });
    return first * 100 + second * 10 + third;
}

// The flag does not change in the loop: the optimiser makes two loops of it.
static APART double unswitched(const double* data, int n, int flag, int other) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
        if (flag)
            sum += data[i] * 2;
        else
            sum -= data[i];
        if (other && i % 5 == 0) sum += work((uint64_t)i & 3);
    }
    return sum;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 9);
    unsigned char from[100], to[100];
    double data[64];
    for (int i = 0; i < 100; i++)
        from[i] = (unsigned char)(i * 7);
    for (int i = 0; i < 64; i++)
        data[i] = i * 1.25;
    for (int i = 1; i <= rounds; i++) {
        printf("%ld %ld %ld %ld\n", nest(i), irreducible(i * 9, i), irreducible(i * 9, i + 1),
               irreducible(i * 9, i + 2));
        unsigned turns = duff(to, from, (unsigned)i * 10 - (unsigned)i % 4);
        printf("%u %u %d\n", turns, to[i * 10 - i % 4 - 1], machine("the 12 quick 7 brown 100 foxes 3"));
        printf("%d %.17g %.17g\n", logic(i, i / 2, i / 3), unswitched(data, 64, i & 1, 1),
               unswitched(data, 64, i & 1, 0));
    }
    return finish();
}
