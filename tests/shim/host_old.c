/* SPDX-License-Identifier: MIT */
/*
 * host_old: a program as it was linked long ago: host_old WAY DIGIT. It asks
 * for the first version of __libc_start_main, or (WITHOUT_VERSIONS, linked
 * against libc_stub.c) for all names without any version.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv);

#ifndef WITHOUT_VERSIONS
__asm__(".symver __libc_start_main, __libc_start_main@GLIBC_2.2.5");
#endif

/* As crt1.o was before glibc 2.34, but for functions of its own. */
__asm__(".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rdx, %r9\n"
        "    pop %rsi\n"
        "    mov %rsp, %rdx\n"
        "    and $-16, %rsp\n"
        "    push %rax\n"
        "    push %rsp\n"
        "    xor %r8d, %r8d\n"
        "    xor %ecx, %ecx\n"
        "    lea main(%rip), %rdi\n"
        "    call *__libc_start_main@GOTPCREL(%rip)\n"
        "    hlt\n");

int main(int argc, char **argv)
{
    int number;

    if (argc != 3) {
        return 96;
    }
    number = argv[2][0] - '0';
    if (strcmp(argv[1], "exit") == 0) {
        exit(number);
    }
    if (strcmp(argv[1], "_exit") == 0) {
        _exit(number);
    }
    return number;
}
