# inspect describes an image for people and for programs; check counts what it compared; both say what they cannot read.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/deeds.sh"

must_quietly dyad check deeds
expect_stdout_match '.*[0-9]{3,} .*'
must_quietly dyad inspect deeds
expect_stdout_match '.*x86_64.*'
expect_stdout_match '.*aarch64.*'
must_quietly dyad inspect --json deeds
python3 -c 'import json; found = json.load(open(".out")); assert len(found["id"]) == 32, found'
for isa in x86_64 aarch64; do
    must_quietly dyad image extract --isa $isa deeds -o half
    must file half
done
expect_stdout_match '.*aarch64.*'
run dyad image extract --isa mips deeds -o none
expect_status 1
[ ! -e none ] || fail "expected no file"
for command in check inspect "image strip"; do
    run dyad $command absent
    expect_status 1
    expect_stderr_match "dyad $command: error: .*absent.*No such file or directory"
done
