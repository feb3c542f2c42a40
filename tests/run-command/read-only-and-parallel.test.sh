# An image may lie on read-only media and be run from anywhere, many times at once.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

chmod 0444 deeds
mkdir -p elsewhere/deep
here=$PWD
for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    (cd elsewhere/deep && must_quietly dyad run --isa "$isa" --machine "$machine" "$here/deeds" hello && expect_stdout hello && rm .out .err)
done
if unshare -rm true 2>/dev/null; then
    must unshare -rm sh -c "mount --bind . elsewhere && mount -o remount,bind,ro elsewhere && cd elsewhere && dyad run --machine process deeds hello && dyad check deeds >/dev/null"
    expect_stdout hello
fi
[ -z "$(ls -A elsewhere/deep)" ] || fail "expected no files beside the image"
pids=()
for n in 1 2 3 4 5 6 7 8; do
    process deeds arguments "run $n" >"out.$n" 2>&1 &
    pids+=($!)
done
for pid in "${pids[@]}"; do
    wait "$pid" || fail "expected each of the parallel runs to succeed"
done
for n in 1 2 3 4 5 6 7 8; do
    grep -qxF "[run $n]" "out.$n" || fail "run $n: expected its own output"
done
