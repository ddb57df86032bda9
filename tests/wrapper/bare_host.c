/* SPDX-License-Identifier: MIT */
/* bare_host: a program that starts without libc, as tel-wrap does. It ends
 * with 0, or with the number of what does not hold. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STACK_BYTES 16384

static unsigned char stack[STACK_BYTES] __attribute__((aligned(64)));
static const int wanted = 1234;

/* On the other stack, aligned as a called function's, with its argument. */
static int child(void *argument)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    if (here < (uintptr_t)stack || here >= (uintptr_t)stack + STACK_BYTES) {
        return 1;
    }
    return argument == &wanted ? 42 : 2;
}

/* Without shared memory, as an emulator of one processor can't do that. */
static int clones(void)
{
    void *top = stack + STACK_BYTES;
    int status = 0;
    pid_t pid = clone(child, top, SIGCHLD, (void *)(uintptr_t)&wanted);

    if (pid <= 0) {
        return 10;
    }
    if (waitpid(pid, &status, 0) != pid || status != 42 << 8) {
        return 11;
    }
    /* Refused: handlers can't be shared without the memory. */
    errno = 0;
    if (clone(child, top, CLONE_SIGHAND | SIGCHLD, NULL) != -1 ||
        errno != EINVAL) {
        return 12;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct timespec now = {0, 0};

    if (argc != 3 || strcmp(argv[1], "a b") != 0 || argv[2][0] != '\0') {
        return 20;
    }
    if (environ[0] == NULL || strchr(environ[0], '=') == NULL) {
        return 21;
    }
    if (getauxval(AT_PAGESZ) < 4096 || getauxval(AT_EXECFN) == 0) {
        return 22;
    }
    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0 || now.tv_nsec < 0 ||
        now.tv_nsec >= 1000000000) {
        return 23;
    }
    return clones();
}
