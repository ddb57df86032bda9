/* SPDX-License-Identifier: MIT */
/*
 * Calls of a tool that are to give its help and do nothing else.
 *
 * The tool runs with the person's rights, as if they had typed the call; but
 * with nothing to read, in an empty folder that is also its home, with an
 * environment made from nothing, as the leader of its own session, for a few
 * seconds. Then it and all that it started is killed: tel makes itself the
 * reaper of orphans, so a daemon that has left its session is found as well.
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALL_MS 5000        /* for one call */
#define KILL_MS 5000        /* for what it started to be gone */
#define TICK_MS 20          /* between looks whether it has ended */
#define FILE_MAX (16 << 20) /* bytes of a file that the tool may write */

#define ROUNDS_MAX 64
#define VARS_MAX 16 /* of the environment of a call, with the NULL */
#define SCRATCH "/tmp/tel-init-XXXXXX"

/* A path of the person's own folder becomes one from the root. */
static int find_path(const char *tool, char *buf, size_t size)
{
    char here[PATH_MAX] = "";
    int n;

    if (tool[0] != '/' && getcwd(here, sizeof(here)) == NULL)
        return -errno;
    n = snprintf(buf, size, "%s%s%s", here, here[0] != '\0' ? "/" : "", tool);
    if (n < 0 || (size_t)n >= size)
        return -ENAMETOOLONG;
    return access(buf, X_OK) == 0 ? 0 : -errno;
}

int init_find(const struct tel_env *env, const char *tool, char *buf,
              size_t size)
{
    const char *path = tel_env_get(env, "PATH");
    int r = -ENOENT;

    if (strchr(tool, '/') != NULL)
        return find_path(tool, buf, size);
    while (path != NULL && *path != '\0') {
        size_t len = strcspn(path, ":");
        struct stat st;
        int n = snprintf(buf, size, "%.*s/%s", (int)len, path, tool);

        if (len > 0 && path[0] == '/' && n > 0 && (size_t)n < size &&
            stat(buf, &st) == 0 && S_ISREG(st.st_mode)) {
            if (access(buf, X_OK) == 0)
                return 0;
            r = -errno;
        }
        path += len + (path[len] == ':');
    }
    return r;
}

static volatile sig_atomic_t stopped; /* the signal that tel was sent */

static void stop(int sig)
{
    stopped = sig;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))
static struct sigaction before[SIGNALS];

/*
 * The person's Ctrl-C must not leave the tool and its scratch behind. A second
 * one ends tel at once; what is ignored (nohup) stays so.
 */
static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = stop,
                                     .sa_flags = SA_RESETHAND};

    for (size_t i = 0; i < SIGNALS; i++) {
        (void)sigaction(signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            (void)sigaction(signals[i], &action, NULL);
    }
}

static void release_signals(void)
{
    for (size_t i = 0; i < SIGNALS; i++)
        (void)sigaction(signals[i], &before[i], NULL);
    if (stopped != 0)
        (void)raise(stopped);
}

int init_run_open(struct init_run *run)
{
    memcpy(run->home, SCRATCH, sizeof(SCRATCH));
    if (mkdtemp(run->home) == NULL) {
        run->home[0] = '\0';
        return -errno;
    }
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    catch_signals();
    return 0;
}

/* What the tool has closed to everybody is opened again. */
static int open_one(const char *path, const struct stat *st, int kind,
                    struct FTW *ftw)
{
    (void)ftw;
    if ((kind == FTW_D || kind == FTW_DNR) &&
        (st->st_mode & S_IRWXU) != S_IRWXU)
        (void)chmod(path, S_IRWXU);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    (void)remove(path);
    return 0;
}

void init_run_close(struct init_run *run)
{
    /* A folder that can't be read hides what is in it for one round. */
    for (unsigned i = 0;
         run->home[0] != '\0' && i < ROUNDS_MAX && access(run->home, F_OK) == 0;
         i++) {
        (void)nftw(run->home, open_one, 16, FTW_PHYS | FTW_MOUNT);
        (void)nftw(run->home, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    }
    run->home[0] = '\0';
    release_signals();
}

/* ---- the child --------------------------------------------------------------- */

static void limit(int resource, rlim_t value)
{
    const struct rlimit limits = {value, value};

    (void)setrlimit(resource, &limits);
}

/* Between fork and exec: async-signal-safe calls only. */
static void become(const struct init_run *run, char *const *argv,
                   char *const *envp, int to)
{
    int none = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)signal(SIGPIPE, SIG_DFL);
    (void)setsid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, CALL_MS / 1000);
    limit(RLIMIT_FSIZE, FILE_MAX);
    if (none < 0 || dup2(none, 0) < 0 || dup2(to, 1) < 0 || dup2(to, 2) < 0 ||
        chdir(run->home) < 0)
        _exit(127);
    (void)syscall(SYS_close_range, 3, ~0U, 0); /* musl has no name for it */
    (void)execve(run->path, argv, envp);
    _exit(127);
}

/* ---- the end of all that it started -------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The parent of a process, or 0. */
static pid_t parent_of(const char *pid)
{
    char path[32];
    char stat[512];
    const char *at;
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%.10s/stat", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, stat, sizeof(stat) - 1);
    close(fd);
    if (n <= 0)
        return 0;
    stat[n] = '\0';
    /* "pid (comm) state ppid": a comm may hold any byte. */
    at = strrchr(stat, ')');
    return at != NULL && strlen(at) > 4 ? (pid_t)strtol(at + 4, NULL, 10) : 0;
}

