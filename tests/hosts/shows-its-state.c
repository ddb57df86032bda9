/* SPDX-License-Identifier: MIT */
/* It prints all of its state that is inherited or can be set. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static void show_status(void)
{
    static const char names[][8] = {"Threads", "SigQ",   "SigPnd", "ShdPnd",
                                    "SigBlk",  "SigIgn", "SigCgt", "Uid",
                                    "Gid",     "Groups", "CapEff", "NoNewPr"};
    char line[512];
    FILE *file = fopen("/proc/self/status", "r");

    while (fgets(line, sizeof(line), file) != NULL) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            if (strncmp(line, names[i], strlen(names[i])) == 0 &&
                strncmp(line, "SigQ", 4) != 0) {
                (void)fputs(line, stdout);
            }
        }
    }
    (void)fclose(file);
}

static void show_limits(void)
{
    struct rlimit limit;

    for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
        (void)getrlimit(i, &limit);
        (void)printf("limit %d: %lu %lu\n", i, (unsigned long)limit.rlim_cur,
                     (unsigned long)limit.rlim_max);
    }
}

static void show_actions(void)
{
    struct sigaction action;

    for (int i = 1; i < 65; i++) {
        if (sigaction(i, NULL, &action) == 0) {
            (void)printf("%d", action.sa_handler == SIG_DFL   ? 0
                               : action.sa_handler == SIG_IGN ? 1
                                                              : 2);
        }
    }
    (void)puts("");
}

int main(void)
{
    char folder[512];
    pid_t pid = getpid();
    mode_t mask = umask(0);
    int subreaper = 0;
    int signal = 0;

    (void)printf("umask %o, in %s, nice %d, personality %x\n", mask,
                 getcwd(folder, sizeof(folder)), getpriority(PRIO_PROCESS, 0),
                 (unsigned)personality(0xffffffff));
    (void)prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    (void)prctl(PR_GET_PDEATHSIG, &signal);
    (void)printf("leads group %d, session %d, in front %d, dumpable %d, "
                 "subreaper %d, parent's death %d\n",
                 getpgrp() == pid, getsid(0) == pid, tcgetpgrp(0) == getpgrp(),
                 prctl(PR_GET_DUMPABLE), subreaper, signal);
    show_status();
    show_limits();
    show_actions();
    return 7;
}
