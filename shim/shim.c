/* SPDX-License-Identifier: MIT */
/*
 * libtel_shim.so: a run's begin and end around somebody else's program.
 *
 * It is loaded into programs that were written by others, so it obeys the
 * preload rules throughout: libc only, no malloc, no stdio, no lock, nothing
 * that can end or delay the host, and no system call once main has begun.
 *
 * One object serves both libraries. glibc hands a constructor the program's
 * arguments and an exit handler its status. musl does neither, so there the
 * start of the program, exit and what calls it inside the library are
 * interposed too. These bear a version (exports.map): glibc asks for names by
 * version and so passes them over, musl does not look at versions.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
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
    struct {
        struct tel_run run;
        bool noted; /* how it ended has been stored */
    };
    char page[PAGE];
} own __attribute__((aligned(PAGE)));

/*
 * _exit as the next object has it; _Exit is the same by POSIX. Looked up at
 * start, as looking up takes a lock, and _exit is called from signal handlers
 * and between fork and exec. The other two are not, and are looked up when
 * they are called.
 */
static void (*next__exit)(int);

/* exit, of musl: there it is looked up at start too, as many a program calls
 * it from a signal handler, which it should not. */
static void (*next_exit)(int);

/*
 * musl has none. Only looked at: a host may have a function of that name and
 * of another meaning, which comes first for every object; what is called is
 * libc's.
 */
extern int on_exit(void (*)(int, void *), void *) __attribute__((weak));

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void),
                           void (*)(void), void (*)(void), void *);

/* What the program was started with, where the library is musl. */
static struct {
    main_function *main;
    int argc;
    char **argv;
} started;

EXPORT void _exit(int status) __attribute__((noreturn));
EXPORT void _Exit(int status) __attribute__((noreturn));
EXPORT void quick_exit(int status) __attribute__((noreturn));
EXPORT int daemon(int nochdir, int noclose);
EXPORT const struct tel_run *tel_shim_run_1(void);

