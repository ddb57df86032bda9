/* SPDX-License-Identifier: MIT */
/* Scratch folders, real processes and deadlines for the tests. */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN_DEADLINE_MS 60000
#define STOP_DEADLINE_MS 20000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A stream that is being read to its end. */
struct sink {
    int fd;
    char *bytes;
    size_t len;
    size_t size;
};

/* What a failed test could not clean up itself. */
static struct scratch *live[64];
static pid_t live_owner;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static void *grow(void *old, size_t size)
{
    void *bytes = realloc(old, size);

    if (bytes == NULL)
        abort();
    return bytes;
}

static bool environ_holds(pid_t pid, const char *entry)
{
    bool found = false;
    size_t len = 0;
    char *text = proc_read(pid, "environ", &len);

    if (text == NULL)
        return false;
    for (size_t at = 0; at < len; at += strlen(text + at) + 1)
        found = found || strcmp(text + at, entry) == 0;
    free(text);
    return found;
}

/* Signals every process that was given this scratch's state folder. */
static unsigned signal_all(const struct scratch *scratch, int sig)
{
    char entry[192];
    unsigned found = 0;
    struct dirent *item;
    DIR *proc = opendir("/proc");

    if (proc == NULL)
        return 0;
    snprintf(entry, sizeof(entry), "XDG_STATE_HOME=%s/state", scratch->root);
    while ((item = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(item->d_name, NULL, 10);

        if (pid <= 1 || pid == getpid() || !environ_holds(pid, entry))
            continue;
        kill(pid, sig);
        found++;
    }
    closedir(proc);
    return found;
}

unsigned scratch_processes(const struct scratch *scratch)
{
    return signal_all(scratch, 0);
}

static void end_all(struct scratch *scratch)
{
    int64_t start = now_ms();

    for (size_t i = 0; i < COUNT(scratch->children); i++) {
        if (scratch->children[i] > 0)
            kill(-scratch->children[i], SIGKILL);
        if (scratch->children[i] > 0)
            waitpid(scratch->children[i], NULL, 0);
        scratch->children[i] = 0;
    }
    while (signal_all(scratch, now_ms() - start < 1000 ? SIGTERM : SIGKILL) >
               0 &&
           now_ms() - start < STOP_DEADLINE_MS)
        nap();
}

static void discard(struct scratch *scratch)
{
    end_all(scratch);
    remove_tree(scratch->root);
    remove_tree(scratch->runtime);
    for (size_t i = 0; i < COUNT(scratch->vars); i++)
        free(scratch->vars[i]);
    free(scratch);
}

/* A failed test leaves by longjmp and may never reach its scratch_free. */
static void discard_live(void)
{
    if (getpid() != live_owner)
        return;
    for (size_t i = 0; i < COUNT(live); i++) {
        if (live[i] != NULL)
            discard(live[i]);
        live[i] = NULL;
    }
}

static void remember(struct scratch *scratch)
{
    if (live_owner == 0) {
        live_owner = getpid();
        atexit(discard_live);
    }
    for (size_t i = 0; i < COUNT(live); i++) {
        if (live[i] == NULL) {
            live[i] = scratch;
            return;
        }
    }
    fail_msg("more than %zu scratch folders at once", COUNT(live));
}

static void make_dir(const char *path)
{
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        fail_msg("mkdir %s: %s", path, strerror(errno));
}

static void make_temporary(char *buf, size_t size, const char *parent)
{
    int len = snprintf(buf, size, "%s/tel-test-XXXXXX", parent);

    if (len < 0 || (size_t)len >= size || mkdtemp(buf) == NULL)
        fail_msg("no scratch folder below %s: %s", parent, strerror(errno));
}

struct scratch *scratch_new(void)
{
    static const char *const places[][2] = {
        {"HOME", "home"},
        {"XDG_CONFIG_HOME", "config"},
        {"XDG_STATE_HOME", "state"},
    };
    const char *parent = getenv("TMPDIR");
    struct scratch *scratch = grow(NULL, sizeof(*scratch));

    memset(scratch, 0, sizeof(*scratch));
    make_temporary(scratch->root, sizeof(scratch->root),
                   parent != NULL && parent[0] == '/' ? parent : "/tmp");
    make_temporary(scratch->runtime, sizeof(scratch->runtime), "/dev/shm");
    remember(scratch);
    scratch_set(scratch, "PATH", "/usr/local/bin:/usr/bin:/bin");
    scratch_set(scratch, "LC_ALL", "C");
    scratch_set(scratch, "XDG_RUNTIME_DIR", scratch->runtime);
    for (size_t i = 0; i < COUNT(places); i++) {
        const char *path = scratch_path(scratch, "%s", places[i][1]);

        make_dir(path);
        scratch_set(scratch, places[i][0], path);
    }
    return scratch;
}

void scratch_free(struct scratch *scratch)
{
    if (scratch == NULL)
        return;
    for (size_t i = 0; i < COUNT(live); i++) {
        if (live[i] == scratch)
            live[i] = NULL;
    }
    discard(scratch);
}

void scratch_set(struct scratch *scratch, const char *name, const char *value)
{
    size_t len = strlen(name);
    size_t count = 0;
    size_t at;

    while (scratch->vars[count] != NULL)
        count++;
    for (at = 0; at < count; at++) {
        if (strncmp(scratch->vars[at], name, len) == 0 &&
            scratch->vars[at][len] == '=')
            break;
    }
    if (at < count) {
        free(scratch->vars[at]);
        scratch->vars[at] = scratch->vars[--count];
        scratch->vars[count] = NULL;
    }
    if (value == NULL)
        return;
    if (count + 1 >= COUNT(scratch->vars))
        fail_msg("more than %zu variables", COUNT(scratch->vars) - 1);
    if (asprintf(&scratch->vars[count], "%s=%s", name, value) < 0) {
        scratch->vars[count] = NULL;
        fail_msg("out of memory");
    }
}

const char *scratch_path(const struct scratch *scratch, const char *format, ...)
{
    static char ring[16][4096];
    static unsigned next;
    char *path = ring[next++ % COUNT(ring)];
    size_t room = sizeof(ring[0]);
    int len = snprintf(path, room, "%s/", scratch->root);
    va_list args;
    int more;

    va_start(args, format);
    more = vsnprintf(path + len, room - (size_t)len, format, args);
    va_end(args);
    if (more < 0 || (size_t)more >= room - (size_t)len)
        fail_msg("too long a path: %s", format);
    return path;
}

void scratch_write(const struct scratch *scratch, const char *path,
                   const char *text)
{
    char full[4096];
    size_t len = strlen(text);
    ssize_t done;
    int fd;

    snprintf(full, sizeof(full), "%s", scratch_path(scratch, "%s", path));
    for (char *slash = full + strlen(scratch->root) + 1;
         (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        make_dir(full);
        *slash = '/';
    }
    /* A file that is being run can't be opened for writing. */
    if (unlink(full) < 0 && errno != ENOENT)
        fail_msg("unlink %s: %s", full, strerror(errno));
    fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
              strncmp(text, "#!", 2) == 0 ? 0755 : 0644);
    if (fd < 0)
        fail_msg("open %s: %s", full, strerror(errno));
    for (; len > 0; text += done, len -= (size_t)done) {
        done = write(fd, text, len);
        if (done < 0)
            fail_msg("write %s: %s", full, strerror(errno));
    }
    close(fd);
}

/* Reads what there is now: the length, 0 at the end, or -1 for later. */
static ssize_t sink_read(struct sink *sink)
{
    ssize_t got;

    if (sink->size - sink->len < 4096) {
        sink->size = sink->size * 2 + 8192;
        sink->bytes = grow(sink->bytes, sink->size);
    }
    got = read(sink->fd, sink->bytes + sink->len, sink->size - sink->len - 1);
    if (got > 0)
        sink->len += (size_t)got;
    sink->bytes[sink->len] = '\0';
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        return 0;
    return got;
}

char *file_read(const char *path, size_t *ret_len)
{
    struct sink sink = {.fd = open(path, O_RDONLY | O_CLOEXEC)};

    if (sink.fd < 0)
        return NULL;
    while (sink_read(&sink) != 0)
        ;
    close(sink.fd);
    if (ret_len != NULL)
        *ret_len = sink.len;
    return sink.bytes;
}

static int remove_one(const char *path, const struct stat *info, int type,
                      struct FTW *walk)
{
    (void)info;
    (void)walk;
    if (type == FTW_DNR && chmod(path, 0700) == 0)
        remove_tree(path);
    else
        remove(path);
    return 0;
}

void remove_tree(const char *path)
{
    if (path[0] == '/' && path[1] != '\0')
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#ifdef TEL_EMULATOR
/*
 * A program of this build is for another processor, and is started by what
 * emulates that. Of the preload only the program may know, not the emulator.
 */
static void become_emulated(char *const *argv)
{
    static const char *emulator[300] = {TEL_EMULATOR};
    const char *preload = getenv("LD_PRELOAD");
    char variable[512];
    size_t n = 0;

    while (emulator[n] != NULL)
        n++;
    if (preload != NULL) {
        snprintf(variable, sizeof(variable), "LD_PRELOAD=%s", preload);
        emulator[n++] = "-E";
        emulator[n++] = variable;
        unsetenv("LD_PRELOAD");
    }
    while (*argv != NULL && n + 1 < COUNT(emulator))
        emulator[n++] = *argv++;
    execvp(emulator[0], (char *const *)(uintptr_t)emulator);
}
#endif

static void become(struct scratch *scratch, char *const *argv, int out, int err)
{
    sigset_t none;
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

    /* Its own group, so that whatever it leaves behind can be ended. */
    setpgid(0, 0);
    for (int sig = 1; sig <= SIGRTMAX; sig++)
        signal(sig, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
        chdir(scratch_path(scratch, "home")) < 0)
        return;
    syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    environ = scratch->vars;
#ifdef TEL_EMULATOR
    if (strncmp(argv[0], TEL_BUILD, strlen(TEL_BUILD)) == 0) {
        become_emulated(argv);
        return;
    }
#endif
    execvp(argv[0], argv);
}

/* Starts argv; out and err stay the caller's. */
static pid_t spawn(struct scratch *scratch, char *const *argv, int out, int err)
{
    int failure[2];
    int why = 0;
    ssize_t got;
    pid_t pid;

    if (pipe2(failure, O_CLOEXEC) < 0)
        fail_msg("pipe: %s", strerror(errno));
    fflush(NULL);
    pid = fork();
    if (pid < 0)
        fail_msg("fork: %s", strerror(errno));
    if (pid == 0) {
        become(scratch, argv, out, err);
        why = errno;
        if (write(failure[1], &why, sizeof(why)) < 0)
            _exit(126);
        _exit(127);
    }
    close(failure[1]);
    do {
        got = read(failure[0], &why, sizeof(why));
    } while (got < 0 && errno == EINTR);
    close(failure[0]);
    if (got > 0) {
        waitpid(pid, NULL, 0);
        fail_msg("%s: cannot be run: %s", argv[0], strerror(why));
    }
    return pid;
}

static int status_of(int wait_status)
{
    return WIFSIGNALED(wait_status) ? -WTERMSIG(wait_status)
                                    : WEXITSTATUS(wait_status);
}

/* Waits until deadline for pid to end: its status and true, or false. */
static bool reap(pid_t pid, int64_t deadline, int *ret_status)
{
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, pid, 0),
                           .events = POLLIN};
    int wait_status;
    pid_t got;

    /* valgrind 3.19 knows no pidfds, and the kernel has none for a process
     * that is just ending: look again and again. waitpid knows who is ours. */
    if (ended.fd < 0 && errno != ENOSYS && errno != ESRCH)
        fail_msg("pidfd_open %d: %s", (int)pid, strerror(errno));
    while ((got = waitpid(pid, &wait_status, WNOHANG)) == 0) {
        int64_t left = deadline - now_ms();

        if (left <= 0)
            break;
        poll(&ended, 1, ended.fd < 0 ? 2 : (int)left);
    }
    if (ended.fd >= 0)
        close(ended.fd);
    if (got != pid)
        return false;
    *ret_status = status_of(wait_status);
    return true;
}

