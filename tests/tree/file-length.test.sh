# Files stay short enough to be read: at most 800 lines.
source "$(dirname "$0")/../lib/harness.sh"

cd "$source_root"
long=$(find src include tests cmake examples -type f \( -name '*.cc' -o -name '*.c' -o -name '*.h' -o -name '*.S' -o -name '*.sh' -o -name '*.py' -o -name '*.cmake' \) \
    -not -path '*/build*' -exec wc -l {} + | awk '$2 != "total" && $1 > 800 { print $2 " has " $1 " lines" }')
[ -z "$long" ] || fail "$long"
