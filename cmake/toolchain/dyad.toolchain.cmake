# CMake toolchain file: builds a project for Dyad, and runs its tests on a machine of Dyad's own.
#   cmake --toolchain <prefix>/lib/cmake/Dyad/dyad.toolchain.cmake -B build && cmake --build build && ctest --test-dir build
# Relocatable: everything is found relative to this file. Each setting can be overridden on the command line.
#   DYAD_EMULATOR_ARGS   options of `dyad run` for ctest, try_run and test discovery (list; also an environment variable).
#                        Default: --machine process
# Specification: docs/cmake.md.

# Before the guard: a project may have set CMAKE_MODULE_PATH anew before it enables a further language.
if(NOT CMAKE_CURRENT_LIST_DIR IN_LIST CMAKE_MODULE_PATH)
  list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")
endif()
include_guard()

get_filename_component(DYAD_ROOT "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

set(CMAKE_SYSTEM_NAME Dyad)
set(CMAKE_SYSTEM_VERSION 1)
if(NOT DEFINED CMAKE_SYSTEM_PROCESSOR)
  # A pair has two; projects that pick assembly by this name must find none.
  set(CMAKE_SYSTEM_PROCESSOR none)
endif()

# Compilers and binary tools.
if(NOT DEFINED CMAKE_C_COMPILER)
  set(CMAKE_C_COMPILER "${DYAD_ROOT}/bin/dyad-cc")
endif()
if(NOT DEFINED CMAKE_CXX_COMPILER)
  set(CMAKE_CXX_COMPILER "${DYAD_ROOT}/bin/dyad-c++")
endif()
if(NOT DEFINED CMAKE_ASM_COMPILER)
  set(CMAKE_ASM_COMPILER "${DYAD_ROOT}/bin/dyad-cc")
endif()
foreach(_dyad_tool AR RANLIB NM STRIP OBJDUMP OBJCOPY ADDR2LINE)
  if(NOT DEFINED CMAKE_${_dyad_tool})
    string(TOLOWER "dyad-${_dyad_tool}" _dyad_name)
    set(CMAKE_${_dyad_tool} "${DYAD_ROOT}/bin/${_dyad_name}" CACHE FILEPATH "Dyad's ${_dyad_name}")
  endif()
endforeach()

# Headers, libraries and packages come from the sysroot and from what the project adds to CMAKE_FIND_ROOT_PATH; programs
# are those of the build machine.
list(PREPEND CMAKE_FIND_ROOT_PATH "${DYAD_ROOT}/lib/dyad/sysroot")
if(NOT DEFINED CMAKE_FIND_ROOT_PATH_MODE_PROGRAM)
  set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
endif()
foreach(_dyad_kind LIBRARY INCLUDE PACKAGE)
  if(NOT DEFINED CMAKE_FIND_ROOT_PATH_MODE_${_dyad_kind})
    set(CMAKE_FIND_ROOT_PATH_MODE_${_dyad_kind} ONLY)
  endif()
endforeach()
if(NOT DEFINED Dyad_DIR)
  set(Dyad_DIR "${CMAKE_CURRENT_LIST_DIR}" CACHE PATH "Where DyadConfig.cmake is")
endif()

# ctest, try_run and gtest_discover_tests start programs through this.
if(NOT DEFINED CMAKE_CROSSCOMPILING_EMULATOR)
  if(NOT DEFINED DYAD_EMULATOR_ARGS)
    if(DEFINED ENV{DYAD_EMULATOR_ARGS})
      set(DYAD_EMULATOR_ARGS "$ENV{DYAD_EMULATOR_ARGS}")
    else()
      set(DYAD_EMULATOR_ARGS --machine process)
    endif()
  endif()
  # What follows the emulator is the image and then the program's own words; -- ends the options of `dyad run`.
  set(CMAKE_CROSSCOMPILING_EMULATOR "${DYAD_ROOT}/bin/dyad" run ${DYAD_EMULATOR_ARGS} --)
endif()

# try_compile reads this file again, in a project of its own that knows only these variables of ours.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CMAKE_MODULE_PATH DYAD_EMULATOR_ARGS)

unset(_dyad_tool)
unset(_dyad_name)
unset(_dyad_kind)