/* Reads both streams to their ends: false past the deadline. */
static bool drain(struct sink *sinks, int64_t deadline)
{
    struct pollfd polled[2];

    while (sinks[0].fd >= 0 || sinks[1].fd >= 0) {
        int64_t left = deadline - now_ms();

        if (left <= 0)
            return false;
        for (int i = 0; i < 2; i++)
            polled[i] = (struct pollfd){.fd = sinks[i].fd, .events = POLLIN};
        if (poll(polled, 2, (int)left) <= 0)
            continue;
        for (int i = 0; i < 2; i++) {
            if (polled[i].revents != 0 && sink_read(&sinks[i]) == 0) {
                close(sinks[i].fd);
                sinks[i].fd = -1;
            }
        }
    }
    return true;
}

struct result scratch_runv(struct scratch *scratch, char *const *argv)
{
    int64_t deadline = now_ms() + RUN_DEADLINE_MS;
    struct result result = {0};
    struct sink sinks[2] = {0};
    int pipes[2][2];

    for (int i = 0; i < 2; i++) {
        if (pipe2(pipes[i], O_CLOEXEC) < 0)
            fail_msg("pipe: %s", strerror(errno));
        sinks[i] =
            (struct sink){.fd = pipes[i][0], .bytes = grow(NULL, 1), .size = 1};
        sinks[i].bytes[0] = '\0';
    }
    result.pid = spawn(scratch, argv, pipes[0][1], pipes[1][1]);
    close(pipes[0][1]);
    close(pipes[1][1]);
    if (!drain(sinks, deadline) ||
        !reap(result.pid, deadline, &result.status)) {
        kill(-result.pid, SIGKILL);
        waitpid(result.pid, NULL, 0);
        fail_msg("%s did not end, or something holds its output: stdout %.500s"
                 " stderr %.500s",
                 argv[0], sinks[0].bytes, sinks[1].bytes);
    }
    result.out = sinks[0].bytes;
    result.out_len = sinks[0].len;
    result.err = sinks[1].bytes;
    result.err_len = sinks[1].len;
    return result;
}

