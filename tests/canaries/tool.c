/* SPDX-License-Identifier: MIT */
/*
 * tool: a program that is recorded under many names, and says nothing. Any
 * arguments may stand before its last four: --do END --with NUMBER.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_all(void)
{
    char buf[4096];
    ssize_t got;

    while ((got = read(STDIN_FILENO, buf, sizeof(buf))) > 0)
        continue;
    return got < 0;
}

/* Says that it is there, and stays until it is killed. */
static void wait_for_ever(void)
{
    if (write(STDOUT_FILENO, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    const char *end = argc > 4 ? argv[argc - 3] : "return";
    int number = argc > 4 ? atoi(argv[argc - 1]) : 0;

    if (strcmp(end, "exit") == 0)
        exit(number);
    if (strcmp(end, "leave") == 0)
        _exit(number);
    if (strcmp(end, "abort") == 0)
        abort();
    if (strcmp(end, "signal") == 0)
        (void)raise(number);
    if (strcmp(end, "read") == 0)
        return read_all();
    if (strcmp(end, "wait") == 0)
        wait_for_ever();
    if (strcmp(end, "say") == 0)
        return write(STDERR_FILENO, argv[1], strlen(argv[1])) < 0;
    return number;
}
