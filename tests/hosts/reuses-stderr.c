/* SPDX-License-Identifier: MIT */
/* It closes stderr, and its data file gets that number. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    int fd;

    (void)close(2);
    fd = open("data", O_WRONLY | O_CREAT | O_APPEND, 0644);
    (void)dprintf(fd, "%d\n", fd);
    return fd == 2 ? 7 : 1;
}