/* The arguments up to NULL, as a vector in static memory. */
static char **gather(const char *program, va_list args)
{
    static char *argv[256];
    size_t count = 0;

    argv[count++] = (char *)(uintptr_t)program;
    while ((argv[count] = va_arg(args, char *)) != NULL) {
        if (++count == COUNT(argv))
            fail_msg("%s: too many arguments", program);
    }
    return argv;
}

struct result scratch_run(struct scratch *scratch, const char *program, ...)
{
    char **argv;
    va_list args;

    va_start(args, program);
    argv = gather(program, args);
    va_end(args);
    return scratch_runv(scratch, argv);
}

void result_clear(struct result *result)
{
    free(result->out);
    free(result->err);
    *result = (struct result){0};
}

bool result_same(const struct result *a, const struct result *b)
{
    return a->status == b->status && a->out_len == b->out_len &&
           a->err_len == b->err_len &&
           memcmp(a->out, b->out, a->out_len) == 0 &&
           memcmp(a->err, b->err, a->err_len) == 0;
}

char *scratch_ok(struct scratch *scratch, int status, const char *program, ...)
{
    struct result result;
    char **argv;
    va_list args;

    va_start(args, program);
    argv = gather(program, args);
    va_end(args);
    result = scratch_runv(scratch, argv);
    if (result.status != status)
        fail_msg("%s %s: ended with %d instead of %d\nstdout: %.2000s\n"
                 "stderr: %.2000s",
                 program, argv[1] != NULL ? argv[1] : "", result.status, status,
                 result.out, result.err);
    free(result.err);
    return result.out;
}