/* Kills every child of this process. */
static void kill_children(void)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (pid > 0 && parent_of(entry->d_name) == getpid())
            (void)kill(pid, SIGKILL);
    }
    closedir(dir);
}

/*
 * Kills the session's processes, then orphan after orphan: a child that dies
 * leaves us its own, until there is none.
 */
static void end_all(pid_t leader)
{
    int64_t until = now_ms() + KILL_MS;

    (void)kill(-leader, SIGKILL);
    (void)kill(leader, SIGKILL);
    while (now_ms() < until) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);

        if (pid < 0)
            return;
        if (pid == 0) {
            kill_children();
            (void)poll(NULL, 0, 1);
        }
    }
}

/* ---- a call --------------------------------------------------------------------- */

static bool has_ended(pid_t pid)
{
    siginfo_t info = {.si_pid = 0};

    /* Left as a zombie: until end_all its number is nobody else's. */
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid;
}

/* Waits until there is something to read, it has ended, or the time is up. */
static void wait_for(int pipe, int pidfd, int64_t until)
{
    struct pollfd fds[] = {{.fd = pipe, .events = POLLIN},
                           {.fd = pidfd, .events = POLLIN}};
    int64_t left = until - now_ms();

    /* Before Linux 5.3 there is no pidfd. */
    if (pidfd < 0 && left > TICK_MS)
        left = TICK_MS;
    (void)poll(fds, 2, left > 0 ? (int)left : 0);
}

/*
 * Reads until the pipe is closed, the process has ended and the pipe is empty
 * (another may hold it open), or one of the limits is reached.
 */
static enum init_end read_all(int fd, pid_t pid, char *buf, size_t size,
                              size_t *ret_len)
{
    int64_t until = now_ms() + CALL_MS;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
    bool over = false;
    enum init_end end = INIT_ENDED;

    *ret_len = 0;
    for (;;) {
        ssize_t n = read(fd, buf + *ret_len, size - *ret_len);

        if (n > 0 && (*ret_len += (size_t)n) == size)
            end = INIT_TOO_MUCH;
        else if (stopped != 0 || now_ms() >= until)
            end = INIT_TOO_LONG;
        else if (n > 0)
            continue;
        else if (n < 0 && errno == EAGAIN && !over)
            over = has_ended(pid);
        /* It may have closed its outputs, and still be at work. */
        else if (n == 0 && !has_ended(pid))
            wait_for(-1, pidfd, until);
        else
            break;
        if (end != INIT_ENDED)
            break;
        if (n < 0 && !over)
            wait_for(fd, pidfd, until);
    }
    if (pidfd >= 0)
        close(pidfd);
    return end;
}

/* The texts of an environment that are made for each call. */
struct texts {
    char home[96];
    char tmpdir[96];
};

/* The environment of a call: PATH is all that is the person's. */
static void fill_env(struct init_run *run, struct texts *texts,
                     char *vars[VARS_MAX])
{
    static const char *const fixed[] = {
        "LC_ALL=C.UTF-8", "TERM=dumb",      "NO_COLOR=1",       "COLUMNS=200",
        "LINES=1000",     "MANWIDTH=200",   "PAGER=cat",        "GIT_PAGER=cat",
        "MANPAGER=cat",   "DO_NOT_TRACK=1", "SYSTEMD_PAGER=cat"};
    size_t n = 0;

    _Static_assert(4 + sizeof(fixed) / sizeof(fixed[0]) < VARS_MAX,
                   "those made here, PATH and the NULL have room too");
    snprintf(texts->home, sizeof(texts->home), "HOME=%s", run->home);
    snprintf(texts->tmpdir, sizeof(texts->tmpdir), "TMPDIR=%s", run->home);
    vars[n++] = texts->home;
    vars[n++] = texts->tmpdir;
    vars[n++] = run->disable;
    for (char **var = environ; *var != NULL; var++) {
        if (strncmp(*var, "PATH=", 5) == 0) {
            vars[n++] = *var;
            break;
        }
    }
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        vars[n++] = (char *)(uintptr_t)fixed[i];
    vars[n] = NULL;
}

static void say_call(const struct init_run *run, const char *const args[3])
{
    fprintf(stderr, "running %s", run->path);
    for (size_t i = 0; i < 3 && args[i] != NULL; i++)
        fprintf(stderr, " %s", args[i]);
    putc('\n', stderr);
}

int init_call(struct init_run *run, const char *const args[3],
              struct init_help *ret_help, enum init_end *ret_end)
{
    static char bytes[INIT_HELP_MAX];
    struct texts texts;
    char *vars[VARS_MAX];
    char *argv[5] = {(char *)(uintptr_t)run->name};
    size_t len = 0;
    int fds[2];
    pid_t pid;

    if (stopped != 0)
        return -EINTR;
    say_call(run, args);
    for (size_t i = 0; i < 3 && args[i] != NULL; i++)
        argv[i + 1] = (char *)(uintptr_t)args[i];
    fill_env(run, &texts, vars);
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    /* The tool's own end blocks, as it would in any pipe. */
    (void)fcntl(fds[1], F_SETFL, 0);
    pid = fork();
    if (pid == 0)
        become(run, argv, vars, fds[1]);
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return -errno;
    }
    *ret_end = read_all(fds[0], pid, bytes, sizeof(bytes), &len);
    end_all(pid);
    close(fds[0]);
    init_help_read(ret_help, bytes, len);
    return stopped != 0 ? -EINTR : 0;
}
