/* SPDX-License-Identifier: MIT */
/*
 * OpenSSH's server under the shim. As root it runs as it always does: it
 * starts itself anew for each connection, gives up root in a chroot, and
 * puts a seccomp filter over what talks to the network. For that it wants
 * users of its own, which a mount namespace has.
 */
#include <arpa/inet.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "served.h"

#define SERVER FETCHED "usr/sbin/sshd"

struct server {
    struct recorded *r;
    pid_t pid;
    unsigned port;
    unsigned lives; /* how often it must have said that it listens */
};

static struct server server;

/* $0 is the scratch, $1 the server. */
static const char in_namespace[] =
    "mount --bind \"$0/passwd\" /etc/passwd &&\n"
    "mount --bind \"$0/group\" /etc/group &&\n"
    "mount -t tmpfs tmpfs /run && mkdir -m 0755 /run/sshd &&\n"
    "mount -t tmpfs tmpfs /var/log &&\n"
    "exec \"$1\" -D -e -f \"$0/sshd_config\"\n";

/* What is said and done in sessions. $s is ssh with all that it needs. */
static const char sessions[] =
    "cd \"$ROOT\" || exit 1\n"
    "seq 10000 | $s 'while read -r line; do echo \"got $line\"; done'\n"
    "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do\n"
    "  $s \"echo login $i; echo error $i >&2; exit $i\"; echo \"= $?\"\n"
    "done\n"
    "$s -M -S \"$ROOT/control\" -f -N\n"
    "for i in $(seq 40); do\n"
    "  $s -S \"$ROOT/control\" \"echo more $i; exit $i\"; echo \"= $?\"\n"
    "done\n"
    "$s -S \"$ROOT/control\" -O exit 2>/dev/null\n"
    "$s 'kill -9 $$'; echo \"= $?\"\n"
    "$s -tt 'tty >/dev/null && stty -a | grep -c speed; exit 7'\n"
    "echo \"= $?\"\n"
    "$s 'env | cut -d= -f1 | sort'\n"
    "head -c 3000000 /dev/urandom >there\n"
    "rm -f home/back home/again\n"
    "\"$BIN/scp\" $options there person:$ROOT/person/copy; echo \"= $?\"\n"
    "\"$BIN/scp\" $options person:$ROOT/person/copy home/back; echo \"= $?\"\n"
    "\"$BIN/scp\" -O $options person:$ROOT/person/copy home/old; echo \"= "
    "$?\"\n"
    "copy=$ROOT/person/copy2\n"
    "echo \"put there $copy\nget $copy home/again\nrm $copy\" |\n"
    "  \"$BIN/sftp\" -q -b - $options person >/dev/null; echo \"= $?\"\n"
    "cmp there home/back && cmp there home/again && cmp there home/old\n"
    "echo \"= $?\"\n";

static const char after_reload[] =
    "for i in 1 2 3; do $s \"echo again $i; exit $i\"; echo \"= $?\"; done\n";

static int teardown(void **state)
{
    (void)state;
    if (server.r != NULL) {
        recorded_free(server.r);
    }
    server.r = NULL;
    return 0;
}

static bool may_mount(void)
{
    struct result result =
        scratch_run(server.r->scratch, "unshare", "--mount", "--propagation",
                    "private", "true", NULL);
    bool may = result.status == 0;

    result_clear(&result);
    return may;
}

/* Whom to log in as, or "": not root, and with a shell that reads scripts. */
static const char *user(void)
{
    static const char *const shells[] = {"/bin/sh", "/bin/dash", "/bin/bash",
                                         "/usr/bin/bash"};
    struct passwd *entry = getpwuid(geteuid());

    if (geteuid() == 0) {
        return "person";
    }
    for (size_t i = 0; entry != NULL && i < sizeof(shells) / sizeof(shells[0]);
         i++) {
        if (strcmp(entry->pw_shell, shells[i]) == 0) {
            return entry->pw_name;
        }
    }
    return "";
}

static void write_keys(void)
{
    struct scratch *s = server.r->scratch;
    const char *const keys[] = {"host", "key"};

    for (int i = 0; i < 2; i++) {
        free(scratch_ok(s, 0, FETCHED "usr/bin/ssh-keygen", "-q", "-t",
                        "ed25519", "-N", "", "-f",
                        scratch_path(s, "%s", keys[i]), NULL));
    }
}

