# Nothing in the tree is true on one machine only: no home or work folders, no servers but examples. SVG's namespace is a name.
source "$(dirname "$0")/../lib/harness.sh"

cd "$source_root"
found=$(grep -rnIE --exclude-dir='build*' --exclude-dir=.git --exclude=LICENSE --exclude="$(basename "$0")" \
    -e '(^|[^a-zA-Z0-9_.}$/])/(home|root|work|mnt|srv)/' -e 'https?://' . | grep -v -e 'http://example\.org' -e '"http://www\.w3\.org/2000/svg"' || true)
[ -z "$found" ] || fail "$found"
