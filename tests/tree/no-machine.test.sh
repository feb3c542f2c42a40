# Nothing in the tree is true on one machine only: no home or work folders, no servers but examples.
source "$(dirname "$0")/../lib/harness.sh"

cd "$source_root"
found=$(grep -rnIE --exclude-dir='build*' --exclude-dir=.git --exclude=LICENSE --exclude="$(basename "$0")" \
    -e '(^|[^a-zA-Z0-9_.}$/])/(home|root|work|mnt|srv)/' -e 'https?://' . | grep -v 'http://example\.org' || true)
[ -z "$found" ] || fail "$found"
