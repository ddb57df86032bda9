/* SPDX-License-Identifier: MIT */
/* It waits for all its children, and says how many there were. */
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

int main(void)
{
    int children = 0;
    int status;
    int last = 0;

    while (wait(&status) > 0) {
        children++;
        last = status;
    }
    (void)printf("%d, the last %x, then %d\n", children, (unsigned)last,
                 errno == ECHILD);
    return 7;
}
