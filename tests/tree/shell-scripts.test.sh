# Every shell script parses, and the ones that are called are executable.
source "$(dirname "$0")/../lib/harness.sh"

cd "$source_root"
find cmake tests examples .ci -name '*.sh' -o -path './.ci/run' | while read -r script; do
    bash -n "$script" || fail "$script does not parse"
done
for script in tests/run.sh cmake/bootstrap.sh examples/quickstart.sh .ci/run; do
    [ -x "$script" ] || fail "$script is not executable"
done
