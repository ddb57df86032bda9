/* SPDX-License-Identifier: MIT */
/* Its child shares its memory and ends at once. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int status = 0;
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(127);
    }
    (void)waitpid(pid, &status, 0);
    (void)printf("%x\n", (unsigned)status);
    return 7;
}
