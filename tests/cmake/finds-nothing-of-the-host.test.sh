# Libraries, headers and packages of the host are not found; those of the sysroot are, and programs are the host's.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/project.sh"

project p <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(P LANGUAGES C)
find_library(ZSTD zstd)
find_path(ELF libelf.h)
find_package(fmt QUIET)
find_library(MATH m)
find_path(STDIO stdio.h)
find_program(SHELL_PROGRAM sh)
message(STATUS "host: ${ZSTD} ${ELF} ${fmt_FOUND}")
message(STATUS "sysroot: ${MATH} ${STDIO} ${SHELL_PROGRAM}")
CMAKE
configure p
expect_stdout_line '-- host: ZSTD-NOTFOUND ELF-NOTFOUND 0'
expect_stdout_match '-- sysroot: .*/sysroot/usr/lib/libm\.a .*/sysroot/usr/include /.*bin/sh'
