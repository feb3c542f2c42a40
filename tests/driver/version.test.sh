# The first line of --version is what CMake and Meson look for; our own version comes next.
source "$(dirname "$0")/../lib/harness.sh"

for compiler in dyad-cc dyad-c++ "dyad cc" "dyad c++"; do
    must_quietly $compiler --version
    head -n 1 .out | grep -qxE 'clang version 19\.[0-9]+\.[0-9]+' || fail "expected 'clang version 19.x.y' first"
    sed -n 2p .out | grep -qxE 'dyad version [0-9]+\.[0-9]+\.[0-9]+' || fail "expected dyad's version second"
done
must dyad --version
expect_stdout_match 'dyad [0-9]+\.[0-9]+\.[0-9]+'
