# cmake --toolchain && cmake --build && ctest on a project with a library, tests, a generated source and a try_run.
source "$(dirname "$0")/../lib/harness.sh"

cp -r "$source_root/examples/cmake" "a project"
cd "a project"
must cmake --toolchain "$DYAD_BUILD/lib/cmake/Dyad/dyad.toolchain.cmake" -B build -G Ninja
expect_stdout_line "-- probe says: right shifts are arithmetic"
grep -qE 'System is unknown|Warning' .err .out && fail "expected no warning while configuring"
expect_no_stderr
must cmake --build build
must ctest --test-dir build --output-on-failure
expect_stdout_match '100% tests passed, 0 tests failed out of 7'
printf 'a bb ccc\n' >text
for isa in x86_64 aarch64; do
    [ "$(dyad run --isa $isa build/words <text | tail -n 1)" = "mean 2.000, deviation 0.816" ] || fail "words on $isa"
done
must dyad check build/words

# With Make as generator, in another build type.
must cmake --toolchain "$DYAD_BUILD/lib/cmake/Dyad/dyad.toolchain.cmake" -B make -G "Unix Makefiles" -DCMAKE_BUILD_TYPE=Debug
must cmake --build make -j2
must ctest --test-dir make --output-on-failure
