/* SPDX-License-Identifier: MIT */
/* A library in which crasher can crash. */
#include "crasher.h"

void crasher_library(int *at)
{
    *(volatile int *)at = 1;
}

void crasher_call_back(void (*function)(void))
{
    function();
    __asm__ volatile("");
}
