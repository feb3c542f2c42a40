# Commands of find_package(Dyad). They work in a project that is built for Dyad (dyad.toolchain.cmake) and in one that is
# built for the host and makes a pair on the side, such as a server's test suite.

# dyad_add_pair(<name> SOURCES <file>...
#               [OPTIONS <flag>...] [DEFINITIONS <macro>...] [INCLUDES <folder>...] [LINK <argument>...] [NO_CHECK])
# Builds the pair image <name>. In a project built for Dyad it is an ordinary executable target; in a host project an
# imported executable whose file the `all` target makes with dyad-cc (or dyad-c++, if a source is C++). LINK takes libraries
# and linker flags. Unless NO_CHECK is given, a test <name>.check proves that both halves match.
function(dyad_add_pair name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_CHECK" "" "SOURCES;OPTIONS;DEFINITIONS;INCLUDES;LINK")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "dyad_add_pair(${name}): unknown arguments '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "dyad_add_pair(${name}): expected SOURCES")
  endif()
  if(DYAD)
    add_executable(${name} ${arg_SOURCES})
    target_compile_options(${name} PRIVATE ${arg_OPTIONS})
    target_compile_definitions(${name} PRIVATE ${arg_DEFINITIONS})
    target_include_directories(${name} PRIVATE ${arg_INCLUDES})
    target_link_libraries(${name} PRIVATE ${arg_LINK})
    set(image "$<TARGET_FILE:${name}>")
  else()
    set(image "${CMAKE_CURRENT_BINARY_DIR}/${name}")
    _dyad_build_on_the_side(${name} "${image}")
  endif()
  if(NOT arg_NO_CHECK)
    add_test(NAME ${name}.check COMMAND "${DYAD_ROOT}/bin/dyad" check "${image}")
  endif()
endfunction()

# The host project's way: one command for each source, with its dependency file, and one for the link. Uses the
# variables arg_* of dyad_add_pair.
function(_dyad_build_on_the_side name image)
  set(flags ${arg_OPTIONS})
  list(TRANSFORM arg_DEFINITIONS PREPEND -D)
  foreach(folder IN LISTS arg_INCLUDES)
    get_filename_component(folder "${folder}" ABSOLUTE)
    list(APPEND flags "-I${folder}")
  endforeach()
  set(link_with "${DYAD_ROOT}/bin/dyad-cc")
  set(objects)
  foreach(source IN LISTS arg_SOURCES)
    get_filename_component(path "${source}" ABSOLUTE)
    get_source_file_property(generated "${source}" GENERATED)
    if(generated AND NOT IS_ABSOLUTE "${source}" AND NOT EXISTS "${path}")
      set(path "${CMAKE_CURRENT_BINARY_DIR}/${source}")
    endif()
    set(compiler "${DYAD_ROOT}/bin/dyad-cc")
    if(source MATCHES "\\.(cc|cpp|cxx|C)$")
      set(compiler "${DYAD_ROOT}/bin/dyad-c++")
      set(link_with "${compiler}")
    endif()
    string(MAKE_C_IDENTIFIER "${source}" object)
    set(object "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dyad/${object}.o")
    add_custom_command(OUTPUT "${object}"
      COMMAND ${CMAKE_COMMAND} -E make_directory "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dyad"
      COMMAND "${compiler}" ${flags} ${arg_DEFINITIONS} -MD -MF "${object}.d" -c "${path}" -o "${object}"
      DEPENDS "${path}" "${compiler}" DEPFILE "${object}.d"
      COMMENT "Compiling ${source} for ${name}" VERBATIM COMMAND_EXPAND_LISTS)
    list(APPEND objects "${object}")
  endforeach()
  # The image is a by-product of a stamp: CMake would take its name for the imported target, and see a cycle.
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${name}.dyad/linked.stamp")
  add_custom_command(OUTPUT "${stamp}" BYPRODUCTS "${image}"
    COMMAND "${link_with}" ${arg_OPTIONS} ${objects} ${arg_LINK} -o "${image}"
    COMMAND ${CMAKE_COMMAND} -E touch "${stamp}"
    DEPENDS ${objects} "${link_with}" COMMENT "Linking the pair ${name}" VERBATIM COMMAND_EXPAND_LISTS)
  add_custom_target(${name}.pair ALL DEPENDS "${stamp}")
  add_executable(${name} IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${image}")
  add_dependencies(${name} ${name}.pair)
endfunction()

# dyad_add_test(<name> PAIR <target> [ARGUMENTS <word>...] [ISAS <isa>...] [MACHINE process|qemu] [FS <folder>])
# Adds a test <name>.<isa> for each ISA (both by default) that runs the pair and wants exit status 0. FS is the program's
# root directory. Sets <name>_TESTS in the caller to the tests' names, for set_tests_properties.
function(dyad_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PAIR;MACHINE;FS" "ARGUMENTS;ISAS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "dyad_add_test(${name}): unknown arguments '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT TARGET "${arg_PAIR}")
    message(FATAL_ERROR "dyad_add_test(${name}): expected PAIR with the name of a target, found '${arg_PAIR}'")
  endif()
  if(NOT arg_ISAS)
    set(arg_ISAS x86_64 aarch64)
  endif()
  if(NOT arg_MACHINE)
    set(arg_MACHINE process)
  endif()
  set(options --machine ${arg_MACHINE})
  if(arg_FS)
    get_filename_component(arg_FS "${arg_FS}" ABSOLUTE)
    list(APPEND options --fs "${arg_FS}")
  endif()
  set(tests)
  foreach(isa IN LISTS arg_ISAS)
    add_test(NAME ${name}.${isa}
      COMMAND "${DYAD_ROOT}/bin/dyad" run --isa ${isa} ${options} "$<TARGET_FILE:${arg_PAIR}>" -- ${arg_ARGUMENTS})
    list(APPEND tests ${name}.${isa})
  endforeach()
  set(${name}_TESTS ${tests} PARENT_SCOPE)
endfunction()

# dyad_add_migration_test(<target> [NAME <name>] [ARGUMENTS <word>...] [MOVES <n>] [POINTS <n>] [MACHINE process|qemu]
#                         [FS <folder>] [STDIN <file>] [JUNIT <file>])
# Adds a test (<target>.migration by default) that runs the pair <target> on both ISAs, and again from each while it moves MOVES
# times between them, and wants the same output, exit status and, with FS, files each time, and at least one move. It is
# `dyad test`; docs/ci.md describes it.
function(dyad_add_migration_test target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME;MOVES;POINTS;MACHINE;FS;STDIN;JUNIT" "ARGUMENTS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "dyad_add_migration_test(${target}): unknown arguments '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT TARGET "${target}")
    message(FATAL_ERROR "dyad_add_migration_test(${target}): expected the name of a target, found '${target}'")
  endif()
  if(NOT arg_NAME)
    set(arg_NAME ${target}.migration)
  endif()
  foreach(input IN ITEMS FS STDIN)
    if(DEFINED arg_${input})
      get_filename_component(arg_${input} "${arg_${input}}" ABSOLUTE)
    endif()
  endforeach()
  if(DEFINED arg_JUNIT)
    get_filename_component(arg_JUNIT "${arg_JUNIT}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  set(options)
  foreach(option IN ITEMS MOVES POINTS MACHINE FS STDIN JUNIT)
    if(DEFINED arg_${option})
      string(TOLOWER ${option} flag)
      list(APPEND options --${flag} "${arg_${option}}")
    endif()
  endforeach()
  add_test(NAME ${arg_NAME}
    COMMAND "${DYAD_ROOT}/bin/dyad" test ${options} "$<TARGET_FILE:${target}>" -- ${arg_ARGUMENTS})
endfunction()
