# dyad-ar, -ranlib, -nm, -strip, -objdump, -objcopy and -size work on portable objects, archives and images.
source "$(dirname "$0")/../lib/harness.sh"

printf 'int counter;\nint next(void) { return ++counter; }\n' >a.c
printf 'int next(void);\nint main(void) { return next() - 1; }\n' >main.c
must_quietly dyad-cc -O2 -g -c a.c main.c
must_quietly dyad-ar rc libnext.a a.o
must_quietly dyad-ranlib libnext.a
must_quietly dyad-ar t libnext.a
expect_stdout a.o
must_quietly dyad-nm a.o
grep -qE ' T next$' .out && grep -qE ' [BDC] counter$' .out || fail "expected nm to name what a.o defines"
must_quietly dyad-cc main.o -L. -lnext -o main
must_quietly dyad-nm main
grep -qE '^[0-9a-f]+ T main$' .out || fail "expected main with its address"
must_quietly dyad-size main
must_quietly dyad-objdump -d --disassemble-symbols=main main
must_quietly dyad-strip main -o stripped
[ "$(stat -c %s stripped)" -lt "$(stat -c %s main)" ] || fail "expected the stripped image to be smaller"
must dyad check stripped
must dyad run --machine process --isa aarch64 stripped
cp main in-place
must_quietly dyad-strip in-place
must dyad run --machine process --isa x86_64 in-place
must dyad-cc --version
must_quietly dyad-ar --version
