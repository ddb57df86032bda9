/* SPDX-License-Identifier: MIT */
/*
 * A preload object as one would first write it: $NAIVE names the one mistake
 * that it makes. Tests run their hosts under it too, and fail where the host
 * doesn't suffer: what can't be seen there can't be seen with the shim either.
 * What it records, it appends to $NAIVE_RECORD.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct trait {
    const char *name;
    void (*at_start)(void);
    void (*at_exit)(int status);
};

static const struct trait *trait;
static char record_path[256];
static char table_path[256];
static int kept = -1;
static uint64_t *table;

EXPORT void _exit(int status) __attribute__((noreturn));
EXPORT void exit(int status) __attribute__((noreturn));
EXPORT sighandler_t signal(int number, sighandler_t handler);

static bool is(const char *name)
{
    return trait != NULL && strcmp(trait->name, name) == 0;
}

/* The interposed function as the next object has it. */
static void look_up(void *ret_function, const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
}

static void note(const char *what, int number)
{
    char line[64];
    int len = snprintf(line, sizeof(line), "%s %d\n", what, number);
    int fd = open(record_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

    if (fd >= 0) {
        (void)!write(fd, line, (size_t)len);
        close(fd);
    }
}

static void note_end(int status)
{
    note("ended", status & 0xff);
}

static void note_begin(void)
{
    note("began", 0);
}

static void note_zero(int status)
{
    (void)status;
    note_end(0); /* all that a destructor knows */
}

static void keep_descriptor(void)
{
    kept = open(record_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static void write_to_kept(int status)
{
    (void)status;
    (void)!write(kept, "naive\n", 6);
}

static void print_on_stderr(int status)
{
    (void)status;
    (void)!write(2, "naive\n", 6);
}

static void need_descriptor(void)
{
    int null = open("/dev/null", O_RDONLY);
    int another = open("/dev/null", O_RDONLY);

    if (null < 0 || another < 0) {
        abort();
    }
    close(null);
    close(another);
}

static void leave_file(void)
{
    close(open("naive.log", O_WRONLY | O_CREAT, 0600));
}

static void set_variable(void)
{
    (void)setenv("NAIVE_WAS_HERE", "1", 1);
}

static void take_heap(void)
{
    void *volatile taken = malloc(100);

    (void)taken;
}

static void read_home(void)
{
    volatile size_t len = strlen(getenv("HOME"));

    (void)len;
}

static void read_home_at_exit(int status)
{
    (void)status;
    read_home();
}

/* A buffer that has always been large enough. */
static void copy_environment(void)
{
    for (char **var = environ; *var != NULL; var++) {
        if (strlen(*var) >= 4096 || strchr(*var, '=') == *var) {
            abort();
        }
    }
}

static void read_own_name(void)
{
    volatile char first = strrchr(program_invocation_name, '/')[1];

    (void)first;
}

static void copy_own_path(void)
{
    if (strlen((const char *)getauxval(AT_EXECFN)) >= 1024) {
        abort();
    }
}

static void be_hungry(void)
{
    size_t size = (size_t)256 << 20;
    char *all = malloc(size);

    if (all == NULL) {
        abort();
    }
    free(all);
}

static void need_stack(void)
{
    volatile char large[4 << 20];

    for (size_t i = 0; i < sizeof(large); i += 1024) {
        large[i] = 1;
    }
}

static void map_page(void)
{
    (void)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void change_errno(void)
{
    errno = ENOTTY;
}

static void change_umask(void)
{
    (void)umask(0007);
}

static void change_folder(void)
{
    (void)!chdir("/");
}

static void change_nice(void)
{
    (void)!nice(3);
}

static void change_mask(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

static void change_handler(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static void pass_over(int number)
{
    (void)number;
}

static void catch_signal(void)
{
    struct sigaction action = {.sa_handler = pass_over};

    (void)sigaction(SIGURG, &action, NULL);
}

static void change_session(void)
{
    (void)setsid();
}

static void change_personality(void)
{
    (void)personality(ADDR_NO_RANDOMIZE);
}

static void change_limit(void)
{
    struct rlimit limit = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &limit);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur--;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void change_name(void)
{
    (void)prctl(PR_SET_NAME, "naive");
}

static void drop_terminal(void)
{
    (void)signal(SIGHUP, SIG_IGN);
    (void)ioctl(0, TIOCNOTTY);
    (void)signal(SIGHUP, SIG_DFL);
}

static void *wait_for_ever(void *nothing)
{
    for (;;) {
        pause();
    }
    return nothing;
}

static void start_thread(void)
{
    pthread_t thread;

    (void)pthread_create(&thread, NULL, wait_for_ever, NULL);
}

static void report_crash(int number)
{
    (void)number;
    syscall(SYS_exit_group, 1);
}

static void take_signals(void)
{
    static const int numbers[] = {SIGABRT, SIGSEGV, SIGTERM};
    static char stack[16384];
    stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action = {.sa_handler = report_crash,
                               .sa_flags = SA_ONSTACK};

    (void)sigaltstack(&other, NULL);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)sigaction(numbers[i], &action, NULL);
    }
}

sighandler_t signal(int number, sighandler_t handler)
{
    sighandler_t (*next)(int, sighandler_t) = NULL;

    if (is("keeps-signals") && number == SIGSEGV) {
        return SIG_DFL;
    }
    look_up(&next, "signal");
    return next(number, handler);
}

static void open_at_exit(int status)
{
    (void)status;
    close(open("/dev/null", O_RDONLY));
}

static void ask_pid_at_exit(int status)
{
    (void)status;
    (void)syscall(SYS_getpid);
}

static void exit_in_child(int status)
{
    pid_t pid = fork();

    if (pid == 0) {
        exit(0);
    }
    (void)status;
    (void)waitpid(pid, NULL, 0);
}

/* Where a mutex of the ordinary kind would wait for ever, this one ends. */
static void lock_and_note(int status)
{
    static pthread_mutex_t lock = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

    if (pthread_mutex_lock(&lock) == EDEADLK) {
        (void)kill(getpid(), SIGALRM);
    }
    note_end(status);
    (void)pthread_mutex_unlock(&lock);
}

void _exit(int status)
{
    void (*next)(int) = NULL;

    if (is("no-guard")) {
        note_end(status);
    }
    if (is("locks-in-hook")) {
        lock_and_note(status);
    }
    look_up(&next, "_exit");
    next(status);
    __builtin_unreachable();
}

/* The first status that exit is called with need not be the last. */
void exit(int status)
{
    static bool noted;
    void (*next)(int) = NULL;

    if (is("first-exit") && !noted) {
        noted = true;
        note_end(status);
    }
    look_up(&next, "exit");
    next(status);
    __builtin_unreachable();
}

static void start_child(void)
{
    if (fork() == 0) {
        syscall(SYS_exit_group, 0);
    }
}

static void start_child_or_abort(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        syscall(SYS_exit_group, 0);
    }
    if (pid < 0) {
        abort();
    }
    (void)waitpid(pid, NULL, 0);
}

/* The usual way to leave something in the background. */
static void start_helper(void (*helper)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        (void)setsid();
        if (fork() == 0) {
            helper();
        }
        syscall(SYS_exit_group, 0);
    }
    (void)waitpid(pid, NULL, 0);
}

static void end_at_once(void)
{
}

static void hold_output(void)
{
    (void)alarm(60);
    wait_for_ever(NULL);
}

static void start_short_helper(void)
{
    start_helper(end_at_once);
}

static void start_long_helper(void)
{
    start_helper(hold_output);
}

static void note_forks(void)
{
    note_begin();
    (void)pthread_atfork(NULL, NULL, note_begin);
}

static void take_children(void)
{
    while (waitpid(-1, NULL, 0) > 0) {
    }
}

static void map_table(void)
{
    int fd = open(table_path, O_RDWR);

    table = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
}

static void store(int status)
{
    (void)status;
    table[64]++;
}

/* Believes the head: "telrun1", then how many words there are. */
static void store_last(int status)
{
    uint32_t count;

    (void)status;
    memcpy(&count, &table[1], sizeof(count));
    table[64 + (size_t)count - 1]++;
}

static void call_libc(void)
{
    struct stat st;

    (void)stat("/", &st);
    (void)getpid();
}

/* A call that no dynamic linker makes, nor any list of services holds. */
static void call_oddly(void)
{
    if (syscall(SYS_swapoff, "/none") < 0 && errno == EPERM) {
        abort();
    }
}

/* And believes that it always has one. */
static void ask_pid(void)
{
    if (syscall(SYS_getpid) < 0) {
        abort();
    }
}

static const struct trait traits[] = {
    {"asks-pid", ask_pid, NULL},
    {"asks-pid-at-exit", NULL, ask_pid_at_exit},
    {"calls-libc", call_libc, NULL},
    {"calls-oddly", call_oddly, NULL},
    {"catches-signal", catch_signal, NULL},
    {"changes-errno", change_errno, NULL},
    {"changes-folder", change_folder, NULL},
    {"changes-handler", change_handler, NULL},
    {"changes-limit", change_limit, NULL},
    {"changes-mask", change_mask, NULL},
    {"changes-name", change_name, NULL},
    {"changes-nice", change_nice, NULL},
    {"changes-personality", change_personality, NULL},
    {"changes-session", change_session, NULL},
    {"changes-umask", change_umask, NULL},
    {"copies-environment", copy_environment, NULL},
    {"copies-path", copy_own_path, NULL},
    {"counts-all", note_begin, NULL},
    {"counts-forks", note_forks, NULL},
    {"drops-terminal", drop_terminal, NULL},
    {"exits-in-child", NULL, exit_in_child},
    {"first-exit", NULL, NULL},
    {"forks", start_child, NULL},
    {"forks-or-aborts", start_child_or_abort, NULL},
    {"helper", start_short_helper, NULL},
    {"helper-holds-output", start_long_helper, NULL},
    {"hungry", be_hungry, NULL},
    {"keeps-descriptor", keep_descriptor, write_to_kept},
    {"keeps-signals", NULL, NULL},
    {"leaves-file", leave_file, NULL},
    {"locks-in-hook", NULL, NULL},
    {"malloc", take_heap, NULL},
    {"maps-page", map_page, NULL},
    {"maps-table", map_table, store},
    {"needs-descriptor", need_descriptor, NULL},
    {"needs-stack", need_stack, NULL},
    {"no-guard", NULL, note_end},
    {"opens-at-exit", NULL, open_at_exit},
    {"prints-on-stderr", NULL, print_on_stderr},
    {"reads-home", read_home, NULL},
    {"reads-home-at-exit", NULL, read_home_at_exit},
    {"reads-own-name", read_own_name, NULL},
    {"reports-zero", NULL, note_zero},
    {"setenv", set_variable, NULL},
    {"starts-thread", start_thread, NULL},
    {"takes-children", take_children, NULL},
    {"takes-signals", take_signals, NULL},
    {"trusts-table", map_table, store_last},
    {"writes-at-exit", NULL, note_end},
};

static void at_exit(int status, void *nothing)
{
    (void)nothing;
    trait->at_exit(status);
}

/* From what the kernel was given: the host may have cleared its own. */
static void read_given(char *buf, size_t size, const char *name)
{
    char all[16384] = "";
    size_t len = strlen(name);
    int fd = open("/proc/self/environ", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, all, sizeof(all) - 1);

    close(fd);
    for (char *at = all; at < all + got; at += strlen(at) + 1) {
        if (strncmp(at, name, len) == 0 && at[len] == '=') {
            (void)snprintf(buf, size, "%s", at + len + 1);
        }
    }
}

static void copy_variable(char *buf, size_t size, const char *name)
{
    const char *value = getenv(name);

    buf[0] = '\0';
    if (value != NULL) {
        (void)snprintf(buf, size, "%s", value);
    } else {
        read_given(buf, size, name);
    }
}

__attribute__((constructor)) static void start(void)
{
    char name[32];

    copy_variable(name, sizeof(name), "NAIVE");
    for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]); i++) {
        if (strcmp(traits[i].name, name) == 0) {
            trait = &traits[i];
        }
    }
    if (trait == NULL) {
        return; /* an object that does nothing: the control */
    }
    copy_variable(record_path, sizeof(record_path), "NAIVE_RECORD");
    copy_variable(table_path, sizeof(table_path), "NAIVE_TABLE");
    if (trait->at_exit != NULL) {
        (void)on_exit(at_exit, NULL);
    }
    if (trait->at_start != NULL) {
        trait->at_start();
    }
}
