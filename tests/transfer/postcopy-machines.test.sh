# Post-copy between all kinds of machines, over TLS, and with a stack of 100,000 frames: the program has ended once, with its
# whole output.
# timeout: 900
source "$(dirname "$0")/hosts.sh"

moved() { # WHAT
    expect_status 0
    finish_moved "$1"
    [ -s there.out ] || fail "$1: nothing was printed at the destination"
}

# A table of program, options of the source, and options of the destination.
steps=$wander
reference 300 4
between() { # OPTIONS OF dyad run, THEN OF dyad receive
    # shellcheck disable=SC2086
    receive --listen "unix:$PWD/socket" $2 "$steps"
    run_options=$1 start 300 4
    migrate --to "$address" --mode postcopy --stats json
    moved "from '$1' to '$2'"
    [ "$(figure bytes_followed)" -ge $((3 << 20)) ] || fail "from '$1' to '$2': $(figure bytes_followed) bytes followed of 4 MiB"
}
between "" "--machine qemu --isa x86_64"
between "--machine qemu --isa x86_64" ""
between "--machine qemu --isa aarch64" "--isa x86_64"
between "" "--machine qemu --isa aarch64"
between "--machine qemu --isa aarch64" "--machine qemu --isa x86_64"

# TLS, with both kinds of keys; also when the connection breaks while memory follows.
must dyad keygen keys
must dyad keygen --hosts near,far certificates
for keys in "keys keys" "certificates/near certificates/far"; do
    near=${keys% *} far=${keys#* }
    receive --listen "unix:$PWD/socket" --tls "$far" "$steps"
    start 300 4
    migrate --to "$address" --tls "$near" --mode postcopy
    moved "with $near"
    receive --listen "unix:$PWD/socket" --tls "$far" --link-timeout 1 "$steps"
    through_proxy cut up 2000000
    start 300 4
    ( migrate --to "$proxied" --tls "$near" --mode postcopy --link-timeout 1 ) || true
    expect_once "cut, with $near"
    kill $proxy
done
[ "${went:-0}" = 2 ] || fail "expected the connection to be cut behind the commit point"

# A stack that is larger than a machine's usual one for it.
steps=$deep
for isa in x86_64 aarch64; do
    reference 100000 200
    receive --listen "unix:$PWD/socket" --isa $isa "$steps"
    run_options="--mem 256M" start 100000 200
    migrate --to "$address" --mode postcopy --stats json
    moved "100,000 frames to $isa"
    [ "$(figure frames)" -ge 100000 ] || fail "$(figure frames) frames were moved"
done

[ -n "${DYAD_TEST_FULL:-}" ] || exit 0
# Much memory: the program is stopped no longer for it, and all of it arrives.
steps=$wander
run_options="--mem 4G" reference 100 3072
receive --listen "unix:$PWD/socket" "$steps"
run_options="--mem 4G" start 100 3072
migrate --to "$address" --mode postcopy --stats json
moved "3 GiB"
[ "$(figure bytes_followed)" -ge $((2600 << 20)) ] || fail "$(figure bytes_followed) bytes followed of 3 GiB"
