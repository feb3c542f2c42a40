# docs/dependencies.md names exactly the packages that cmake/bootstrap.sh installs.
source "$(dirname "$0")/../lib/harness.sh"

sed -n '/^[a-z_]*packages=($/,/^)$/p' "$source_root/cmake/bootstrap.sh" | grep -vE '[()]' | tr -s ' ' '\n' | grep . | sort >installed
sed -n '/^## To build/,/^## Fetched/p' "$source_root/docs/dependencies.md" | grep '^| `' | cut -d'|' -f2 | grep -o '`[^`]*`' | tr -d '`' | sort >named
diff installed named || fail "cmake/bootstrap.sh (<) and docs/dependencies.md (>) differ"
