/* SPDX-License-Identifier: MIT */
/* It spawns what is not there, what can't be run, and what can. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void spawn(const char *path, char **argv)
{
    int status = 0;
    pid_t pid = 0;
    int error = posix_spawn(&pid, path, NULL, NULL, argv, environ);

    if (error == 0) {
        (void)waitpid(pid, &status, 0);
    }
    (void)printf("%d %x\n", error, (unsigned)status);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return 5;
    }
    char *child[] = {argv[0], argv[0], NULL};

    (void)close(open("plain", O_WRONLY | O_CREAT, 0644));
    spawn("/nowhere/at/all", child);
    spawn("plain", child);
    spawn(argv[0], child);
    return 7;
}
