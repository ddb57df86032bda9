/* SPDX-License-Identifier: MIT */
/* It closes every descriptor it did not open, and uses the numbers anew. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    int fd = -1;

    for (int i = 3; i < 256; i++) {
        (void)close(i);
    }
    for (int i = 0; i < 20; i++) {
        fd = open("data", O_WRONLY | O_CREAT | O_APPEND, 0644);
        if (fd < 0) {
            return 1;
        }
        (void)dprintf(fd, "%d\n", fd);
    }
    return 7;
}
