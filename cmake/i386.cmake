# SPDX-License-Identifier: MIT
# 32-bit programs on x86_64, by Debian's gcc-12-multilib. The package
# gcc-multilib is not needed: all that it adds is a link to the folder of asm/,
# and it can't be installed beside the compilers for other architectures.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER gcc)
set(CMAKE_C_FLAGS_INIT "-m32 -idirafter /usr/include/x86_64-linux-gnu")
