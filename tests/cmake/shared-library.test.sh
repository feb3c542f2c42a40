# add_library(SHARED) becomes a static library, with CMake's own warning to the project's author.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/project.sh"

project p <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(P LANGUAGES C)
add_library(things SHARED things.c)
add_executable(main main.c)
target_link_libraries(main PRIVATE things)
CMAKE
echo 'int things(void) { return 3; }' >p/things.c
must cmake --toolchain "$toolchain" -S p -B p/build -G Ninja
grep -q 'SHARED' .err || fail "expected CMake to warn about SHARED"
must cmake --build p/build
expect_file p/build/libthings.a
