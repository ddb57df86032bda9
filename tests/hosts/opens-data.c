/* SPDX-License-Identifier: MIT */
/* It opens its data file at the lowest number and writes there what it got. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    int fd = open("data", O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (fd < 0) {
        return 1;
    }
    (void)dprintf(fd, "this is number %d\n", fd);
    (void)dprintf(1, "to stdout\n");
    return 7;
}
