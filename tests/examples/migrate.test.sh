# The example of a move: a program that counts primes goes on on the other ISA in the middle of its work.
source "$(dirname "$0")/../lib/harness.sh"

must_quietly dyad-cc -O2 "$source_root/examples/migrate/primes.c" -o primes
must dyad run --isa x86_64 --machine process primes -- 10 1000000
sed 's/ on .*//' .out >expected
name=primes-$$
for start in x86_64 aarch64; do
    case $start in x86_64) other=aarch64 ;; *) other=x86_64 ;; esac
    rm -f out # what the run before wrote must not be taken for this one's
    dyad run --name "$name" --isa "$start" --machine process primes -- 10 1000000 >out 2>err &
    running=$!
    for _ in $(seq 100); do
        [ ! -s out ] || break
        sleep 0.05
    done
    must dyad migrate "$name" --isa "$other"
    expect_stdout_match "moved $name to .*$other.*"
    status=0
    wait "$running" || status=$?
    [ "$status" = 0 ] || fail "expected status 0, found $status: $(cat err)"
    sed 's/ on .*//' out | diff expected - || fail "expected the same numbers as without a move"
    grep -q "on $start\$" out && grep -q "on $other\$" out || fail "expected both ISAs to be named: $(cat out)"
done
