/* SPDX-License-Identifier: MIT */
/* Its handler of SIGCHLD counts whatever child it is told of. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals;
static volatile sig_atomic_t children;

static void on_child(int number)
{
    int saved = errno;

    (void)number;
    signals++;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
        children++;
    }
    errno = saved;
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_child};
    sigset_t pending;

    (void)sigpending(&pending);
    (void)sigaction(SIGCHLD, &action, NULL);
    if (fork() == 0) {
        _exit(3);
    }
    while (children == 0) {
        (void)usleep(1000);
    }
    (void)printf("%d, pending %d, then %d\n", (int)children,
                 sigismember(&pending, SIGCHLD), waitpid(-1, NULL, WNOHANG));
    return 7;
}
