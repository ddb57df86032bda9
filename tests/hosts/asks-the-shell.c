/* SPDX-License-Identifier: MIT */
/* It has the shell do its work, by system and popen. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

int main(void)
{
    char line[64] = "";
    FILE *pipe;
    int status;

    (void)printf("%x\n", (unsigned)system("exit 3"));
    (void)printf("%x\n", (unsigned)system("kill -9 $$"));
    pipe = popen("echo said; exit 4", "r");
    (void)!fgets(line, sizeof(line), pipe);
    status = pclose(pipe);
    (void)printf("%s%x\n", line, (unsigned)status);
    return 7;
}
