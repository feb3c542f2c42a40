# The language at every level of optimisation, on both ISAs: the same known output.
source "$(dirname "$0")/../lib/harness.sh"

cat >expected <<'END'
constructor 101
constructor 200
one 1
two 2
three 3
linkage 5 0 1 4
vectors 6 14 24 36 1.5 2.5 3.375 16
variadic 5 3 3 8.25 7 2 4 123456789abcdef 3.25 z
copied 5
wide 810572 e00000000000000c 1.51237e+36 -4.5371e+36
many 785
bits 5 -30 123456789012 1
sorted -4 1 3 5 7 9
locals 42 text 0
complex 5 5
stack 25 qqqqqq
half 4.5
special 1 1 1 8 1
odd
destructor
END
for level in -O0 -O1 -O2 -O3 -Os -Oz "-O2 -g"; do
    must_quietly dyad-cc $level "$tests_root/driver/language.c" -o program -lm
    must dyad check program
    for isa in x86_64 aarch64; do
        run dyad run --machine process --isa $isa program
        expect_status 7
        diff expected .out >&2 || fail "$level on $isa: expected the known output"
    done
done
