# The musl source tree: pinned, from Debian's source package or from a given folder. Sets DYAD_MUSL_TREE.
#
# Debian's 1.2.3-1 carries no patches of its own (its debian/patches is empty), so the upstream archive is the package.

set(DYAD_MUSL_VERSION 1.2.3)
set(DYAD_MUSL_SOURCE "" CACHE PATH "Unpacked musl ${DYAD_MUSL_VERSION} source tree (empty: fetch the Debian source package)")

if(DYAD_MUSL_SOURCE)
  set(DYAD_MUSL_TREE ${DYAD_MUSL_SOURCE})
else()
  set(DYAD_MUSL_TREE ${PROJECT_BINARY_DIR}/musl/musl-${DYAD_MUSL_VERSION})
  if(NOT EXISTS ${DYAD_MUSL_TREE}/VERSION)
    set(musl_archive musl_${DYAD_MUSL_VERSION}.orig.tar.gz)
    message(STATUS "Fetching ${musl_archive}")
    execute_process(
      COMMAND ${PROJECT_SOURCE_DIR}/cmake/fetch-debian.sh source musl ${DYAD_MUSL_VERSION}-1 -
              ${PROJECT_BINARY_DIR}/musl
              ${musl_archive}=7d5b0b6062521e4627e099e4c9dc8248d32a30285e959b7eecaa780cf8cfd4a4
      RESULT_VARIABLE musl_result)
    if(NOT musl_result EQUAL 0)
      message(FATAL_ERROR "cannot fetch musl; give an unpacked tree with -DDYAD_MUSL_SOURCE=DIR")
    endif()
    # Unpacked beside its final place: an interrupted configure leaves no half tree that looks whole.
    file(ARCHIVE_EXTRACT INPUT ${PROJECT_BINARY_DIR}/musl/${musl_archive} DESTINATION ${PROJECT_BINARY_DIR}/musl/unpack)
    # Its wide printf reaches one past the end of its arrays of numbered arguments; mended in musl 1.2.4.
    set(musl_vfwprintf ${PROJECT_BINARY_DIR}/musl/unpack/musl-${DYAD_MUSL_VERSION}/src/stdio/vfwprintf.c)
    file(READ ${musl_vfwprintf} musl_text)
    string(REPLACE "[NL_ARGMAX]" "[NL_ARGMAX+1]" musl_mended "${musl_text}")
    if(musl_mended STREQUAL musl_text)
      message(FATAL_ERROR "expected arrays of NL_ARGMAX elements in ${musl_vfwprintf}")
    endif()
    file(WRITE ${musl_vfwprintf} "${musl_mended}")
    file(REMOVE_RECURSE ${DYAD_MUSL_TREE})
    file(RENAME ${PROJECT_BINARY_DIR}/musl/unpack/musl-${DYAD_MUSL_VERSION} ${DYAD_MUSL_TREE})
  endif()
endif()

if(NOT EXISTS ${DYAD_MUSL_TREE}/VERSION)
  message(FATAL_ERROR "expected a musl source tree, found no VERSION file in ${DYAD_MUSL_TREE}")
endif()
file(STRINGS ${DYAD_MUSL_TREE}/VERSION musl_found LIMIT_COUNT 1)
if(NOT musl_found STREQUAL DYAD_MUSL_VERSION)
  message(FATAL_ERROR "expected musl ${DYAD_MUSL_VERSION}, found ${musl_found} in ${DYAD_MUSL_TREE}")
endif()
