# A builtin of one ISA, and generic ones that are so in name only, are refused with file and line.
source "$(dirname "$0")/../lib/harness.sh"

printf 'void f(void) {\n    __builtin_ia32_pause();\n}\n' >x86.c
run dyad-cc -c x86.c
expect_status 1
expect_stderr_match "x86\.c:2:5: error: .*__builtin_ia32_pause.*"
for builtin in '__builtin_frame_address(0)' '__builtin_thread_pointer()' '(void *)__builtin_readcyclecounter()'; do
    printf 'void *f(void) {\n    return %s;\n}\n' "$builtin" >a.c
    run dyad-cc -O2 -c a.c
    expect_status 1
    expect_stderr_match "a\.c:2:[0-9]+: error: '__builtin_[a-z_]+' in portable code: it gives .*, which differs between ISAs"
    grep -q 'note: move it to a native source' .err || fail "expected the way out"
done
expect_only_files a.c x86.c
