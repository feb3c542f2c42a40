# compiler-rt's builtins that LLVM's code generation may call on one of the ISAs (llvm/IR/RuntimeLibcalls.def), from the
# distribution's package for each ISA. Sets DYAD_BUILTINS_<isa> to the objects.
#
# Long double is double and there is no __float128: nothing for 128-bit floating point. 64-bit integer routines are
# instructions on both ISAs. Complex arithmetic is portable code (libc). The two remainders are in libos/leaf/int128.cc.

set(DYAD_BUILTINS_VERSION 1:19.1.7-3~deb12u1)
set(builtins_deb_x86_64 amd64 872464dcd1aa3538e417e177f74a4c549b19313acaa1fe9465d32b936e9ef8eb)
set(builtins_deb_aarch64 arm64 c46fce8817df4806e1c7881c3569a0f337146da261ea995ae5205b5c9c85f3c0)

set(builtins_members
    udivmodti4 udivti3 divti3 multi3 muloti4 ashlti3 ashrti3 lshrti3 clzti2 # 128-bit integers
    fixsfti fixdfti fixunssfti fixunsdfti floattisf floattidf floatuntisf floatuntidf
    powisf2 powidf2 # llvm.powi
    extendhfsf2 truncsfhf2 truncdfhf2 extendbfsf2 truncsfbf2 truncdfbf2) # _Float16, __bf16

foreach(isa x86_64 aarch64)
  set(DYAD_BUILTINS_SOURCE_${isa} "" CACHE FILEPATH
      "libclang_rt.builtins-${isa}.a, or a package that holds it (empty: fetch Debian's)")
  set(source ${DYAD_BUILTINS_SOURCE_${isa}})
  if(NOT source)
    list(GET builtins_deb_${isa} 0 arch)
    list(GET builtins_deb_${isa} 1 sum)
    string(REPLACE ":" "%3a" name libclang-rt-19-dev_${DYAD_BUILTINS_VERSION}_${arch}.deb)
    set(source ${PROJECT_BINARY_DIR}/packages/${name})
    execute_process(
      COMMAND ${PROJECT_SOURCE_DIR}/cmake/fetch-debian.sh binary libclang-rt-19-dev ${DYAD_BUILTINS_VERSION} ${arch}
              ${PROJECT_BINARY_DIR}/packages ${name}=${sum}
      RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
      message(FATAL_ERROR "cannot fetch ${name}; put it into ${PROJECT_BINARY_DIR}/packages, or give an archive with "
                          "-DDYAD_BUILTINS_SOURCE_${isa}=FILE")
    endif()
  endif()
  set(folder ${PROJECT_BINARY_DIR}/builtins/${isa})
  set(DYAD_BUILTINS_${isa})
  foreach(member ${builtins_members})
    list(APPEND DYAD_BUILTINS_${isa} ${folder}/${member}.o)
  endforeach()
  add_custom_command(
    OUTPUT ${DYAD_BUILTINS_${isa}}
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/extract-builtins.sh ${DYAD_LLVM_AR} ${DYAD_LLVM_OBJCOPY} ${source} ${isa} ${folder}
            ${builtins_members}
    DEPENDS ${PROJECT_SOURCE_DIR}/cmake/extract-builtins.sh ${source}
    COMMENT "Taking builtins out of ${source}"
    VERBATIM)
endforeach()
