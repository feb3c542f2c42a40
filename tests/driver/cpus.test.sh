# --x86-cpu and --arm-cpu choose the CPUs of the two halves; an unknown one is refused with those that are known.
source "$(dirname "$0")/../lib/harness.sh"

printf '#include <stdio.h>\nint main(int argc, char **argv) { double s = 0; for (int i = 0; i < 100; i++) s += i * argc; printf("%%g\\n", s); return 0; }\n' >a.c
must_quietly dyad-cc -O3 --x86-cpu=x86-64-v2 --arm-cpu=cortex-a72 a.c -o a
must dyad check a
for isa in x86_64 aarch64; do
    must dyad run --machine process --isa $isa a
    expect_stdout 4950
done
run dyad-cc -O2 --x86-cpu=no-such-cpu a.c -o b
expect_status 1
expect_stderr_match ".*error: .*no-such-cpu.*"
expect_only_files a.c a
