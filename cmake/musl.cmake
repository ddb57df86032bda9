# SPDX-License-Identifier: MIT
# musl on a machine whose own library is glibc, by Debian's musl-tools.
# Where musl is the system's library no toolchain file is needed.
set(CMAKE_C_COMPILER musl-gcc)

# musl-gcc leaves /usr/include out, and with it the kernel's headers. They
# alone are lent, since a header of glibc's would be found where musl has none.
execute_process(COMMAND gcc -print-multiarch
    OUTPUT_VARIABLE tel_musl_arch OUTPUT_STRIP_TRAILING_WHITESPACE)
set(tel_musl_kernel ${CMAKE_BINARY_DIR}/kernel-headers)
file(MAKE_DIRECTORY ${tel_musl_kernel})
foreach(part linux asm-generic ${tel_musl_arch}/asm)
    get_filename_component(name ${part} NAME)
    if(NOT EXISTS ${tel_musl_kernel}/${name})
        file(CREATE_LINK /usr/include/${part} ${tel_musl_kernel}/${name} SYMBOLIC)
    endif()
endforeach()
set(CMAKE_C_FLAGS_INIT "-isystem ${tel_musl_kernel}")
