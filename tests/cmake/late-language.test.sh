# A project may set CMAKE_MODULE_PATH anew and enable a further language afterwards.
source "$(dirname "$0")/../lib/harness.sh"
source "$(dirname "$0")/project.sh"

project p <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(P LANGUAGES C)
set(CMAKE_MODULE_PATH ${CMAKE_SOURCE_DIR}/cmake)
enable_language(CXX)
add_executable(main main.c)
CMAKE
configure p
must cmake --build p/build
