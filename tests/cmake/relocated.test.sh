# An installed toolchain works from wherever it is moved to, also from a path with a space.
# timeout: 900
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/project.sh"
[ -f "$DYAD_BUILD/cmake_install.cmake" ] || skip "no CMake build tree in $DYAD_BUILD"

must cmake --install "$DYAD_BUILD" --prefix "$PWD/first"
mkdir "a b"
mv first "a b/second"
prefix="$PWD/a b/second"
# Nothing of ours may be found by way of the build tree.
export PATH="/usr/local/bin:/usr/bin:/bin"
toolchain="$prefix/lib/cmake/Dyad/dyad.toolchain.cmake"
project p <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(P LANGUAGES C)
enable_testing()
add_executable(main main.c)
add_test(NAME main COMMAND main)
find_package(Dyad REQUIRED)
add_test(NAME check COMMAND Dyad::dyad check $<TARGET_FILE:main>)
CMAKE
configure p
must cmake --build p/build
must ctest --test-dir p/build --output-on-failure
must "$prefix/bin/dyad-cc" -v -c -x c /dev/null -o null.o
! grep -qF "$DYAD_BUILD/" .err || fail "expected nothing of the build tree in use"
