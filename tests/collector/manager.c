/* SPDX-License-Identifier: MIT */
/* manager: plays systemd for the collector. */
#include "manager.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit_filter.h"

#define FIRST 3
#define NOBODY 65534
#define ARGUMENTS 32

int manager_listen(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 1024), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static int open_notify(struct scratch *scratch)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = 20};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s",
             scratch_path(scratch, "notify"));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    scratch_set(scratch, "NOTIFY_SOCKET", address.sun_path);
    return fd;
}

void manager_configure(struct manager *m, const char *db, const char *lines)
{
    struct scratch *s = m->c->scratch;
    char *text = NULL;

    assert_true(asprintf(&text, "db = %s\ntools = %s\n%s", db,
                         scratch_path(s, "tools"), lines) > 0);
    scratch_write(s, "credentials/collect.conf", text);
    free(text);
    if (geteuid() == 0)
        free(scratch_ok(s, 0, "chmod", "-R", "go+rX", s->root, NULL));
}

void manager_setup(struct manager *m, struct collect *c)
{
    struct scratch *s = c->scratch;

    *m = (struct manager){.c = c, .metrics = -1};
    m->notify = open_notify(s);
    m->requests = manager_listen(&c->port);
    manager_configure(m, scratch_path(s, "totals.db"), "");
    if (geteuid() == 0) {
        assert_int_equal(chown(s->root, NOBODY, NOBODY), 0);
        assert_int_equal(chown(scratch_path(s, "notify"), NOBODY, NOBODY), 0);
    }
}

int manager_add_metrics(struct manager *m)
{
    int port;

    m->metrics = manager_listen(&port);
    return port;
}

void manager_teardown(struct manager *m)
{
    (void)close(m->notify);
    (void)close(m->requests);
    if (m->metrics >= 0)
        (void)close(m->metrics);
}

char *manager_unit(const char *key, unsigned index)
{
    char *unit = file_read(TEL_UNIT, NULL);
    size_t len = strlen(key);
    char *value = NULL;
    char *rest = unit;
    char *line = NULL;

    assert_non_null(unit);
    while (value == NULL && (line = strsep(&rest, "\n")) != NULL) {
        if (strncmp(line, key, len) == 0 && line[len] == '=' && index-- == 0)
            value = strdup(line + len + 1);
    }
    free(unit);
    return value;
}

/* The words of a command line, "%d" being the credentials' directory; in
 * static memory. */
static char *const *split(const struct manager *m, char *line)
{
    static char words[ARGUMENTS][512];
    static char *argv[ARGUMENTS + 1];
    char *word = strsep(&line, " ");
    size_t count = 0;

    do {
        assert_true(count < ARGUMENTS);
        if (strncmp(word, "%d", 2) == 0)
            word = (char *)(uintptr_t)scratch_path(m->c->scratch,
                                                   "credentials%s", word + 2);
        snprintf(words[count], sizeof(words[count]), "%s", word);
        argv[count] = words[count];
        argv[++count] = NULL;
    } while ((word = strsep(&line, " ")) != NULL);
    return argv;
}

/* As DynamicUser= does; only root can. What it may write is the folder that
 * is its StateDirectory= here. */
static void drop_root(void)
{
    if (geteuid() == 0 &&
        (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
        _exit(124);
}

/* In the child: the sockets, the variables, the filter, the program. */
static void become(struct manager *m, char *const *argv, int log)
{
    int fds[2] = {m->requests, m->metrics};
    char pid[32];
    unsigned count = 0;
    int program;

    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    if (dup2(log, 1) < 0 || dup2(log, 2) < 0)
        _exit(126);
    for (size_t i = 0; i < 2; i++)
        fds[i] = fds[i] >= 0 ? fcntl(fds[i], F_DUPFD_CLOEXEC, 100) : -1;
    for (size_t i = 0; i < 2; i++) {
        if (fds[i] >= 0)
            (void)dup2(fds[i], FIRST + (int)count++);
    }
    (void)syscall(SYS_close_range, FIRST + count, ~0U, CLOSE_RANGE_CLOEXEC);
    environ = m->c->scratch->vars;
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    (void)setenv("LISTEN_PID", pid, 1);
    (void)setenv("LISTEN_FDS", count == 2 ? "2" : "1", 1);
    (void)setenv(
        "LISTEN_FDNAMES",
        count == 2 ? "tel-collect.socket:metrics" : "tel-collect.socket", 1);
    /* Opened before: the user may not reach where this build lies. */
    program = open(argv[0], O_PATH | O_CLOEXEC);
    drop_root();
    if (m->filtered && unit_filter_install() < 0)
        _exit(125);
    (void)fexecve(program, argv, environ);
    _exit(127);
}

/* So that the scratch ends it where a test fails. */
static void keep(struct scratch *scratch, pid_t pid)
{
    size_t i = 0;

    while (scratch->children[i] > 0)
        i++;
    assert_true(i < sizeof(scratch->children) / sizeof(scratch->children[0]));
    scratch->children[i] = pid;
}

void manager_launch(struct manager *m)
{
    struct collect *c = m->c;
    char *line =
        m->command != NULL ? strdup(m->command) : manager_unit("ExecStart", 0);
    char *const *argv = NULL;
    int log;

    assert_non_null(line);
    argv = split(m, line);
    log = open(scratch_path(c->scratch, "serve-%u.log", ++c->starts),
               O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(log >= 0);
    fflush(NULL);
    c->pid = fork();
    assert_true(c->pid >= 0);
    if (c->pid == 0)
        become(m, argv, log);
    keep(c->scratch, c->pid);
    (void)close(log);
    free(line);
}

void manager_hear(struct manager *m, const char *line)
{
    ssize_t got = recv(m->notify, m->heard, sizeof(m->heard) - 1, 0);

    if (got < 0)
        fail_msg("nothing was told in the place of %s: %s", line,
                 strerror(errno));
    else
        m->heard[got] = '\0';
    if (strncmp(m->heard, line, strlen(line)) != 0)
        fail_msg("%s was told in the place of %s", m->heard, line);
}

void manager_start(struct manager *m)
{
    manager_launch(m);
    manager_hear(m, "READY=1");
}

void manager_reload(struct manager *m)
{
    char *line = manager_unit("ExecReload", 0);
    char pid[32];

    assert_non_null(line);
    snprintf(pid, sizeof(pid), "%d", (int)m->c->pid);
    scratch_set(m->c->scratch, "MAINPID", pid);
    free(scratch_ok(m->c->scratch, 0, "sh", "-c", line, NULL));
    free(line);
}

void manager_stop(struct manager *m)
{
    assert_int_equal(kill(m->c->pid, SIGTERM), 0);
    manager_hear(m, "STOPPING=1");
    assert_int_equal(scratch_stop(m->c->scratch, m->c->pid, 0), 0);
    m->c->pid = 0;
}
