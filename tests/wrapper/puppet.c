/* SPDX-License-Identifier: MIT */
/*
 * puppet: a program that does what it is told, by its arguments first and
 * then by the lines that it reads, and says what happens to it.
 *
 *     puppet [WORD...]
 *
 * At the end of its input it says so and ends with 0. The words stand in the
 * table at the end of this file; many take a number: "exit 3".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static struct termios cooked;

static void say(const char *text)
{
    if (write(STDOUT_FILENO, text, strlen(text)) < 0) {
        _exit(90);
    }
}

static void say_number(const char *what, int number)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "%s %d\n", what, number);
    say(text);
}

static char *put_number(char *at, int number)
{
    if (number > 9) {
        at = put_number(at, number / 10);
    }
    *at++ = (char)('0' + number % 10);
    return at;
}

/* "<2>", or "<34=7>" for a value that was queued; safe in a handler. */
static void tell(int sig, siginfo_t *info, void *context)
{
    char text[48];
    char *at = text;

    (void)context;
    *at++ = '<';
    at = put_number(at, sig);
    if (info->si_code == SI_QUEUE) {
        *at++ = '=';
        at = put_number(at, info->si_value.sival_int);
    }
    *at++ = '>';
    *at++ = '\n';
    *at = '\0';
    say(text);
}

static void catch_signal(int number)
{
    struct sigaction action = {.sa_sigaction = tell,
                               .sa_flags = SA_SIGINFO | SA_RESTART};

    (void)sigaction(number, &action, NULL);
}

/* What an editor does when it is to stop: put the terminal back, stop with
 * all of its group, and draw again when it goes on. */
static void stop_like_an_editor(int sig)
{
    sigset_t only;

    say("[restored]\n");
    (void)signal(sig, SIG_DFL);
    (void)kill(0, sig);
    (void)sigemptyset(&only);
    (void)sigaddset(&only, sig);
    (void)sigprocmask(SIG_UNBLOCK, &only, NULL);
    (void)signal(sig, stop_like_an_editor);
    say("[drawn]\n");
}

static void do_editor(int number)
{
    (void)number;
    (void)signal(SIGTSTP, stop_like_an_editor);
}

static int exit_on_signal;

static void leave(int sig)
{
    (void)sig;
    say("[leaving]\n");
    _exit(exit_on_signal);
}

/* Ends with that status on Ctrl-C, or when it is asked to. */
static void do_leave(int number)
{
    exit_on_signal = number;
    (void)signal(SIGINT, leave);
    (void)signal(SIGTERM, leave);
}

static void catch_all(int number)
{
    for (number = 1; number <= SIGRTMAX; number++) {
        catch_signal(number);
    }
}

static void do_ignore_all(int number)
{
    for (number = 1; number <= SIGRTMAX; number++) {
        (void)signal(number, SIG_IGN);
    }
}

/* Which signals are blocked, ignored and pending. */
static void do_signals(int number)
{
    char line[128];
    FILE *status = fopen("/proc/self/status", "re");

    (void)number;
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, "Sig", 3) == 0 && strncmp(line, "SigQ", 4) != 0) {
            say(line);
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
}