static void write_users(void)
{
    struct scratch *s = server.r->scratch;
    struct text passwd = {0};

    text_add(&passwd,
             "root:x:0:0::/root:/bin/sh\n"
             "sshd:x:64321:64321::/run/sshd:/usr/sbin/nologin\n"
             "person:*:64322:64322::%s:/bin/sh\n",
             scratch_path(s, "person"));
    scratch_write(s, "passwd", passwd.bytes);
    scratch_write(s, "group",
                  "root:x:0:\nsshd:x:64321:\nperson:x:64322:\n"
                  "tty:x:5:\n");
    text_clear(&passwd);
    assert_int_equal(mkdir(scratch_path(s, "person"), 0755), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(scratch_path(s, "person"), 64322, 64322), 0);
    }
}

static int setup(void **state)
{
    (void)state;
    server = (struct server){.r = served_new("sshd", "usr/sbin/sshd")};
    if (server.r == NULL) {
        return 0;
    }
    if (user()[0] == '\0' || (geteuid() == 0 && !may_mount())) {
        print_message("no user to log in as, or no mount namespaces here\n");
        return teardown(state);
    }
    write_keys();
    write_users();
    return 0;
}

static void configure(void)
{
    struct text text = {0};
    const char *root = server.r->scratch->root;

    text_add(&text,
             "ListenAddress 127.0.0.1:%u\nHostKey %s/host\nPidFile none\n"
             "AuthorizedKeysFile %s/key.pub\nStrictModes no\nUsePAM no\n"
             "PrintMotd no\nPrintLastLog no\nMaxSessions 100\n"
             /* The older protocol of scp starts one on the other side. */
             "SetEnv PATH=" FETCHED "usr/bin:/usr/bin:/bin\n"
             "Subsystem sftp " FETCHED "usr/lib/openssh/sftp-server\n",
             server.port, root, root);
    scratch_write(server.r->scratch, "sshd_config", text.bytes);
    text.len = 0;
    text_add(&text,
             "Host *\nHostName 127.0.0.1\nPort %u\nUser %s\n"
             "IdentityFile %s/key\nIdentitiesOnly yes\nBatchMode yes\n"
             "UserKnownHostsFile /dev/null\nStrictHostKeyChecking no\n"
             "LogLevel ERROR\nKexAlgorithms curve25519-sha256\n",
             server.port, user(), root);
    scratch_write(server.r->scratch, "ssh_config", text.bytes);
    text_clear(&text);
}

static int tcp(bool listening, unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)*port)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    if (listening) {
        assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
        *port = ntohs(address.sin_port);
    } else if (connect(fd, (struct sockaddr *)&address, len) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool has_ended(void)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)server.pid, &info,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

static bool is_listening(void)
{
    char *log = file_read(scratch_path(server.r->scratch, "log"), NULL);
    bool found =
        log != NULL && count_of(log, "Server listening on") >= server.lives;

    free(log);
    return found;
}

static bool is_listening_or_over(void *context)
{
    (void)context;
    return is_listening() || has_ended();
}

/* Somebody may take the free port before the server does. */
static void start(const char *preload)
{
    char *const ordinary[] = {
        (char *)(uintptr_t)SERVER,
        (char *)(uintptr_t) "-D",
        (char *)(uintptr_t) "-e",
        (char *)(uintptr_t) "-f",
        (char *)(uintptr_t)scratch_path(server.r->scratch, "sshd_config"),
        NULL};
    char *const root[] = {
        (char *)(uintptr_t) "unshare",       (char *)(uintptr_t) "--mount",
        (char *)(uintptr_t) "--propagation", (char *)(uintptr_t) "private",
        (char *)(uintptr_t) "/bin/sh",       (char *)(uintptr_t) "-c",
        (char *)(uintptr_t)in_namespace,     server.r->scratch->root,
        (char *)(uintptr_t)SERVER,           NULL};

    for (int tries = 0; tries < 5; tries++) {
        server.port = 0;
        close(tcp(true, &server.port));
        configure();
        (void)unlink(scratch_path(server.r->scratch, "log"));
        server.lives = 1;
        server.pid =
            served_start(server.r, preload, geteuid() == 0 ? root : ordinary);
        until(is_listening_or_over, NULL);
        if (is_listening()) {
            assert_int_equal(has_loaded(server.pid, "libtel_shim.so"),
                             preload != NULL);
            return;
        }
        (void)scratch_stop(server.r->scratch, server.pid, 0);
        if (preload != NULL) {
            (void)recorded_next(server.r);
        }
    }
    fail_msg("sshd does not start: %s",
             file_read(scratch_path(server.r->scratch, "log"), NULL));
}

