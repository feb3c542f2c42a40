// POSIX regular expressions: basic and extended, submatches, flags, errors.
#include <regex.h>
#include <stdio.h>

int main(void) {
    static const struct {
        const char *pattern, *text;
        int flags;
    } cases[] = {
        {"abc", "xxabcxx", 0}, {"a.c", "abc", 0}, {"^a*$", "aaaa", 0}, {"^a*$", "aab", 0}, {"a\\{2,3\\}", "caaaat", 0}, {"\\(ab\\)*c", "ababc", 0},
        {"\\(.\\)\\1", "hello", 0}, {"[[:alpha:]]+", "12abc34", REG_EXTENDED}, {"(a|ab)(c|bcd)(d*)", "abcd", REG_EXTENDED}, {"a{2}", "baac", REG_EXTENDED},
        {"(foo|bar)+", "foobarfoo", REG_EXTENDED}, {"x*", "aaa", REG_EXTENDED}, {"()", "abc", REG_EXTENDED}, {"a|b|c", "xxc", REG_EXTENDED},
        {"^(.*)://([^/]+)(/.*)?$", "http://example.org/path?q", REG_EXTENDED}, {"hello", "HeLLo", REG_ICASE}, {"^b", "a\nb", REG_NEWLINE}, {"a.b", "a\nb", REG_NEWLINE},
        {"[^a]", "aab", 0}, {"[]a]", "]", 0}, {"[a-z-]*", "a-b", 0}, {"\\bword\\b", "a word here", REG_EXTENDED}, {"(a*)*", "aaa", REG_EXTENDED},
        {"(a*)+b", "aaab", REG_EXTENDED}, {"((a)|(b))*", "abab", REG_EXTENDED}, {"(", "x", REG_EXTENDED}, {"[a", "x", 0}, {"a**", "aa", 0}, {"*a", "*a", 0},
        {"a{3,1}", "x", REG_EXTENDED}, {"\\(", "x", 0}, {"[[:foo:]]", "x", 0}, {"a\\", "x", REG_EXTENDED}, {"+a", "x", REG_EXTENDED}, {"a{1,300}", "x", REG_EXTENDED},
        {"([0-9]{1,3})\\.([0-9]{1,3})", "ip 192.168", REG_EXTENDED}, {"\xc3\xa9+", "\xc3\xa9\xc3\xa9", REG_EXTENDED}, {"(abc|abcd)(efg)?", "abcdefg", REG_EXTENDED},
        {"\\w+\\s\\W*", "two words", REG_EXTENDED}, {"$^", "", REG_EXTENDED}, {".", "", 0}, {"(x?)(y?)(z?)", "yz", REG_EXTENDED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        regex_t compiled;
        int status = regcomp(&compiled, cases[i].pattern, cases[i].flags);
        printf("%s: ", cases[i].pattern);
        if (status) {
            char message[80];
            size_t length = regerror(status, &compiled, message, sizeof message);
            printf("error %d %zu %s\n", status, length, message);
            continue;
        }
        regmatch_t matches[5];
        status = regexec(&compiled, cases[i].text, 5, matches, 0);
        printf("%zu %d", compiled.re_nsub, status);
        for (int m = 0; status == 0 && m < 5; m++)
            printf(" %d-%d", (int)matches[m].rm_so, (int)matches[m].rm_eo);
        printf(" %d\n", regexec(&compiled, cases[i].text, 0, NULL, REG_NOTBOL | REG_NOTEOL));
        regfree(&compiled);
    }
    return 0;
}
