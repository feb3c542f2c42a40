# No ISA macro is defined; ours and those of the system are.
source "$(dirname "$0")/../lib/harness.sh"

must_quietly dyad-cc -dM -E -x c /dev/null
! grep -qE '__(riscv|x86_64|amd64|aarch64|arm64|AVX|SSE|ARM_)' .out || fail "an ISA macro is defined: $(grep -E '__(riscv|x86_64|amd64|aarch64|arm64|AVX|SSE|ARM_)' .out | head -n 3)"
for macro in __dyad__ __linux__ __unix__ __ELF__ __LP64__ __clang__; do
    grep -q "^#define $macro " .out || fail "expected $macro to be defined"
done
grep -qx '#define __SIZEOF_LONG_DOUBLE__ 8' .out || fail "expected long double to have 8 bytes"
grep -qx '#define __CHAR_BIT__ 8' .out
! grep -q '__CHAR_UNSIGNED__' .out || fail "expected char to be signed"
