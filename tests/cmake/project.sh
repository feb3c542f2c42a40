# Sourced by the CMake tests: makes a project from a CMakeLists.txt on standard input, and configures it.
toolchain=$DYAD_BUILD/lib/cmake/Dyad/dyad.toolchain.cmake

# project FOLDER: writes FOLDER/CMakeLists.txt (from stdin) and FOLDER/main.c, which returns 0.
project() {
    mkdir -p "$1"
    cat >"$1/CMakeLists.txt"
    printf 'int main(void) { return 0; }\n' >"$1/main.c"
}

# configure FOLDER ARGUMENTS...: for Dyad, into FOLDER/build; neither warnings nor errors are allowed.
configure() {
    local folder=$1
    shift
    must cmake --toolchain "$toolchain" -S "$folder" -B "$folder/build" -G Ninja "$@"
    expect_no_stderr
}