/* For musl. */
EXPORT start_function __libc_start_main;
EXPORT void exit(int status) __attribute__((noreturn));
EXPORT void err(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
EXPORT void errx(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
EXPORT void verr(int status, const char *format, va_list args)
    __attribute__((noreturn, format(printf, 2, 0)));
EXPORT void verrx(int status, const char *format, va_list args)
    __attribute__((noreturn, format(printf, 2, 0)));

/* dlsym gives an object pointer where a function is meant (dlsym(3)). */
static void look_up(void *ret_function, const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
}

/* It may be ending; a vforked child may be the one that says so. */
static void note(int status)
{
    if (own.run.word != NULL) {
        own.noted = true;
        tel_run_note(&own.run, TEL_RAW_EXIT, status & 0xff);
    }
}

/* Runs after all destructors and all other handlers, as the first one that
 * was registered. */
static void at_exit(int status, void *nothing)
{
    (void)nothing;
    tel_run_end(&own.run, TEL_RAW_EXIT, status & 0xff);
}

/* In musl. One way to its exit has no name to interpose: pthread_exit of the
 * last thread, which ends with 0. */
static void at_silent_exit(void)
{
    if (!own.noted) {
        note(0);
    }
}

/* An interpreter may be a script itself, five deep (fs/exec.c), and each may
 * have an argument. */
#define SCRIPT_AT_MAX 10

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
    for (int i = 1; i < argc && i <= SCRIPT_AT_MAX; i++) {
        if (strcmp(argv[i], path) == 0) {
            return i;
        }
    }
    return 0;
}

static void arm(struct tel_run *run)
{
    int (*at_exit_of_musl)(void (*)(void)) = NULL;
    int (*register_exit)(void (*)(int, void *), void *) = NULL;

    if (madvise(&own, sizeof(own), MADV_WIPEONFORK) < 0) {
        tel_run_abandon(run);
        return;
    }
    own.run = *run;
    if (started.argv == NULL) {
        look_up(&register_exit, "on_exit");
        if (register_exit != NULL) {
            (void)register_exit(at_exit, NULL);
        }
        return;
    }
    /* glibc has it in each object, not in the library: no import. */
    look_up(&at_exit_of_musl, "atexit");
    if (at_exit_of_musl != NULL) {
        (void)at_exit_of_musl(at_silent_exit);
    }
}

static void begin(int argc, char **argv, char **envp)
{
    struct tel_program program = {
        .envp = envp,
        .path = (const char *)getauxval(AT_EXECFN),
        .secure = getauxval(AT_SECURE) != 0,
        .euid = (uid_t)getauxval(AT_EUID),
    };
    struct tel_run run;
    int script;

    if (program.path == NULL || argc < 1 || argv == NULL || argv[0] == NULL) {
        return;
    }
    script = script_at(argc, argv, program.path);
    if (script == 1) {
        program.interpreter = argv[0];
    }
    /* What stands between may be its argument, or a script as well: only the
     * first line tells. */
    program.look = script > 1;
    program.args = argv + script + 1;
    program.nargs = argc - script - 1;
    if (tel_run_begin(&program, &run) <= TEL_BEGIN_CONTINUED) {
        arm(&run);
    }
}

/* What musl passes here is left over from something else. */
__attribute__((constructor)) static void start(int argc, char **argv,
                                               char **envp)
{
    int saved = errno;

    look_up(&next__exit, "_exit");
    if (started.argv != NULL) {
        look_up(&next_exit, "exit");
        begin(started.argc, started.argv, started.argv + started.argc + 1);
    } else if (on_exit != NULL) {
        begin(argc, argv, envp);
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

__attribute__((noreturn)) static void leave_by(void (*next)(int), int status)
{
    if (next != NULL) {
        next(status);
    }
    end_process(status);
    __builtin_unreachable();
}

void _exit(int status)
{
    note(status);
    leave_by(next__exit, status);
}

void _Exit(int status)
{
    _exit(status);
}

void quick_exit(int status)
{
    void (*next)(int) = NULL;

    note(status);
    look_up(&next, "quick_exit");
    leave_by(next, status);
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
    note(0);
    if (next != NULL) {
        result = next(nochdir, noclose);
    } else {
        errno = ENOSYS;
    }
    if (result < 0) {
        tel_run_note(&own.run, TEL_RAW_LOST, 0);
        own.noted = false;
    }
    return result;
}

/* Without a frame of its own where nothing is recorded. */
static int run_main(int argc, char **argv, char **envp)
{
    int status;

    if (own.run.word == NULL) {
        return started.main(argc, argv, envp);
    }
    status = started.main(argc, argv, envp);
    note(status);
    return status;
}

/*
 * As glibc declares it; musl passes, and takes, the first six. A glibc program
 * that has looked it up without a version gets what it would have got.
 */
int __libc_start_main(main_function *host_main, int argc, char **argv,
                      void (*init)(void), void (*fini)(void),
                      void (*linker_fini)(void), void *stack_end)
{
    start_function *next = NULL;

    look_up(&next, "__libc_start_main");
    /* glibc runs constructors before this, musl after. */
    if (next__exit == NULL) {
        started.main = host_main;
        started.argc = argc;
        started.argv = argv;
        host_main = run_main;
    }
    return next(host_main, argc, argv, init, fini, linker_fini, stack_end);
}

void exit(int status)
{
    note(status);
    if (next_exit == NULL) {
        look_up(&next_exit, "exit");
    }
    leave_by(next_exit, status);
}

/* Says it and exits, inside the library; errno is part of what is said. */
__attribute__((noreturn, format(printf, 3, 0))) static void
leave_saying(const char *name, int status, const char *format, va_list args)
{
    void (*next)(int, const char *, va_list) = NULL;
    int saved = errno;

    note(status);
    look_up(&next, name);
    errno = saved;
    if (next != NULL) {
        next(status, format, args);
    }
    end_process(status);
    __builtin_unreachable();
}

void verr(int status, const char *format, va_list args)
{
    leave_saying("verr", status, format, args);
}

void verrx(int status, const char *format, va_list args)
{
    leave_saying("verrx", status, format, args);
}

void err(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    leave_saying("verr", status, format, args);
    va_end(args);
}

void errx(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    leave_saying("verrx", status, format, args);
    va_end(args);
}
