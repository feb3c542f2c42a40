# --keep-console: the program goes on elsewhere, but its standard streams, Ctrl-C and its status stay with `dyad run`. No byte
# is lost or doubled, and nothing is read that the program did not ask for. When the connection breaks the program goes on at
# the destination.
source "$(dirname "$0")/hosts.sh"

# talk_to FILE|PIPE: starts the program with that standard input, when it has answered its first line.
talk_to() {
    rm -f here.out here.err
    XDG_RUNTIME_DIR=$PWD/here XDG_STATE_HOME=$PWD/here/state \
        dyad run --machine process --name job "$talk" <"$1" >here.out 2>here.err &
    origin=$!
}
pipe() {
    exec 7>&-
    rm -f input
    mkfifo input
    talk_to input
    exec 7>input
    echo first >&7
    wait_for grep -q FIRST here.out
}
expect_ends() { # STATUS WHAT
    exec 7>&-
    finish $origin
    [ $ended = "$1" ] || fail "$2: expected status $1 at the source, found $ended: $(cat here.err)"
    finish $destination
    [ $ended = "$1" ] || fail "$2: expected status $1 at the destination, found $ended: $(cat there.err)"
    [ ! -s there.out ] || fail "$2: the destination printed $(head -c 100 there.out)"
}

printf 'first\nsecond\npoll\nburst 300000\nwait\nthird\nawait\nfourth\n' >words
on_here dyad run --machine process "$talk" <words >reference 2>reference.err || [ $? = 9 ]
sed -i 's/^poll: 1$/poll: /' reference

# It is moved while it waits for input, in each mode and to both ISAs.
for mode in stop precopy postcopy hybrid; do
    for isa in x86_64 aarch64; do
        receive --listen "unix:$PWD/socket" --isa $isa "$talk"
        pipe
        migrate --to "$address" --mode $mode --keep-console
        expect_status 0
        tail -n +2 words >&7
        expect_ends 9 "mode $mode to $isa"
        sed 's/^poll: [01]$/poll: /' here.out | cmp -s - reference || fail "mode $mode to $isa: other output"
        # Standard error is the program's alone.
        cmp -s here.err reference.err || fail "mode $mode to $isa: expected the program's standard error, found: $(tail -n 3 here.err)"
    done
done

# With TLS.
must dyad keygen keys
receive --listen "unix:$PWD/socket" --tls keys "$talk"
pipe
migrate --to "$address" --tls keys --keep-console
expect_status 0
tail -n +2 words >&7
expect_ends 9 "with TLS"
sed 's/^poll: [01]$/poll: /' here.out | cmp -s - reference || fail "with TLS: other output"

# While it talks, and hops: at any moment. Words come until it has moved, and some more.
feed() {
    local i=0 last=
    while [ -z "$last" ] || [ $i -lt "$last" ]; do
        i=$((i + 1))
        echo "word $i"
        sleep 0.001
        if [ -z "$last" ] && [ -e moved ]; then last=$((i + 200)); fi
    done
}
for moment in 0 0.05 0.1 0.2; do
    rm -f moved input
    mkfifo input
    receive --listen "unix:$PWD/socket" --hop every=20ms "$talk"
    talk_to input
    feed | tee many >input &
    wait_for grep -q 'WORD 2' here.out
    sleep $moment
    migrate --to "$address" --mode stop --keep-console
    expect_status 0
    touch moved
    expect_ends 9 "after $moment s"
    on_here dyad run --machine process "$talk" <many >reference 2>reference.err || [ $? = 9 ]
    cmp -s here.out reference || fail "after $moment s: other output"
    cmp -s here.err reference.err || fail "after $moment s: other errors"
done

# What it does not read is left for whoever reads next, also of a file.
{ for i in $(seq 400); do printf 'wait\n'; done; printf 'quit\nleft\nover\n'; } >words
receive --listen "unix:$PWD/socket" "$talk"
rm -f here.out
(
    XDG_RUNTIME_DIR=$PWD/here XDG_STATE_HOME=$PWD/here/state dyad run --machine process --name job "$talk" >here.out 2>here.err || [ $? = 8 ]
    cat >rest
) <words &
origin=$!
wait_for grep -q WAIT here.out
migrate --to "$address" --keep-console
expect_status 0
finish $origin
[ $ended = 0 ] || fail "expected status 8 at the source: $(tail -n 3 here.err)"
finish $destination
[ $ended = 8 ] || fail "expected status 8 at the destination, found $ended"
printf 'left\nover\n' | cmp -s - rest || fail "expected what was not read to be left, found: $(cat rest)"

