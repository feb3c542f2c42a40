# Flags that would make the halves differ are errors; a flag that says what holds anyway is accepted.
source "$(dirname "$0")/../lib/harness.sh"

echo 'char f(char x) { return x; }' >a.c
for flag in -funsigned-char -ffp-contract=fast -ffp-contract=on -mlong-double-80 -mlong-double-128; do
    run dyad-cc $flag -c a.c
    expect_status 1
    expect_stderr_line "dyad-cc: error: '$flag' would make the halves of the pair differ"
    expect_only_files a.c
done
must_quietly dyad-cc -ffp-contract=off -fsigned-char -mlong-double-64 -c a.c
