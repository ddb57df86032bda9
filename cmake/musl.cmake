# SPDX-License-Identifier: MIT
# musl on a machine whose own library is glibc, by Debian's musl-tools.
# Where musl is the system's library no toolchain file is needed.
set(CMAKE_C_COMPILER musl-gcc)

# musl-gcc leaves /usr/include out, and with it the kernel's headers. They
# alone are lent, since a header of glibc's would be found where musl has none.
execute_process(COMMAND gcc -print-multiarch
    OUTPUT_VARIABLE multiarch OUTPUT_STRIP_TRAILING_WHITESPACE)
set(kernel ${CMAKE_BINARY_DIR}/kernel-headers)
file(MAKE_DIRECTORY ${kernel})
foreach(part linux asm-generic ${multiarch}/asm)
    get_filename_component(name ${part} NAME)
    if(NOT EXISTS ${kernel}/${name})
        file(CREATE_LINK /usr/include/${part} ${kernel}/${name} SYMBOLIC)
    endif()
endforeach()
set(CMAKE_C_FLAGS_INIT "-isystem ${kernel}")