# Ctrl-C, or dyad stop, at the source ends the program; at the destination, too.
interrupt() { # WHAT STATUS
    receive --listen "unix:$PWD/socket" --name moved "$talk"
    pipe
    migrate --to "$address" --keep-console
    expect_status 0
    "$1"
    expect_ends "$2" "$1"
}
terminate() { kill -TERM $origin; }
hang_up() { kill -HUP $origin; }
stop_here() { on_here dyad stop job; }
stop_there() { on_there dyad stop moved; }
interrupt terminate 143
interrupt hang_up 129
interrupt stop_here 143
interrupt stop_there 143

# Output that fails at the source fails for the program.
receive --listen "unix:$PWD/socket" "$talk"
rm -f input
mkfifo input output
XDG_RUNTIME_DIR=$PWD/here XDG_STATE_HOME=$PWD/here/state \
    dyad run --machine process --name job "$talk" <input >output 2>here.err &
origin=$!
exec 7>input 8<output
echo first >&7
read -r line <&8
[ "$line" = FIRST ] || fail "expected FIRST, found $line"
migrate --to "$address" --keep-console
expect_status 0
exec 8<&-
for i in 1 2 3 4 5; do echo more; done >&7 || true
wait_for grep -q 'output failed: Broken pipe' here.err
: >there.out
expect_ends 3 "broken pipe"

# It stays within its new host.
receive --listen "unix:$PWD/socket" --name moved "$talk"
pipe
migrate --to "$address" --keep-console
expect_status 0
on_here dyad ps | grep -q 'attached to' || fail "dyad ps says: $(on_here dyad ps)"
for command in "checkpoint moved -o $PWD/file" "migrate moved --to 127.0.0.1:1"; do
    # shellcheck disable=SC2086
    on_there run dyad $command
    expect_status 1
    expect_stderr_match '.*standard streams are still at the host that it came from.*'
done
on_there run dyad migrate moved --isa aarch64
expect_status 0
echo second >&7
wait_for grep -q SECOND here.out
expect_ends 9 "moved on"

# A destination that is killed takes the program with it; the source says so.
receive --listen "unix:$PWD/socket" "$talk"
pipe
migrate --to "$address" --keep-console
expect_status 0
kill -9 $destination
finish $origin
[ $ended = 125 ] || fail "expected status 125 at the source, found $ended"
grep -q 'the program goes on there, with the standard streams of its dyad receive' here.err || fail "the source says: $(cat here.err)"

# A source that is killed, or a connection that is cut: the program goes on at the destination, where its output is from then on.
lose() { # WHAT; kills $origin or $proxy
    receive --listen "unix:$PWD/socket" "$steps"
    through_proxy
    start 600 1
    migrate --to "$proxied" --keep-console
    expect_status 0
    lines=$(wc -l <here.out)
    wait_more() { [ "$(wc -l <here.out)" -gt $((lines + 5)) ]; }
    wait_for wait_more
    "$1"
    finish $destination
    [ $ended = 7 ] || fail "$1: expected status 7 at the destination, found $ended: $(cat there.err)"
    grep -q 'the program goes on with the standard streams of this dyad receive' there.err || fail "$1: the destination says: $(cat there.err)"
    [ -s there.out ] || fail "$1: nothing was printed at the destination"
    # Nothing is lost. What may be there twice is what was written here and not told any more.
    cat here.out there.out | uniq | cmp -s - reference || cat here.out there.out | sort -u | cmp -s - <(sort -u reference) ||
        fail "$1: expected the output of one program, found: $(tail -n 2 here.out) $(head -n 2 there.out)"
}
reference 600 1
cut_line() { kill $proxy; }
kill_source() { kill -9 $origin; }
lose cut_line
finish $origin
[ $ended = 125 ] || fail "expected status 125 at the source, found $ended: $(cat here.err)"
lose kill_source
kill $proxy
