// Moved in the middle of variable arguments: a formatter with callbacks for its conversions, nested va_copy, a stream
// whose write function is the program's own, and printf to it. fine _GNU_SOURCE
#define _GNU_SOURCE
#include "check.h"
#include <stdarg.h>

typedef void formatter(char* out, size_t size, va_list* arguments);
struct pair {
    long a;
    double b;
};
struct wide {
    double values[9];
};

static void format_int(char* out, size_t size, va_list* arguments) {
    snprintf(out, size, "%d", va_arg(*arguments, int) + (int)(work(12) & 0));
}
static void format_double(char* out, size_t size, va_list* arguments) {
    snprintf(out, size, "%.17g", va_arg(*arguments, double));
}
static void format_pair(char* out, size_t size, va_list* arguments) {
    struct pair p = va_arg(*arguments, struct pair);
    work((uint64_t)p.a & 15);
    snprintf(out, size, "{%ld %g}", p.a, p.b);
}
static void format_wide(char* out, size_t size, va_list* arguments) {
    struct wide w = va_arg(*arguments, struct wide);
    work(27);
    snprintf(out, size, "<%g %g>", w.values[0], w.values[8]);
}
static void format_string(char* out, size_t size, va_list* arguments) {
    snprintf(out, size, "%s", va_arg(*arguments, const char*));
}
static formatter* const formatters[128] = {
    ['i'] = format_int, ['d'] = format_double, ['p'] = format_pair, ['w'] = format_wide, ['s'] = format_string};

static APART int format(char* out, size_t size, const char* text, ...) {
    va_list arguments, again;
    va_start(arguments, text);
    va_copy(again, arguments);
    size_t n = 0;
    for (; *text && n < size - 1; text++) {
        formatter* conversion = formatters[(unsigned char)*text];
        if (!conversion) {
            out[n++] = *text;
            continue;
        }
        conversion(out + n, size - n, &arguments);
        n += strlen(out + n);
        // Every second conversion starts a third list from where the first is, and goes one further.
        if (text[1] == 'i') {
            va_list third;
            va_copy(third, arguments);
            int ahead = va_arg(third, int);
            work((uint64_t)ahead & 7);
            va_end(third);
            n += (size_t)snprintf(out + n, size - n, "(%d)", ahead);
        }
    }
    n += (size_t)snprintf(out + n, size - n, "|%d", va_arg(again, int));
    va_end(again);
    va_end(arguments);
    return (int)n;
}

static APART long sum_list(int n, va_list list) {
    long sum = 0;
    for (int i = 0; i < n; i++)
        sum = sum * 10 + va_arg(list, int) + (long)(work((uint64_t)i & 3) & 0);
    return sum;
}
static APART long sums(int n, ...) {
    va_list list, copy, copy_of_copy;
    va_start(list, n);
    va_copy(copy, list);
    long first = sum_list(n / 2, list);
    va_end(list);
    va_copy(copy_of_copy, copy);
    long all = sum_list(n, copy);
    va_end(copy);
    long again = sum_list(n, copy_of_copy);
    va_end(copy_of_copy);
    EXPECT(again == all);
    return all * 1000 + first;
}

static APART int recurse(int depth, ...) {
    va_list list;
    va_start(list, depth);
    int a = va_arg(list, int);
    double b = va_arg(list, double);
    int below = depth ? recurse(depth - 1, a + 1, b * 1.5, a, b) : (int)work(55);
    int c = va_arg(list, int);
    double d = va_arg(list, double);
    va_end(list);
    return below + a + (int)b + c * 2 + (int)d;
}

// A stream of the program's own: printf calls back into it in the middle of its work.
struct sink {
    uint64_t hash;
    long bytes;
};
static ssize_t sink_write(void* cookie, const char* bytes, size_t size) {
    struct sink* sink = cookie;
    for (size_t i = 0; i < size; i++)
        sink->hash = (sink->hash ^ (unsigned char)bytes[i]) * 0x100000001b3u + (work(bytes[i] & 3) & 0);
    sink->bytes += (long)size;
    return (ssize_t)size;
}

int main(int argc, char** argv) {
    int rounds = scale(argc, argv, 15);
    char out[400];
    struct sink sink = {1, 0};
    FILE* stream = fopencookie(&sink, "w", (cookie_io_functions_t){.write = sink_write});
    setvbuf(stream, NULL, _IONBF, 0);
    for (int i = 0; i < rounds; i++) {
        int n = format(out, sizeof out, "i,d,p,w,s;ii", i, i / 3.0, (struct pair){i, -0.5}, (struct wide){{i, [8] = 9}},
                       "text", i + 1, i + 2);
        printf("%d %s\n", n, out);
        printf("%ld\n", sums(9, 1, 2, 3, 4, 5, 6, 7, 8, i));
        printf("%d\n", recurse(i, i, 1.25, 3, 4.5));
        fprintf(stream, "%s %d %5.2f %s %lld %c %g %g %g %g %g %g %g %g %g\n", out, i, i / 7.0, "abc",
                (long long)i << 40, 'x', 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, i + 9.0);
    }
    fclose(stream);
    printf("%016llx %ld\n", (unsigned long long)sink.hash, sink.bytes);
    return finish();
}