pid_t scratch_start(struct scratch *scratch, const char *log, char *const *argv)
{
    size_t slot = 0;
    int fd;

    while (slot < COUNT(scratch->children) && scratch->children[slot] != 0)
        slot++;
    if (slot == COUNT(scratch->children))
        fail_msg("more than %zu programs at once", slot);
    fd = open(log != NULL ? scratch_path(scratch, "%s", log) : "/dev/null",
              O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        fail_msg("open %s: %s", log, strerror(errno));
    scratch->children[slot] = spawn(scratch, argv, fd, fd);
    close(fd);
    return scratch->children[slot];
}

int scratch_stop(struct scratch *scratch, pid_t pid, int sig)
{
    int status = 0;
    size_t slot = 0;

    while (slot < COUNT(scratch->children) && scratch->children[slot] != pid)
        slot++;
    if (slot == COUNT(scratch->children))
        fail_msg("%d was not started by scratch_start", (int)pid);
    if (sig != 0)
        kill(pid, sig);
    if (!reap(pid, now_ms() + STOP_DEADLINE_MS, &status))
        fail_msg("%d did not end after signal %d", (int)pid, sig);
    scratch->children[slot] = 0;
    return status;
}

char *proc_read(pid_t pid, const char *file, size_t *ret_len)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    return file_read(path, ret_len);
}

pid_t proc_child(pid_t pid)
{
    char file[32];
    pid_t child;
    char *list;

    snprintf(file, sizeof(file), "task/%d/children", (int)pid);
    list = proc_read(pid, file, NULL);
    child = list != NULL ? (pid_t)strtol(list, NULL, 10) : 0;
    free(list);
    return child;
}

void skip_unless(bool possible, const char *format, ...)
{
    char reason[512];
    va_list args;

    if (possible)
        return;
    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    print_message("           skipped: %s\n", reason);
    skip();
}

bool emulator_lacks(const char *what)
{
#ifdef TEL_EMULATOR
    print_message("           not under emulation: %s\n", what);
    return true;
#else
    (void)what;
    return false;
#endif
}

void until(bool (*condition)(void *), void *context)
{
    int64_t deadline = now_ms() + STOP_DEADLINE_MS;

    while (!condition(context)) {
        if (now_ms() > deadline)
            fail_msg("what was waited for did not happen");
        nap();
    }
}

size_t count_of(const char *text, const char *needle)
{
    size_t count = 0;
    size_t len = strlen(needle);

    for (; len > 0 && (text = strstr(text, needle)) != NULL; text += len)
        count++;
    return count;
}
