/* SPDX-License-Identifier: MIT */
/*
 * libtel_shim.so: a run's begin and end around somebody else's program.
 *
 * It is loaded into programs that were written by others, so it obeys the
 * preload rules throughout: libc only, no malloc, no stdio, no lock, nothing
 * that can end or delay the host, and no system call once main has begun.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tel/runs.h>

/* The largest page that the kernel may use on this architecture. */
#if defined(__aarch64__) || defined(__powerpc64__)
#define PAGE 65536
#else
#define PAGE 4096
#endif

#define EXPORT __attribute__((visibility("default")))

/*
 * The run, on a page of its own that the kernel empties in a forked child
 * (MADV_WIPEONFORK, Linux 4.14): a child's exit can't end its parent's run,
 * and finding that out costs no system call.
 */
static union {
    struct tel_run run;
    char page[PAGE];
} own __attribute__((aligned(PAGE)));

/*
 * _exit as the next object has it; _Exit is the same by POSIX. Looked up at
 * start, as looking up takes a lock, and _exit is called from signal handlers
 * and between fork and exec. The other two are not, and are looked up when
 * they are called.
 */
static void (*next__exit)(int);

/* musl has none. */
extern int on_exit(void (*)(int, void *), void *) __attribute__((weak));

EXPORT void _exit(int status) __attribute__((noreturn));
EXPORT void _Exit(int status) __attribute__((noreturn));
EXPORT void quick_exit(int status) __attribute__((noreturn));
EXPORT int daemon(int nochdir, int noclose);
EXPORT const struct tel_run *tel_shim_run_1(void);

/* dlsym gives an object pointer where a function is meant (dlsym(3)). */
static void look_up(void *ret_function, const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
}

/* Runs after all destructors and all other handlers, as the first one that
 * was registered. */
static void at_exit(int status, void *nothing)
{
    (void)nothing;
    tel_run_end(&own.run, TEL_RAW_EXIT, status & 0xff);
}

/*
 * Where the arguments of a "#!" script begin: the kernel (fs/binfmt_script.c)
 * makes argv the interpreter's path, its one argument if there is one, the
 * script's path, and then what was typed. 0 where this is no script.
 */
static int script_at(int argc, char *const *argv, const char *path)
{
    if (argc < 2 || strchr(argv[0], '/') == NULL ||
        strcmp(argv[0], path) == 0) {
        return 0;
    }
    if (strcmp(argv[1], path) == 0) {
        return 1;
    }
    return argc > 2 && strcmp(argv[2], path) == 0 ? 2 : 0;
}

/* The interpreter, or what env was asked for: "#!/usr/bin/env node". */
static const char *interpreter(char *const *argv, int script)
{
    return script == 2 && tel_is_env(argv[0]) ? argv[1] : argv[0];
}

static void arm(struct tel_run *run)
{
    if (on_exit == NULL || madvise(&own, sizeof(own), MADV_WIPEONFORK) < 0) {
        tel_run_abandon(run);
        return;
    }
    own.run = *run;
    (void)on_exit(at_exit, NULL);
}

__attribute__((constructor)) static void start(int argc, char **argv,
                                               char **envp)
{
    int saved = errno;
    struct tel_program program = {
        .envp = envp,
        .path = (const char *)getauxval(AT_EXECFN),
        .secure = getauxval(AT_SECURE) != 0,
        .euid = (uid_t)getauxval(AT_EUID),
    };
    struct tel_run run;
    int script;

    look_up(&next__exit, "_exit");
    if (program.path == NULL || argc < 1 || argv == NULL || argv[0] == NULL) {
        return;
    }
    script = script_at(argc, argv, program.path);
    if (script > 0) {
        program.interpreter = interpreter(argv, script);
    }
    program.args = argv + script + 1;
    program.nargs = argc - script - 1;
    if (tel_run_begin(&program, &run) <= TEL_BEGIN_CONTINUED) {
        arm(&run);
    }
    errno = saved;
}

/* For the crash object, which is loaded together with this one or not at all.
 * The number changes with the form of struct tel_run. */
const struct tel_run *tel_shim_run_1(void)
{
    return &own.run;
}

/* As glibc and musl end a process: until the kernel has done it. */
static void end_process(int status)
{
    for (;;) {
        (void)syscall(SYS_exit_group, status);
    }
}

void _exit(int status)
{
    tel_run_note(&own.run, TEL_RAW_EXIT, status & 0xff);
    if (next__exit != NULL) {
        next__exit(status);
    }
    end_process(status);
    __builtin_unreachable();
}

void _Exit(int status)
{
    _exit(status);
}

void quick_exit(int status)
{
    void (*next)(int) = NULL;

    tel_run_note(&own.run, TEL_RAW_EXIT, status & 0xff);
    look_up(&next, "quick_exit");
    if (next != NULL) {
        next(status);
    }
    end_process(status);
    __builtin_unreachable();
}

/*
 * In glibc, daemon(3) ends the parent by an _exit that can't be interposed.
 * Where it fails the program goes on, and nothing is known again.
 */
int daemon(int nochdir, int noclose)
{
    int (*next)(int, int) = NULL;
    int result = -1;

    look_up(&next, "daemon");
    tel_run_note(&own.run, TEL_RAW_EXIT, 0);
    if (next != NULL) {
        result = next(nochdir, noclose);
    } else {
        errno = ENOSYS;
    }
    if (result < 0) {
        tel_run_note(&own.run, TEL_RAW_LOST, 0);
    }
    return result;
}
