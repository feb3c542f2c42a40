# The program of the quick start prints the same addresses and results on both ISAs and both machines.
source "$(dirname "$0")/../lib/harness.sh"

must_quietly dyad-cc -O2 -g "$source_root/examples/hello/addresses.c" -o addresses
must dyad check addresses
for combination in "${combinations[@]}"; do
    read -r isa machine <<<"$combination"
    must dyad run --isa "$isa" --machine "$machine" addresses -- one "two words"
    expect_stdout_match 'main +0x[0-9a-f]+'
    expect_stdout_line 'argument 2: two words'
    expect_stdout_line '2 arguments, the sum is 332833500'
    cp .out "$isa-$machine.txt"
    cmp x86_64-process.txt "$isa-$machine.txt" || fail "expected the output of x86_64 on the process machine"
done
