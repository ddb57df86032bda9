/* SPDX-License-Identifier: MIT */
/* Its child, a copy of it, ends in the way that the argument says. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int end_child(const char *way, char **argv)
{
    if (strcmp(way, "exit") == 0) {
        exit(3);
    }
    if (strcmp(way, "_exit") == 0) {
        _exit(3);
    }
    if (strcmp(way, "quick_exit") == 0) {
        quick_exit(3);
    }
    if (strcmp(way, "abort") == 0) {
        abort();
    }
    if (strcmp(way, "signal") == 0) {
        (void)raise(SIGKILL);
    }
    if (strcmp(way, "exec") == 0) {
        char *again[] = {argv[0], NULL};

        (void)execv(argv[0], again);
    }
    return 3; /* the copy of main returns */
}

int main(int argc, char **argv)
{
    int status = 0;
    pid_t pid;

    if (argc < 2) {
        return 4; /* what the child became */
    }
    pid = fork();
    if (pid == 0) {
        return end_child(argv[1], argv);
    }
    (void)waitpid(pid, &status, 0);
    if (strcmp(argv[1], "killed") == 0) { /* after the child's good end */
        (void)raise(SIGKILL);
    }
    (void)printf("%x\n", (unsigned)status);
    return 7;
}
