# What CMake must know of the system that Dyad's programs run on: POSIX-like, ELF names, static linking only.
set(DYAD 1)
set(UNIX 1)

set_property(GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS FALSE)
set(CMAKE_STATIC_LIBRARY_PREFIX lib)
set(CMAKE_STATIC_LIBRARY_SUFFIX .a)
set(CMAKE_EXECUTABLE_SUFFIX "")
set(CMAKE_FIND_LIBRARY_PREFIXES lib)
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(CMAKE_DL_LIBS "")

# Looked up below each element of CMAKE_FIND_ROOT_PATH, the sysroot first.
list(APPEND CMAKE_SYSTEM_PREFIX_PATH /usr)
list(APPEND CMAKE_SYSTEM_INCLUDE_PATH /usr/include)
list(APPEND CMAKE_SYSTEM_LIBRARY_PATH /usr/lib)