static void show_file(const char *path)
{
    char text[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len;

    while (fd >= 0 && (len = read(fd, text, sizeof(text) - 1)) > 0) {
        text[len] = '\0';
        say(text);
    }
    (void)close(fd);
}

/* What was inherited, but for what a process id is in. */
static void do_about(int number)
{
    static const char *const kept[] = {"Name",  "Umask",  "Uid",    "Gid",
                                       "Group", "Cap",    "NoNew",  "Secc",
                                       "Cpus",  "Specul", "Threads"};
    char text[4096];
    FILE *status = fopen("/proc/self/status", "re");

    (void)number;
    say(program_invocation_name);
    say("\n");
    say(getcwd(text, sizeof(text)) != NULL ? text : "nowhere");
    say_number("\nnice", getpriority(PRIO_PROCESS, 0));
    say_number("dumpable", prctl(PR_GET_DUMPABLE));
    say_number("subreaper", prctl(PR_GET_CHILD_SUBREAPER, &number) + number);
    show_file("/proc/self/limits");
    show_file("/proc/self/cgroup");
    show_file("/proc/self/oom_score_adj");
    show_file("/proc/self/timerslack_ns");
    while (status != NULL && fgets(text, sizeof(text), status) != NULL) {
        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
            if (strncmp(text, kept[i], strlen(kept[i])) == 0) {
                say(text);
            }
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    for (int fd = 0; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            say_number("descriptor", fd);
        }
    }
    for (char **var = environ; *var != NULL; var++) {
        /* A shell names what it executes in _; W is what differs. */
        if (strncmp(*var, "_=", 2) != 0 && strncmp(*var, "W=", 2) != 0) {
            say(*var);
            say("\n");
        }
    }
}

/* Writes until nobody reads. */
static void do_flood(int number)
{
    (void)number;
    for (;;) {
        say("line\n");
    }
}

static void do_alarm(int number)
{
    (void)alarm((unsigned)number);
}

/* A child that ends with that status. */
static void do_spawn(int number)
{
    if (fork() == 0) {
        _exit(number);
    }
}

static void do_ignore(int number)
{
    (void)signal(number, SIG_IGN);
}

static void do_block(int number)
{
    sigset_t only;

    (void)sigemptyset(&only);
    (void)sigaddset(&only, number);
    (void)sigprocmask(SIG_BLOCK, &only, NULL);
}

static void do_unblock(int number)
{
    sigset_t only;

    (void)sigemptyset(&only);
    (void)sigaddset(&only, number);
    (void)sigprocmask(SIG_UNBLOCK, &only, NULL);
}

static void do_exit(int number)
{
    exit(number);
}

static void do_send(int number)
{
    (void)kill(getpid(), number);
}

static void do_send_group(int number)
{
    (void)kill(0, number);
}

static void do_send_parent(int number)
{
    (void)kill(getppid(), number);
}

/* Waits for signals, for ever. */
static void do_pause(int number)
{
    (void)number;
    say("ready\n");
    for (;;) {
        (void)pause();
    }
}

static void take(int number, siginfo_t *info)
{
    sigset_t only;

    (void)sigemptyset(&only);
    (void)sigaddset(&only, number);
    while (sigwaitinfo(&only, info) != number) {
    }
}

/* Waits, without a word, for a signal that is blocked already. */
static void do_take(int number)
{
    siginfo_t info;

    take(number, &info);
}

/* Waits for that signal and tells of it. */
static void do_await(int number)
{
    siginfo_t info;

    do_block(number);
    say("ready\n");
    take(number, &info);
    tell(number, &info, NULL);
}

/* Waits for that signal and says who sent it. */
static void do_sender(int number)
{
    siginfo_t info;

    do_block(number);
    say("ready\n");
    take(number, &info);
    say(info.si_pid == getppid() ? "from its parent\n" : "from another\n");
}

static void do_parent(int number)
{
    char path[64];

    (void)number;
    (void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)getppid());
    show_file(path);
}

static void do_pid(int number)
{
    (void)number;
    say_number("pid", (int)getpid());
}

static void do_user(int number)
{
    (void)number;
    say_number("user", (int)geteuid());
}

static void do_size(int number)
{
    struct winsize size = {0};
    char text[64];

    (void)number;
    (void)ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    (void)snprintf(text, sizeof(text), "size %dx%d\n", size.ws_row,
                   size.ws_col);
    say(text);
}

static void do_foreground(int number)
{
    (void)number;
    say(tcgetpgrp(STDIN_FILENO) == getpgrp() ? "foreground\n" : "background\n");
}

static void do_leads(int number)
{
    (void)number;
    say(getpgrp() == getpid() ? "leads its group\n" : "is in a group\n");
    say(getsid(0) == getpid() ? "leads its session\n" : "is in a session\n");
}

static void do_setsid(int number)
{
    (void)number;
    say(setsid() >= 0 ? "a session\n" : "no session\n");
}

static void do_setpgid(int number)
{
    (void)number;
    say_number("setpgid", setpgid(0, 0));
}

static void do_death_signal(int number)
{
    int sig = -1;

    (void)number;
    (void)prctl(PR_GET_PDEATHSIG, &sig);
    say_number("parent-death signal", sig);
}

