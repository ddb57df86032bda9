/* SPDX-License-Identifier: MIT */
/* Starting tel-send from inside a host, so that the host never notices. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table.h"

#define VARIABLES_MAX 64
#define SENDER TEL_LIBEXECDIR "/tel-send"

/* "Name:\tnumber" in /proc/self/status; 0 where it is missing. */
static unsigned status_number(const char *status, const char *name)
{
    const char *at = strstr(status, name);
    unsigned number = 0;

    if (at == NULL) {
        return 0;
    }
    for (at += strlen(name); *at == ' ' || *at == '\t'; at++) {
    }
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (unsigned)(*at - '0');
    }
    return number;
}

bool tel_is_under_valgrind(const struct tel_env *env)
{
    const char *preload = tel_env_get(env, "LD_PRELOAD");

    return preload != NULL && strstr(preload, "/vgpreload_") != NULL;
}

/*
 * Whether a program of this name, to which an orphan falls, is one that lives
 * as long as all else and waits for nothing but what it was asked to run: an
 * init, of a system or of a container, or a session's manager.
 */
static bool adopts_quietly(const char *comm)
{
    static const char names[][12] = {"systemd",    "init",      "dinit",
                                     "tini",       "dumb-init", "catatonit",
                                     "docker-init"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        /* The beginning: init(Debian) of WSL, tini-static. */
        if (strncmp(comm, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

/*
 * Whether this process is in the first namespace of a kind; the kernel always
 * gives these the same names (PROC_PID_INIT_INO and the like,
 * linux/proc_ns.h). One that the kernel does not know has but a first.
 */
static bool is_in_first(const char *path, const char *first)
{
    char name[32];
    ssize_t n = readlink(path, name, sizeof(name));

    if (n < 0) {
        return errno == ENOENT;
    }
    return n == (ssize_t)strlen(first) && memcmp(name, first, (size_t)n) == 0;
}

/*
 * Whether this is a sandbox, whose process 1 may wait for whatever is left in
 * it before it ends itself, as bubblewrap's does, with the host's output in
 * its hands.
 */
static bool is_sandboxed(void)
{
    char comm[COMM_SIZE];

    if (is_in_first("/proc/self/ns/pid", FIRST_PID_NAMESPACE)) {
        return false;
    }
    return process_comm(1, comm) < 0 || !adopts_quietly(comm);
}

/* Whether the time since boot is another one here, and so a lease that is
 * good may look as if it had run out. */
static bool is_time_shifted(void)
{
    return !is_in_first("/proc/self/ns/time", "time:[4026531834]");
}

/*
 * Whether a child would be seen: by wait() of pid 1 or of a subreaper, to
 * whom it falls back; by a tracer or valgrind; by a seccomp filter, which it
 * could not get rid of; or as process 1 of a namespace that was for the host's
 * own first child.
 */
static bool would_be_seen(const struct tel_env *env, pid_t pid)
{
    char status[4096];
    int subreaper = 0;
    ssize_t n;
    int fd;

    if (pid == 1 || tel_is_under_valgrind(env) ||
        prctl(PR_GET_CHILD_SUBREAPER, &subreaper) < 0 || subreaper != 0) {
        return true;
    }
    fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return true;
    }
    n = read(fd, status, sizeof(status) - 1);
    (void)close(fd);
    if (n <= 0) {
        return true;
    }
    status[n] = '\0';
    /* Not from status: a long Groups: line stands before its Seccomp: line. */
    return status_number(status, "\nTracerPid:") != 0 ||
           prctl(PR_GET_SECCOMP, 0UL) > 0 || is_sandboxed() ||
           is_time_shifted() || tel_children_are_elsewhere();
}

static bool ends_in(const char *var, const char *suffix)
{
    const char *equals = strchr(var, '=');
    size_t len = strlen(suffix);

    return equals != NULL && (size_t)(equals - var) >= len &&
           memcmp(equals - len, suffix, len) == 0;
}

static bool named(const char *var, const char *name)
{
    size_t len = strlen(name);

    return strncmp(var, name, len) == 0 && var[len] == '=';
}

static bool is_off_switch(const char *var)
{
    const char *ci;

    for (size_t i = 0; (ci = tel_env_ci_name(i)) != NULL; i++) {
        if (named(var, ci)) {
            return true;
        }
    }
    return named(var, "DO_NOT_TRACK") || ends_in(var, "NO_TELEMETRY");
}

bool tel_sender_given(const char *variable)
{
    return named(variable, "HOME") || named(variable, "XDG_CONFIG_HOME") ||
           named(variable, "XDG_STATE_HOME") ||
           named(variable, "XDG_RUNTIME_DIR") ||
           named(variable, "TEL_CONFIG_PATH") || ends_in(variable, "_proxy") ||
           ends_in(variable, "_PROXY") || named(variable, "SSL_CERT_FILE") ||
           named(variable, "SSL_CERT_DIR") || is_off_switch(variable);
}

/* What of the host's environment a sender is given: nothing else. */
static void choose_variables(const struct tel_env *env,
                             char *chosen[VARIABLES_MAX + 1])
{
    size_t n = 0;

    for (char *const *var = env->vars; *var != NULL && n < VARIABLES_MAX;
         var++) {
        if (tel_sender_given(*var)) {
            chosen[n++] = *var;
        }
    }
    chosen[n] = NULL;
}

/*
 * fork() without the host's SIGCHLD, without its tracer, and without the
 * handlers that pthread_atfork registered: only the kernel takes part.
 */
static pid_t raw_fork(void)
{
    return (pid_t)syscall(SYS_clone, CLONE_UNTRACED, 0L, 0L, 0L, 0L);
}

static void raw_exit(void)
{
    for (;;) {
        (void)syscall(SYS_exit_group, 0);
    }
}

/* Nothing of the host's may stay open: somebody may wait for its end. */
static void drop_descriptors(void)
{
    int fd = open("/dev/null", O_RDWR);

    for (int i = 0; i < 3; i++) {
        if (fd < 0) {
            (void)close(i);
        } else if (fd != i) {
            (void)dup2(fd, i);
        }
    }
    if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0) {
        for (int i = 3; i < 1024; i++) {
            (void)close(i);
        }
    }
}

/*
 * Whether this orphan falls to pid 1 or to a session's manager. Any other
 * subreaper above the host (no file in /proc tells beforehand which there are)
 * may be waiting for all that it has, as test runners do, and would wait for
 * the sender.
 */
static bool is_well_adopted(pid_t parent)
{
    char comm[COMM_SIZE];
    pid_t adopter;

    while ((adopter = getppid()) == parent) {
        (void)syscall(SYS_sched_yield); /* it is about to be gone */
    }
    return adopter <= 1 ||
           (process_comm(adopter, comm) == 0 && adopts_quietly(comm));
}

/* Context: child. */
static void become_sender(char *const *variables)
{
    static const char program[] = SENDER;
    static const char mode[] = "--background";
    union {
        const char *in[3];
        char *out[3];
    } args = {.in = {program, mode, NULL}};
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (chdir("/") == 0) {
        (void)execve(program, args.out, variables);
    }
}

void tel_await_helper(pid_t child)
{
    int status = 0;
    pid_t seen;

    do {
        seen = waitpid(child, &status, __WALL | WUNTRACED);
        if (seen == child && WIFSTOPPED(status)) {
            (void)kill(child, SIGCONT);
        }
    } while (seen == child ? WIFSTOPPED(status) : errno == EINTR);
}

int sender_start(const struct tel_env *env, const struct table_head *head,
                 uint64_t proc_dev, pid_t pid)
{
    char *variables[VARIABLES_MAX + 1];
    pid_t child;

    if (lease_holder(head, proc_dev) != 0) {
        return -EBUSY;
    }
    if (would_be_seen(env, pid)) {
        return -EPERM;
    }
    choose_variables(env, variables);
    child = raw_fork();
    if (child == 0) {
        pid_t own = getpid();

        /*
         * Its own child belongs to nobody once this one is gone. Here, where
         * the host waits for it, everything is closed: a lock or a pipe that
         * the host was given is no longer held when its main begins.
         */
        if (setsid() >= 0) {
            drop_descriptors();
            if (raw_fork() == 0 && is_well_adopted(own)) {
                become_sender(variables);
            }
        }
        raw_exit();
    }
    if (child < 0) {
        return -EAGAIN;
    }
    tel_await_helper(child);
    return 0;
}
