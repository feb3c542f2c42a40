# The exit status is the program's; 128 and the signal if it died of one; 124 after --timeout; 125 if it did not start.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    run dyad run --isa "$isa" --machine "$machine" deeds exit 37
    expect_status 37
    run dyad run --isa "$isa" --machine "$machine" deeds raise 15
    expect_status 143
    expect_no_stdout
done
run process --timeout 1 deeds wait
expect_status 124
expect_stdout started
expect_stderr_line "dyad run: error: stopped after 1 s (--timeout)"
# Also a program that computes and asks for nothing.
run process --timeout 1 deeds compute 1000000000000
expect_status 124
expect_stdout before

mkdir folder
printf 'int main(void) { return 0; }\n' >a.c
gcc a.c -o foreign
could_not() { # MESSAGE ARGUMENTS...
    local message=$1
    shift
    run dyad run "$@"
    expect_status 125
    expect_no_stdout
    expect_stderr_line "dyad run: error: $message"
    [ "$(wc -l <.err)" = 1 ] || fail "expected one line on stderr"
}
could_not "no image given; see dyad run --help"
could_not "cannot open image absent: No such file or directory" absent
could_not "folder is a directory, not an image" folder
could_not "'a.c' is not a pair image: expected an ELF file" a.c
run dyad run foreign
expect_status 125
expect_stderr_match "dyad run: error: 'foreign' is not a pair image: .*"
could_not "--isa takes x86_64 or aarch64, found 'arm'" --isa arm deeds
could_not "--machine takes qemu or process, found 'cloud'" --machine cloud deeds
could_not "--accel takes auto, kvm or tcg, found 'hvf'" --accel hvf deeds
could_not "--env takes NAME=VALUE, found 'NAME'" --env NAME deeds
could_not "--env takes NAME=VALUE, found '=value'" --env =value deeds
# Of an option that is given twice the last one holds.
run dyad run --machine cloud --machine process deeds exit 5
expect_status 5