static void do_raw(int number)
{
    struct termios raw = cooked;

    (void)number;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void do_cooked(int number)
{
    (void)number;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &cooked);
}

static void do_password(int number)
{
    const char *word = getpass("Password: "); /* NOLINT: what tools do */

    (void)number;
    say_number("length", word != NULL ? (int)strlen(word) : -1);
}

/* The next line is not shown. */
static void do_hide(int number)
{
    struct termios hidden = cooked;

    (void)number;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    say("Word: ");
}

/* Its only child, or that it has none. */
static void do_reap(int number)
{
    int status = 0;

    (void)number;
    if (waitpid(-1, &status, 0) < 0) {
        say("no child\n");
    } else {
        say_number("child", WEXITSTATUS(status));
    }
}

/* Leaves a process that holds the terminal until a signal ends it. */
static void do_leave_child(int number)
{
    (void)number;
    if (fork() == 0) {
        say("child ready\n");
        for (;;) {
            (void)pause();
        }
    }
}

static void do_daemon(int number)
{
    if (daemon(1, 1) < 0) {
        exit(91);
    }
    (void)number;
}

static void do_write(int number)
{
    say_number("written", number);
}

static const struct {
    const char *word;
    void (*act)(int number);
} acts[] = {
    {"about", do_about},
    {"alarm", do_alarm},
    {"await", do_await},
    {"block", do_block},
    {"catch", catch_signal},
    {"catch-all", catch_all},
    {"cooked", do_cooked},
    {"daemon", do_daemon},
    {"death-signal", do_death_signal},
    {"editor", do_editor},
    {"exit", do_exit},
    {"flood", do_flood},
    {"foreground", do_foreground},
    {"hide", do_hide},
    {"ignore", do_ignore},
    {"ignore-all", do_ignore_all},
    {"leads", do_leads},
    {"leave", do_leave},
    {"leave-child", do_leave_child},
    {"password", do_password},
    {"parent", do_parent},
    {"pause", do_pause},
    {"pid", do_pid},
    {"raw", do_raw},
    {"reap", do_reap},
    {"send", do_send},
    {"send-group", do_send_group},
    {"send-parent", do_send_parent},
    {"sender", do_sender},
    {"setpgid", do_setpgid},
    {"setsid", do_setsid},
    {"signals", do_signals},
    {"size", do_size},
    {"spawn", do_spawn},
    {"take", do_take},
    {"unblock", do_unblock},
    {"user", do_user},
    {"write", do_write},
};

static void act(const char *word, int number)
{
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (strcmp(acts[i].word, word) == 0) {
            acts[i].act(number);
            return;
        }
    }
    say("what?\n");
    exit(92);
}

static void obey(char *line)
{
    char *space = strchr(line, ' ');

    line[strcspn(line, "\r\n")] = '\0';
    if (space != NULL) {
        *space = '\0';
    }
    act(line, space != NULL ? atoi(space + 1) : 0);
}

/* Becomes a puppet in the way that W says, with the rest of the words. */
static void become(char **words)
{
    char *argv[32] = {NULL};
    char *way = getenv("W");
    size_t n = 0;

    for (char *word = strtok(way, " "); word != NULL;
         word = strtok(NULL, " ")) {
        argv[n++] = word;
    }
    words[0] = (char[]){"puppet"};
    while (*words != NULL && n < sizeof(argv) / sizeof(argv[0]) - 1) {
        argv[n++] = *words++;
    }
    (void)execvp(argv[0], argv);
    exit(94);
}

int main(int argc, char **argv)
{
    char line[256];
    ssize_t len;

    (void)tcgetattr(STDIN_FILENO, &cooked);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "become") == 0) {
            become(argv + i);
        }
        obey(argv[i]);
    }
    for (;;) {
        say("> ");
        len = read(STDIN_FILENO, line, sizeof(line) - 1);
        if (len < 0) {
            say_number("read", errno);
            return 93;
        }
        if (len == 0) {
            say("end\n");
            return 0;
        }
        line[len] = '\0';
        obey(line);
    }
}