/* The last of a chain of children: the one that talks to the network. */
static pid_t last_child(pid_t pid)
{
    pid_t child;

    while ((child = proc_child(pid)) > 0) {
        pid = child;
    }
    return pid;
}

static bool is_sandboxed(void *context)
{
    pid_t child = last_child(server.pid);
    char *status = proc_read(child, "status", NULL);
    bool found = child != server.pid && status != NULL &&
                 strstr(status, "\nSeccomp:\t2\n") != NULL &&
                 (geteuid() != 0 || strstr(status, "\nUid:\t64321\t") != NULL);

    (void)context;
    free(status);
    return found;
}

static bool is_alone(void *context)
{
    (void)context;
    return last_child(server.pid) == server.pid;
}

/* One that connects and says no more than its name. */
static void check_sandbox(void)
{
    static const char hello[] = "SSH-2.0-test\r\n";
    int fd = tcp(false, &server.port);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, hello, sizeof(hello) - 1), sizeof(hello) - 1);
    until(is_sandboxed, NULL);
    close(fd);
    until(is_alone, NULL);
}

static void converse(const char *script, struct text *said)
{
    struct scratch *s = server.r->scratch;
    struct result result;
    char line[1024];

    scratch_set(s, "ROOT", s->root);
    scratch_set(s, "BIN", FETCHED "usr/bin");
    (void)snprintf(line, sizeof(line),
                   "-F %s/ssh_config -S " FETCHED "usr/bin/ssh", s->root);
    scratch_set(s, "options", line);
    (void)snprintf(line, sizeof(line), "%s -F %s/ssh_config person",
                   FETCHED "usr/bin/ssh", s->root);
    scratch_set(s, "s", line);
    result = scratch_run(s, "/bin/sh", "-c", script, NULL);
    text_add(said, "%s-- errors\n%s-- %d\n", result.out, result.err,
             result.status);
    result_clear(&result);
}

static struct text live(const char *preload)
{
    struct text said = {0};

    start(preload);
    check_sandbox();
    converse(sessions, &said);
    until(is_alone, NULL);
    server.lives = 2;
    assert_int_equal(kill(server.pid, SIGHUP), 0);
    until(is_listening_or_over, NULL);
    assert_int_equal(has_loaded(server.pid, "libtel_shim.so"), preload != NULL);
    converse(after_reload, &said);
    until(is_alone, NULL);
    text_add(&said, "status %d\n",
             scratch_stop(server.r->scratch, server.pid, SIGTERM));
    return said;
}

static void test_sshd_ten_thousand_lines_and_logins_are_the_same(void **state)
{
    struct text bare;
    struct text shim;
    struct tel_finished run;
    char line[32];

    (void)state;
    if (server.r == NULL) {
        skip();
        return;
    }
    bare = live(NULL);
    recorded_nothing_more(server.r);
    shim = live(TEL_STAGE_SHIM);
    assert_same_text(&bare, &shim);
    assert_int_equal(text_count(&shim, "got "), REQUESTS);
    assert_int_equal(text_count(&shim, "= 20\n"), 2);
    assert_int_equal(text_count(&shim, "= 0\n"), 5);
    run = recorded_next(server.r);
    assert_int_equal(run.event.end, TEL_END_CODE);
    (void)snprintf(line, sizeof(line), "status %d\n", run.event.code);
    assert_int_equal(text_count(&shim, line), 1);
    recorded_nothing_more(server.r);
    text_clear(&bare);
    text_clear(&shim);
}

static void test_sshd_killed_is_recorded_so(void **state)
{
    (void)state;
    if (server.r == NULL) {
        skip();
        return;
    }
    start(TEL_STAGE_SHIM);
    recorded_until_running(server.r);
    assert_int_equal(scratch_stop(server.r->scratch, server.pid, SIGKILL),
                     -SIGKILL);
    recorded_expect_killed(server.r, "run");
    recorded_nothing_more(server.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_sshd_ten_thousand_lines_and_logins_are_the_same, setup,
            teardown),
        cmocka_unit_test_setup_teardown(test_sshd_killed_is_recorded_so, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("foreign_sshd", tests, NULL, NULL);
}
