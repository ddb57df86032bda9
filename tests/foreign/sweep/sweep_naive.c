/* SPDX-License-Identifier: MIT */
/* A preload as one should not be, for the sweep to find: NAIVE says how. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAIVE_PRINTS 1
#define NAIVE_ENDS_OTHERWISE 2
#define NAIVE_LEAVES_FILE 3
#define NAIVE_HOLDS_OUTPUT 4

__attribute__((constructor)) static void start(void)
{
#if NAIVE == NAIVE_PRINTS
    static const char text[] = "naive: loaded\n";

    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0) {
        return;
    }
#elif NAIVE == NAIVE_LEAVES_FILE
    const char *home = getenv("HOME");
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/.naive", home != NULL ? home : "");
    (void)close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
#elif NAIVE == NAIVE_HOLDS_OUTPUT
    if (fork() == 0) {
        (void)pause(); /* the sweep ends what a command leaves */
        _exit(0);
    }
#endif
}

__attribute__((destructor)) static void end(void)
{
#if NAIVE == NAIVE_ENDS_OTHERWISE
    _exit(99);
#endif
}
