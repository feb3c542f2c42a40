# The compiler check links a program for each language; nothing is forced, so sizes and byte order are detected.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/project.sh"

project p <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(P LANGUAGES C CXX)
message(STATUS "c ${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}")
message(STATUS "cxx ${CMAKE_CXX_COMPILER_ID} works ${CMAKE_CXX_COMPILER_WORKS}")
message(STATUS "pointer ${CMAKE_SIZEOF_VOID_P}, order ${CMAKE_C_BYTE_ORDER}, type ${CMAKE_TRY_COMPILE_TARGET_TYPE}.")
message(STATUS "system ${CMAKE_SYSTEM_NAME}, unix ${UNIX}, cross ${CMAKE_CROSSCOMPILING}")
CMAKE
configure p
expect_stdout_match '-- c Clang 19\.[0-9.]+'
expect_stdout_line '-- cxx Clang works TRUE'
expect_stdout_line '-- pointer 8, order LITTLE_ENDIAN, type .'
expect_stdout_line '-- system Dyad, unix 1, cross TRUE'
