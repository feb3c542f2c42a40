# ISA knowledge lives in files and folders that carry an ISA in their name: no other file tests an ISA macro.
source "$(dirname "$0")/../lib/harness.sh"

cd "$source_root"
found=$(grep -rnE '^[[:space:]]*#[[:space:]]*(el)?if.*(__x86_64__|__amd64__|__aarch64__|__arm64__|__riscv)' \
    --include='*.c' --include='*.cc' --include='*.h' --include='*.S' src include | grep -vE '^[^:]*(x86_64|aarch64)' || true)
[ -z "$found" ] || fail "ISA conditionals outside of files named for an ISA: $found"
