// iconv, crypt, base-64 and network addresses as text.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <iconv.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bits.h"

static void convert(const char *to, const char *from, const char *text, size_t length) {
    iconv_t cd = iconv_open(to, from);
    if (cd == (iconv_t)-1) {
        printf("%s->%s: none %d\n", from, to, errno);
        return;
    }
    char out[200], *o = out, *in = (char *)text;
    size_t in_left = length, out_left = sizeof out;
    errno = 0;
    size_t n = iconv(cd, &in, &in_left, &o, &out_left);
    printf("%s->%s: %zd %d left %zu:", from, to, (ssize_t)n, errno, in_left);
    for (char *p = out; p < o; p++)
        printf(" %02x", (unsigned char)*p);
    printf("\n");
    iconv_close(cd);
}

int main(void) {
    static const char text[] = "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xe6\x97\xa5";
    static const char *const targets[] = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32", "UCS-2LE", "ISO-8859-1", "ISO-8859-15", "ASCII", "SHIFT_JIS", "EUC-JP", "GB18030", "BIG5", "WINDOWS-1252", "KOI8-R", "WCHAR_T", "nonsense"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        convert(targets[i], "UTF-8", text, sizeof text - 1);
        convert("UTF-8", targets[i], "\x41\x00\x42\xe9\x30\x42", 6);
    }
    convert("UTF-8", "ISO-8859-1", "caf\xe9", 4);
    convert("UTF-8", "UTF-8", "bad\xff", 4);
    convert("UTF-8", "UTF-8", "cut\xe2\x82", 5);
    convert("UTF-8", "EUC-KR", "\xb0\xa1\xc8\xfe", 4);

    static const char *const salts[] = {"ab", "$1$saltsalt$", "$5$rounds=1000$salt$", "$6$rounds=1000$salt$", "$2a$04$abcdefghijklmnopqrstuu", "_J9..rasm", "*", ""};
    for (size_t i = 0; i < sizeof salts / sizeof *salts; i++) {
        const char *hash = crypt("password", salts[i]);
        printf("%s %s\n", salts[i], hash ? hash : "(null)");
    }
    long number = a64l("zZ/.9");
    printf("%ld %s %d\n", number, l64a(number), (int)strlen(l64a(0)));

    struct in_addr v4;
    struct in6_addr v6;
    char name[64];
    static const char *const addresses[] = {"127.0.0.1", "1.2.3", "256.1.1.1", "0x7f.1", "::1", "2001:db8::ff00:42:8329", "::ffff:10.0.0.1", "1::2::3", ":::", "fe80::1%1", "1:2:3:4:5:6:7:8"};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        int a = inet_pton(AF_INET, addresses[i], &v4), b = inet_pton(AF_INET6, addresses[i], &v6);
        printf("%s %d %d %s ", addresses[i], a, b, b == 1 ? inet_ntop(AF_INET6, &v6, name, sizeof name) : "-");
        printf("%d %s\n", inet_aton(addresses[i], &v4), inet_aton(addresses[i], &v4) ? inet_ntoa(v4) : "-");
    }
    printf("%x %x %d\n", htonl(0x01020304), htons(0x0102), ntohs(htons(77)));
    struct ether_addr *ether = ether_aton("1:2:aa:BB:0:ff");
    printf("%s\n", ether ? ether_ntoa(ether) : "-");
    return 0;
}
