# A program that is in native code for long: a move waits for it as long as it is told to, then says where the program is;
# the program goes on. A move that waits long enough succeeds.
source "$(dirname "$0")/../lib/harness.sh"

printf '.globl spin\n.type spin, @function\nspin:\n1: dec %%rdi\njnz 1b\nret\n.size spin, . - spin\n' >x86_64.S
printf '.globl spin\n.type spin, @function\nspin:\n1: subs x0, x0, #1\nb.ne 1b\nret\n.size spin, . - spin\n' >aarch64.S
for isa in x86_64 aarch64; do must_quietly dyad-cc -c --isa=$isa $isa.S -o $isa.o; done
must_quietly dyad-cc -O2 "$source_root/tests/migration/in_native.c" x86_64.o aarch64.o -o image

name=native-$$
for isa in x86_64 aarch64; do
    case $isa in x86_64) other=aarch64 ;; *) other=x86_64 ;; esac
    rm -f out
    dyad run --name "$name" --isa $isa --machine process image >out 2>err &
    running=$!
    reached() {
        for _ in $(seq 300); do
            grep -qxF "$1" out 2>/dev/null && return
            sleep 0.1
        done
        fail "expected the program to print '$1'; it printed: $(cat out err)"
    }
    reached "in native code, time 1"
    run dyad migrate "$name" --isa $other --timeout 1
    expect_status 1
    expect_stderr_match 'dyad migrate: error: the program could not be stopped within 1 s: the program passed no migration point; it was computing in spin.*'
    reached "in native code, time 2"
    must dyad migrate "$name" --isa $other --timeout 60
    status=0
    wait $running || status=$?
    [ "$status" = 3 ] || fail "expected status 3, found $status: $(cat err)"
    printf 'in native code, time 1\nback\nin native code, time 2\nback\n' | diff - out || fail "the output differs"
    [ ! -s err ] || fail "expected nothing on stderr, found: $(cat err)"
done
