# An unknown flag is refused, with the nearest one that exists.
source "$(dirname "$0")/../lib/harness.sh"

echo 'int x;' >a.c
run dyad-cc -fomit-frame-pointr -c a.c
expect_status 1
expect_stderr_match ".*error: unknown argument( '|: ')-fomit-frame-pointr'; did you mean '-fomit-frame-pointer'\?"
expect_only_files a.c
run dyad-cc --x86-cpuu=x86-64-v2 -c a.c
expect_status 1
expect_stderr_match ".*error: (unknown|unsupported).*'--x86-cpuu=x86-64-v2'; did you mean '--x86-cpu=.*'\?"
