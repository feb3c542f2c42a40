# Builds code that runs in the machine for one ISA, with stock clang and lld, whatever the host is.
#
#   dyad_native_link(NAME ISA isa OUTPUT file SOURCES file... [FLAGS flag...] [OBJECTS file...] [LINK flag...]
#                    [DEPENDS file...] [WEAKEN])
#
# compiles the sources and links them with the given objects to OUTPUT (LINK: -r, or what a static executable needs);
# WEAKEN makes all its definitions weak. Target NAME builds OUTPUT. Headers: clang's own, include/ and src/; nothing of the host.

find_program(DYAD_CLANG NAMES clang-19 clang HINTS ${LLVM_TOOLS_BINARY_DIR} NO_DEFAULT_PATH REQUIRED)
find_program(DYAD_LLD NAMES ld.lld-19 ld.lld HINTS ${LLVM_TOOLS_BINARY_DIR} NO_DEFAULT_PATH REQUIRED)
find_program(DYAD_LLVM_AR NAMES llvm-ar-19 llvm-ar HINTS ${LLVM_TOOLS_BINARY_DIR} NO_DEFAULT_PATH REQUIRED)
find_program(DYAD_LLVM_OBJCOPY NAMES llvm-objcopy-19 llvm-objcopy HINTS ${LLVM_TOOLS_BINARY_DIR} NO_DEFAULT_PATH REQUIRED)

set(DYAD_ISAS x86_64 aarch64)
set(DYAD_NATIVE_FLAGS -ffreestanding -nostdlibinc -fno-pic -O2 -ffunction-sections -fdata-sections
    -fno-stack-protector -fno-common -fasynchronous-unwind-tables -Wall -Wextra -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.
    $<$<BOOL:${DYAD_WERROR}>:-Werror>)
set(DYAD_NATIVE_CXX_FLAGS -std=c++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics)
set(DYAD_NATIVE_FLAGS_x86_64 -mno-red-zone)
# No outlined atomics: they would call routines that x86-64 does not have.
set(DYAD_NATIVE_FLAGS_aarch64 -mno-outline-atomics)

function(dyad_native_link name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "WEAKEN" "ISA;OUTPUT" "SOURCES;FLAGS;OBJECTS;LINK;DEPENDS")
  set(objects)
  foreach(source ${arg_SOURCES})
    get_filename_component(path ${source} ABSOLUTE)
    file(RELATIVE_PATH relative ${PROJECT_SOURCE_DIR} ${path})
    string(REPLACE "/" "." object ${relative})
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}/${object}.o)
    set(language)
    if(path MATCHES "\\.cc$")
      set(language ${DYAD_NATIVE_CXX_FLAGS})
    endif()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${DYAD_CLANG} --target=${arg_ISA}-unknown-linux-musl ${DYAD_NATIVE_FLAGS} ${DYAD_NATIVE_FLAGS_${arg_ISA}}
              ${language} ${arg_FLAGS} -I${PROJECT_SOURCE_DIR}/src -I${PROJECT_SOURCE_DIR}/include
              -MMD -MF ${object}.d -MT ${object} -c ${path} -o ${object}
      DEPENDS ${path}
      DEPFILE ${object}.d
      COMMENT "Compiling ${relative} for ${arg_ISA}"
      VERBATIM COMMAND_EXPAND_LISTS)
    list(APPEND objects ${object})
  endforeach()
  get_filename_component(folder ${arg_OUTPUT} DIRECTORY)
  file(MAKE_DIRECTORY ${folder} ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(weaken)
  if(arg_WEAKEN)
    set(weaken COMMAND ${DYAD_LLVM_OBJCOPY} --weaken ${arg_OUTPUT})
  endif()
  add_custom_command(
    OUTPUT ${arg_OUTPUT}
    COMMAND ${DYAD_LLD} ${arg_LINK} ${objects} ${arg_OBJECTS} -o ${arg_OUTPUT}
    ${weaken}
    DEPENDS ${objects} ${arg_OBJECTS} ${arg_DEPENDS}
    COMMENT "Linking ${arg_OUTPUT}"
    VERBATIM COMMAND_EXPAND_LISTS)
  add_custom_target(${name} ALL DEPENDS ${arg_OUTPUT})
endfunction()
