# What the user sets wins over the toolchain file: compilers, find-root modes, the emulator.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/project.sh"

project p <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(P LANGUAGES C)
message(STATUS "package ${CMAKE_FIND_ROOT_PATH_MODE_PACKAGE}, program ${CMAKE_FIND_ROOT_PATH_MODE_PROGRAM}")
message(STATUS "compiler ${CMAKE_C_COMPILER}")
message(STATUS "emulator ${CMAKE_CROSSCOMPILING_EMULATOR}")
CMAKE
ln -s "$(command -v dyad-cc)" other-dyad-cc
configure p -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=BOTH "-DDYAD_EMULATOR_ARGS=--isa;aarch64" \
    -DCMAKE_C_COMPILER="$PWD/other-dyad-cc"
expect_stdout_line '-- package BOTH, program NEVER'
expect_stdout_line "-- compiler $PWD/other-dyad-cc"
expect_stdout_match '-- emulator .*/bin/dyad;run;--isa;aarch64;--'
DYAD_EMULATOR_ARGS='--machine;qemu' must cmake --toolchain "$toolchain" -S p -B p/second -G Ninja
expect_stdout_match '-- emulator .*/bin/dyad;run;--machine;qemu;--'
