# Same inputs, same bytes: again, in parallel, in another folder with -ffile-prefix-map, and with SOURCE_DATE_EPOCH.
source "$(dirname "$0")/../lib/harness.sh"

sources() {
    mkdir -p "$1"
    for i in 1 2 3; do
        printf '#include <stdio.h>\n#include <assert.h>\nint f%d(int x) { assert(x > 0); return printf("%%d\\n", x * %d); }\n' $i $i >"$1/f$i.c"
    done
    printf 'int f1(int), f2(int), f3(int);\nint main(void) { f1(1); f2(2); f3(3); return 0; }\n' >"$1/main.c"
    printf 'all: p\np: f1.o f2.o f3.o main.o\n\t$(CC) $(CFLAGS) -o p main.o f1.o f2.o f3.o\n%%.o: %%.c\n\t$(CC) $(CFLAGS) -c $(CURDIR)/$< -o $@\n' >"$1/Makefile"
}
build() { # FOLDER JOBS
    sources "$1"
    (cd "$1" && make -j"$2" CC=dyad-cc CFLAGS="-O2 -g -ffile-prefix-map=$PWD=.") >"$1.log" 2>&1 || { cat "$1.log" >&2; fail "the build in $1 failed"; }
}
build one 1
build "another-folder-with-a-longer-name" 4
cmp one/p another-folder-with-a-longer-name/p || fail "expected the same image"
rm one/p
build one 4
cmp one/p another-folder-with-a-longer-name/p || fail "expected the same image again"
printf '#include <stdio.h>\nint main(void) { puts(__DATE__ __TIME__); return 0; }\n' >date.c
SOURCE_DATE_EPOCH=1600000000 must_quietly dyad-cc date.c -o date
must dyad run --machine process date
expect_stdout "Sep 13 202012:26:40"
