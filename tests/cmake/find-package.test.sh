# find_package(Dyad) in a host project: imported tools, and a pair built on the side that is tested on both ISAs.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/project.sh"

project p <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(P LANGUAGES C)
enable_testing()
find_package(Dyad 0.1 REQUIRED)
get_target_property(where Dyad::dyad IMPORTED_LOCATION)
message(STATUS "dyad ${where}, toolchain file ${DYAD_TOOLCHAIN_FILE}")
add_executable(host main.c)
add_test(NAME host COMMAND host)
dyad_add_pair(guest SOURCES guest.c sub/part.c OPTIONS -O2 -Wall DEFINITIONS "TEXT=\"a b\"" INCLUDES include)
dyad_add_test(guest PAIR guest ARGUMENTS one two)
dyad_add_migration_test(guest MOVES 3 ARGUMENTS one JUNIT results.xml)
set_tests_properties(${guest_TESTS} PROPERTIES PASS_REGULAR_EXPRESSION "3 a b 7")
CMAKE
mkdir p/sub p/include
echo 'int part(void);' >p/include/part.h
echo '#include "part.h"
int part(void) { return 7; }' >p/sub/part.c
echo '#include "part.h"
#include <stdio.h>
int main(int argc, char **argv) { printf("%d %s %d\n", argc, TEXT, part()); return 0; }' >p/guest.c
must cmake -S p -B p/build -G Ninja -DDyad_DIR="$DYAD_BUILD/lib/cmake/Dyad"
expect_stdout_match '-- dyad .*/bin/dyad, toolchain file .*/dyad\.toolchain\.cmake'
must cmake --build p/build
must ctest --test-dir p/build --output-on-failure
expect_stdout_match '100% tests passed, 0 tests failed out of 5'
grep -q '<testsuite name="guest" tests="6" failures="0"' p/build/results.xml || fail "expected six results in results.xml"
must cmake --build p/build
grep -q 'no work to do' .out || fail "expected no work to do"
sleep 1
touch p/include/part.h
must cmake --build p/build -v
[ "$(grep -c 'dyad-cc.* -c ' .out)" = 2 ] || fail "expected both sources of the pair to be compiled again"
