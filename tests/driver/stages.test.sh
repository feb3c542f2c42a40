# -E, -S, -c and a link in one go each give their output; -o - writes to standard output; -x and - read from input.
source "$(dirname "$0")/../lib/harness.sh"

printf '#define ANSWER 42\nint answer(void) { return ANSWER; }\n' >a.c
must_quietly dyad-cc -E a.c
grep -q 'return 42' .out || fail "expected the preprocessed source"
must_quietly dyad-cc -E a.c -o a.i
must_quietly dyad-cc -c a.i -o from-i.o
must_quietly dyad-cc -S -O1 a.c
expect_file a.s
must_quietly dyad-cc -c a.c
expect_file a.o
printf 'int answer(void);\nint main(void) { return answer() - 42; }\n' >main.source
must_quietly dyad-cc -x c main.source -x none a.o -o from-x
printf 'int main(void) { return 0; }\n' | dyad-cc -x c - -o from-stdin || fail "a program from standard input"
must_quietly dyad-cc a.c -x c main.source
expect_file a.out
for image in from-x from-stdin a.out; do
    must dyad run --machine process $image
done
