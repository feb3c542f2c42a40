#!/bin/bash
# Promises: the libOS knows every system call of <sys/syscall.h> by number and name, and of the C library only what learns the
# number when it runs keeps all of them in a program.
#   system_calls.sh BUILD
set -euo pipefail
build=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
library=$build/lib/dyad/sysroot/usr
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

sed -nE 's/^(SYSTEM|ABSENT)_CALL\(([0-9]+), (\w+).*/\3 \2/p' "$root/src/libos/system_calls.def" | sort >"$work/listed"
sed -nE 's/^#define __NR_(\w+)\s+([0-9]+)$/\1 \2/p' "$library/include/bits/syscall.h" | sort >"$work/named"
[ "$(wc -l <"$work/named")" -gt 250 ] || fail "bits/syscall.h has $(wc -l <"$work/named") numbers; expected some 300"
missing=$(comm -13 "$work/listed" "$work/named")
[ -z "$missing" ] || fail "not in system_calls.def:" $missing

"$build/bin/dyad-nm" -A -u "$library/lib/libc.a" >"$work/undefined"
grep -q ' __dyad_call$' "$work/undefined" || fail "nothing in libc.a calls the libOS"
unlisted=$(grep '__dyad_call_of_unlisted_number' "$work/undefined" || true)
[ -z "$unlisted" ] || fail "a number that system_calls.def does not have: $unlisted"
users=$(sed -nE 's/.*[:/](\w+)\.o: .* __dyad_syscall$/\1/p' "$work/undefined" | sort | xargs)
[ "$users" = "setxid syscall" ] || fail "expected setxid and syscall to need every system call, found: $users"
