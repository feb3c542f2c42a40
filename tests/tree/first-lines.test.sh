# Every source file says in its first line what it is.
source "$(dirname "$0")/../lib/harness.sh"

cd "$source_root"
silent=$(find src include tests -type f \( -name '*.cc' -o -name '*.h' -o -name '*.S' \) -not -path '*/build*' | while read -r file; do
    head -n 1 "$file" | grep -qE '^(//|/\*)' || echo "$file"
done)
[ -z "$silent" ] || fail "no comment in the first line of: $silent"
