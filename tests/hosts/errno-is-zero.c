/* SPDX-License-Identifier: MIT */
/* It believes that errno is zero when main begins. */
#include <errno.h>
#include <stdio.h>

static int first;

__attribute__((constructor)) static void start(void)
{
    first = errno;
}

int main(void)
{
    int second = errno;

    (void)printf("%d %d\n", first, second);
    return 7;
}
