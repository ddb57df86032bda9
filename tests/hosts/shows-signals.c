/* SPDX-License-Identifier: MIT */
/* It prints which signals wait for it, and takes them one by one. */
#include <signal.h>
#include <stdio.h>

int main(void)
{
    sigset_t pending;
    sigset_t blocked;
    struct sigaction hangup;

    (void)sigpending(&pending);
    (void)sigprocmask(SIG_BLOCK, NULL, &blocked);
    (void)sigaction(SIGHUP, NULL, &hangup);
    for (int i = 1; i < 65; i++) {
        (void)printf("%d%d", sigismember(&pending, i),
                     sigismember(&blocked, i));
    }
    (void)printf("\n%d\n", hangup.sa_handler == SIG_IGN);
    return 7;
}
