# --help of every command succeeds on stdout; those of `dyad` end with an example that can be copied.
source "$(dirname "$0")/../lib/harness.sh"

must_quietly dyad-cc --help
must_quietly dyad --help
for command in run test ps stats migrate receive keygen checkpoint restore stop doctor check inspect image align; do
    must_quietly dyad $command --help
    grep -A1 -i '^example' .out | tail -n 1 | grep -qE '^ +dyad ' || fail "expected dyad $command --help to end with an example"
done
