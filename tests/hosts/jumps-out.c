/* SPDX-License-Identifier: MIT */
/* It jumps out of a handler of SIGSEGV and goes on. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static sigjmp_buf before;
static volatile int *volatile nowhere;

static void on_fault(int number)
{
    siglongjmp(before, number);
}

int main(void)
{
    (void)signal(SIGSEGV, on_fault);
    for (volatile int round = 0; round < 3; round++) {
        int number = sigsetjmp(before, 1);

        if (number == 0) {
            *nowhere = 1;
        }
        (void)printf("%d\n", number);
    }
    return 7;
}
