// <string.h> and <strings.h>, at every alignment of their operands.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "bits.h"

static char area[2][4096];
static int sign(int x) { return (x > 0) - (x < 0); }

int main(void) {
    uint64_t hash = HASH_START;
    for (int d = 0; d < 17; d++)
        for (int s = 0; s < 17; s++)
            for (size_t n = 0; n < 200; n += n < 40 ? 1 : 13) {
                for (size_t i = 0; i < 512; i++)
                    area[0][i] = (char)(i * 7 + d), area[1][i] = (char)(i * 13 + s);
                memcpy(area[0] + d, area[1] + s, n);
                hash = hash_bytes(hash, area[0], 512);
                memmove(area[0] + d, area[0] + s, n);
                hash = hash_bytes(hash, area[0], 512);
                memset(area[0] + s, (int)n, n);
                hash = hash_bytes(hash, area[0], 512);
                area[1][s + n] ^= 1;
                volatile int difference = memcmp(area[0] + d, area[1] + s, n + 1);
                hash = hash_value(hash, (uint64_t)sign(difference));
                void *found = memchr(area[1] + s, area[1][s + n / 2], n);
                hash = hash_value(hash, found ? (uint64_t)((char *)found - area[1]) : 9999);
            }
    printf("mem %016llx\n", (unsigned long long)hash);
    static const size_t large[] = {1000, 2047, 2048, 3001, 4000};
    for (int i = 0; i < 5; i++) {
        for (size_t k = 0; k < sizeof area[0]; k++)
            area[0][k] = (char)random_bits(), area[1][k] = 0;
        memcpy(area[1] + 5, area[0] + i, large[i]);
        memmove(area[1] + 9, area[1], large[i]);
        memmove(area[1], area[1] + 3, large[i]);
        bzero(area[1] + 100, 17);
        printf("%016llx %d\n", (unsigned long long)hash_bytes(HASH_START, area[1], sizeof area[1]), bcmp(area[0], area[1], large[i]) != 0);
    }
    hash = HASH_START;
    for (int d = 0; d < 9; d++)
        for (size_t n = 0; n < 70; n++) {
            char *text = area[0] + d, *other = area[1] + (d * 3 & 7);
            for (size_t i = 0; i < n; i++)
                text[i] = (char)('a' + (i * 5 + n) % 26);
            text[n] = 0;
            hash = hash_value(hash, strlen(text) + strnlen(text, 20));
            hash = hash_value(hash, (uint64_t)(stpcpy(other, text) - other));
            hash = hash_value(hash, (uint64_t)sign(strcmp(text, other)));
            if (n)
                other[n / 2] = 'Z';
            hash = hash_value(hash, (uint64_t)(sign(strcmp(text, other)) + sign(strncmp(text, other, n / 2 + 1)) * 3 + sign(strcasecmp(text, other)) * 9));
            char *at = strchr(text, 'q'), *last = strrchr(text, 'q'), *end = strchrnul(text, 'z');
            hash = hash_value(hash, (uint64_t)(at ? at - text : 77) + (uint64_t)(last ? last - text : 78) + (uint64_t)(end - text));
            hash = hash_value(hash, strspn(text, "abcdefghijklm") + strcspn(text, "xyz") * 100);
            at = strpbrk(text, "wvu");
            hash = hash_value(hash, (uint64_t)(at ? at - text : 77));
            memset(other, '#', 100);
            strncpy(other, text, 30);
            hash = hash_bytes(hash, other, 100);
            at = memccpy(other, text, 'm', n + 1);
            hash = hash_value(hash, at ? (uint64_t)(at - other) : 500);
            at = memrchr(text, 'c', n);
            hash = hash_value(hash, at ? (uint64_t)(at - text) : 501);
        }
    printf("str %016llx\n", (unsigned long long)hash);

    static const char haystack[] = "abababacabababadababacababcababcabcdabcde abcabcabc";
    static const char *const needles[] = {"", "a", "ab", "abc", "abcd", "abababad", "cab", "abcdabcde", "zzz", "e abc", "abcabcabcd", "babababab"};
    for (size_t i = 0; i < sizeof needles / sizeof *needles; i++) {
        char *s = strstr(haystack, needles[i]), *m = memmem(haystack, sizeof haystack - 1, needles[i], strlen(needles[i]));
        printf("%td %d ", s ? s - haystack : -1, s == m);
    }
    printf("%d\n", strcasestr(haystack, "ABCDABCDE") != NULL);
    char text[100] = "a,b;;c d";
    char *save, *token;
    for (token = strtok_r(text, ",; ", &save); token; token = strtok_r(NULL, ",; ", &save))
        printf("[%s]", token);
    strcpy(text, "x::y:");
    char *rest = text;
    while ((token = strsep(&rest, ":")))
        printf("<%s>", token);
    printf("%s\n", rest ? rest : "-");
    strcpy(text, "one");
    strcat(text, "-two"), strncat(text, "-three", 3);
    printf("%s %zu %zu %s\n", text, strlcpy(text + 20, "truncated", 5), strlcat(text, "-overflowing", 14), text);
    char *copy = strdup("copy"), *part = strndup("partial", 4);
    printf("%s %s %s %s\n", copy, part, basename("/a/b/c"), strerror(2));
    free(copy), free(part);
    char swapped[8];
    swab("badcfe", swapped, 6);
    printf("%.6s %d %d %d %d\n", swapped, ffs(0x50), ffsl(1L << 40), ffsll(0), strverscmp("a9", "a10") < 0);
    printf("%d %d %zu %s\n", strcoll("a", "b") < 0, strncasecmp("ABCx", "abcy", 3), strxfrm(text, "abc", 10), text);
    for (int i = -1; i < 134; i++)
        printf("%s|", strerror(i));
    printf("\n");
    for (int i = 0; i < 66; i++)
        printf("%s|", strsignal(i));
    char message[64];
    printf("\n%d %s\n", strerror_r(13, message, sizeof message), message);
    explicit_bzero(message, 4);
    printf("%d\n", message[0]);
    return 0;
}
