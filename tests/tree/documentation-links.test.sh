# Every page and file that the documentation links to exists.
source "$(dirname "$0")/../lib/harness.sh"

cd "$source_root"
missing=$(for page in README.md docs/*.md examples/README.md tests/README.md; do
    { grep -oE '\]\([^)#:]+' "$page" || true; } | sed 's/^](//' | while read -r target; do
        [ -e "$(dirname "$page")/$target" ] || echo "$page: $target"
    done
    { grep -oE '\bdocs/[a-z0-9-]+\.md' "$page" || true; } | sort -u | while read -r target; do
        [ -e "$target" ] || echo "$page: $target"
    done
done)
[ -z "$missing" ] || fail "$missing"
messages=$(grep -rhoE 'docs/[a-z0-9-]+\.md' src include cmake linker-scripts | sort -u | while read -r target; do [ -e "$target" ] || echo "$target"; done)
[ -z "$messages" ] || fail "pages that the sources refer to are missing: $messages"
