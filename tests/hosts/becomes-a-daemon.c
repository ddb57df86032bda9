/* SPDX-License-Identifier: MIT */
/* It forks twice, and what is left goes on without it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Waits until its parent is gone. */
static void outlive(pid_t parent)
{
    while (getppid() == parent) {
        (void)usleep(1000);
    }
}

static int fork_twice(void)
{
    pid_t parent;

    if (fork() != 0) {
        return 7;
    }
    (void)setsid();
    parent = getpid();
    if (fork() != 0) {
        _exit(3);
    }
    outlive(parent);
    (void)puts("left");
    return 4;
}

int main(int argc, char **argv)
{
    pid_t parent = getpid();

    if (argc > 1 && strcmp(argv[1], "fork") == 0) {
        return fork_twice();
    }
    if (daemon(1, 1) != 0) {
        return 1;
    }
    outlive(parent);
    (void)puts("left");
    return 4;
}
