# With keys of dyad keygen, programs move; with others, or none, nothing is let in and the program goes on.
source "$(dirname "$0")/hosts.sh"

must dyad keygen key
must dyad keygen wrong-key
must dyad keygen --hosts a,b pair
must dyad keygen --hosts a,b wrong-pair
run dyad keygen key
expect_failure
expect_stderr_line "dyad keygen: error: 'key/psk' exists already"

reference 60 1
for keys in "key key" "pair/a pair/b"; do
    read -r mine theirs <<<"$keys"
    receive --listen 127.0.0.1:0 --tls "$theirs" "$steps"
    start 60 1
    migrate --to "$address" --tls "$mine"
    expect_status 0
    finish $destination
    [ $ended = 7 ] || fail "expected status 7 at the destination, found $ended"
    expect_reference here.out there.out
done

start 200 1
reference 200 1 &
for keys in "key wrong-key" "pair/a wrong-pair/b" "key pair/b" "pair/a key"; do
    read -r mine theirs <<<"$keys"
    receive --listen 127.0.0.1:0 --tls "$theirs" "$steps"
    migrate --to "$address" --tls "$mine"
    expect_status 1
    expect_stderr_match 'dyad migrate: error: .*the TLS handshake failed: .*'
    wait_for grep -q 'the TLS handshake failed' there.err
    kill $destination
done
# One side only.
receive --listen 127.0.0.1:0 --tls key "$steps"
migrate --to "$address"
expect_status 1
migrate --to "$address" --tls key
expect_status 0
finish $destination
[ $ended = 7 ] || fail "after failures: expected status 7 at the destination, found $ended"
wait %% 2>/dev/null || true
expect_reference here.out there.out

# On a network, not to have keys is an error unless it is asked for.
run dyad receive --machine process --listen 0.0.0.0:0 "$steps"
expect_status 125
expect_stderr_match 'dyad receive: error: 0\.0\.0\.0:0 is reached over a network: expected --tls DIR .*, or --insecure'
