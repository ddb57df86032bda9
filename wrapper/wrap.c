/* SPDX-License-Identifier: MIT */
/* The wrapper's way: find the tool, begin the run, become or supervise it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "wrap.h"

static void put(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0) {
        return;
    }
}

void wipe_strings(char *const *strings)
{
    for (; *strings != NULL; strings++) {
        memset(*strings, 0, strlen(*strings));
    }
}

int failed_start(const char *name, int error)
{
    bool missing = error == ENOENT || error == ENOTDIR;

    put("tel-wrap: ");
    put(name);
    put(missing                              ? ": not found\n"
        : error == ENOEXEC                   ? ": not a program\n"
        : error == ENAMETOOLONG              ? ": too long a name\n"
        : error == E2BIG                     ? ": too many arguments\n"
        : error == EAGAIN || error == ENOMEM ? ": out of memory or processes\n"
                                             : ": cannot be executed\n");
    return missing ? 127 : 126;
}

/* More arguments than this only a program with "#!" or a binary can take. */
#define SCRIPT_ARGS 4096

/* Shells refuse what has a NUL in its first line: it is another machine's
 * program, or no program at all. */
static bool is_text(const char *path)
{
    char start[256];
    const char *line;
    ssize_t len;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return true; /* then /bin/sh says why it can't read it */
    }
    len = read(fd, start, sizeof(start));
    (void)close(fd);
    if (len <= 0) {
        return len == 0;
    }
    line = memchr(start, '\n', (size_t)len);
    return memchr(start, '\0',
                  line != NULL ? (size_t)(line - start) : (size_t)len) == NULL;
}

static int as_script(const char *path, char *const *argv, char *const *envp)
{
    static const char shell[] = "/bin/sh";
    static const char *script[SCRIPT_ARGS + 2];
    size_t n = 0;

    if (!is_text(path)) {
        return ENOEXEC;
    }
    script[0] = shell;
    script[1] = path;
    while (argv[n] != NULL && argv[n + 1] != NULL) {
        if (n == SCRIPT_ARGS - 1) {
            return E2BIG;
        }
        script[n + 2] = argv[n + 1];
        n++;
    }
    script[n + 2] = NULL;
    (void)execve(shell, (char *const *)(uintptr_t)script, envp);
    return errno;
}

int become(const char *path, char *const *argv, char *const *envp)
{
    (void)execve(path, argv, envp);
    return errno == ENOEXEC ? as_script(path, argv, envp) : errno;
}

static int become_recorded(const struct tel_run *run, bool watched,
                           const char *path, char *const *argv,
                           char *const *envp)
{
    int error;

    if (watched) {
        leave_watcher(run, argv, envp);
    }
    error = become(path, argv, envp);
    tel_run_abandon(run);
    return failed_start(argv[0], error);
}

/*
 * Whether a watcher would fall back to this very process, to which the tool's
 * wait() would see a child that never ends before it does itself.
 */
static bool adopts_orphans(void)
{
    int subreaper = 0;

    return getpid() == 1 || prctl(PR_GET_CHILD_SUBREAPER, &subreaper) < 0 ||
           subreaper != 0;
}

/*
 * Whether no child may be made, neither a watcher nor the tool. In a new pid
 * namespace it would be process 1; valgrind would follow it, and complain of
 * the calls that it takes.
 */
static bool is_childless(const struct tel_env *env)
{
    return tel_is_under_valgrind(env) || tel_children_are_elsewhere();
}

static enum tel_wrap_mode choose_mode(enum tel_wrap_mode mode, bool childless)
{
    if (childless || (mode == TEL_WRAP_AUTO && tel_pidfd_tells())) {
        return TEL_WRAP_IN_PLACE;
    }
    return mode == TEL_WRAP_AUTO ? TEL_WRAP_SUPERVISE : mode;
}

#ifdef TEL_OPT_OUT
/* To the person, once; and what was not shown is not recorded. */
static void show_notice(const struct tel_env *env, const char *path)
{
    static struct tel_policy policy;
    const char *slash = strrchr(path, '/');

    if (tel_policy_find(env, slash != NULL ? slash + 1 : path, &policy, NULL) ==
        0) {
        (void)tel_notice_show(env, &policy, STDERR_FILENO);
    }
}
#endif

int tel_wrap(const struct tel_wrap *wrap)
{
    char path[4096];
    char *const *argv = wrap->argv;
    enum tel_wrap_mode mode;
    bool childless;
    struct tel_env env;
    struct tel_run run;
    struct tel_program program = {
        .envp = wrap->envp,
        .path = path,
        .args = argv + 1,
        .secure = getauxval(AT_SECURE) != 0,
        .euid = (uid_t)getauxval(AT_EUID),
        .look = true,
    };
    enum tel_begin begun;
    int r;

    tel_env_read(&env, wrap->envp, program.secure, program.euid);
    r = resolve(argv[0], tel_env_get(&env, "PATH"), wrap->under_its_name, path,
                sizeof(path));
    if (r < 0) {
        return failed_start(argv[0], -r);
    }
    while (argv[program.nargs + 1] != NULL) {
        program.nargs++;
    }
    childless = is_childless(&env);
    mode = choose_mode(wrap->mode, childless);
    program.watched =
        mode == TEL_WRAP_IN_PLACE && !childless && !adopts_orphans();
    begun = tel_run_begin(&program, &run);
#ifdef TEL_OPT_OUT
    if (begun == TEL_BEGIN_UNTOLD) {
        show_notice(&env, path);
    }
#endif
    if (begun != TEL_BEGIN_RECORDED) {
        return failed_start(argv[0], become(path, argv, wrap->envp));
    }
    return mode == TEL_WRAP_IN_PLACE
               ? become_recorded(&run, program.watched, path, argv, wrap->envp)
               : supervise(&run, path, argv, wrap->envp);
}
