/* SPDX-License-Identifier: MIT */
/* tel-collect under load: SIGHUP changes the policies between two requests,
 * SIGTERM ends it after the last answer. */
#include "collect.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS 6
#define RELOADS 20

#define COMMIT QUERY("commit", "ms=12&exit=0")
/* What only git-2.40.conf allows. */
#define SWITCH \
    "t=git&e=switch&v=1&tv=2.40.0&os=linux&libc=glibc-2.36&ms=1&exit=0"

/* Which policies are in force; CHANGING: one or the other. */
enum { WITHOUT, WITH, CHANGING };

struct load {
    struct collect *c;
    pthread_t threads[CLIENTS];
    atomic_bool over;
    atomic_int policies;
    atomic_ulong commits;  /* answered 204 */
    atomic_ulong switches; /* answered 204 */
    atomic_ulong judged;   /* switches while nothing changed */
    atomic_ulong wrong;
};

static int setup(void **state)
{
    static struct load load;

    memset(&load, 0, sizeof(load));
    load.c = calloc(1, sizeof(*load.c));
    assert_non_null(load.c);
    collect_setup(load.c);
    *state = &load;
    return 0;
}

static int teardown(void **state)
{
    struct load *load = *state;

    collect_teardown(load->c);
    free(load->c);
    return 0;
}

/* One request on a connection that stays: its status, or 0. */
static int ask(int fd, const char *query)
{
    char bytes[512];
    int len = snprintf(bytes, sizeof(bytes),
                       "GET /t?%s HTTP/1.1\r\nHost: t\r\n\r\n", query);
    size_t got = 0;
    ssize_t n = 0;
    int status = 0;

    send_bytes(fd, bytes, (size_t)len);
    /* The two answers that there are: without a body, and with one line. */
    do {
        n = recv(fd, bytes + got, sizeof(bytes) - 1 - got, 0);
        if (n <= 0)
            return 0;
        got += (size_t)n;
        bytes[got] = '\0';
    } while (strstr(bytes, "\r\n\r\n") == NULL ||
             (strstr(bytes, "refused:") == NULL &&
              strncmp(bytes, "HTTP/1.1 4", 10) == 0) ||
             bytes[got - 1] != '\n');
    return sscanf(bytes, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}

static void judge(struct load *load, int before, int status)
{
    int after = load->policies;

    if (status == 204)
        load->switches++;
    if (status != 204 && status != 422)
        load->wrong++;
    if (before != after || before == CHANGING)
        return;
    load->judged++;
    if (status != (before == WITH ? 204 : 422))
        load->wrong++;
}

static void *pump(void *context)
{
    struct load *load = context;
    int fd = collect_connect(load->c);

    while (!load->over) {
        int before = load->policies;

        judge(load, before, ask(fd, SWITCH));
        if (ask(fd, COMMIT) == 204)
            load->commits++;
        else
            load->wrong++;
    }
    (void)close(fd);
    return NULL;
}

static void begin(struct load *load, void *(*client)(void *))
{
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&load->threads[i], NULL, client, load),
                         0);
}

static void join(struct load *load)
{
    load->over = true;
    for (size_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_join(load->threads[i], NULL), 0);
}

struct change {
    struct load *load;
    int status;
    unsigned long judged;
};

static bool answers(void *context)
{
    struct change *change = context;

    return collect_get(change->load->c, SWITCH, NULL) == change->status;
}

static bool judges(void *context)
{
    struct change *change = context;

    return change->load->judged > change->judged + CLIENTS;
}

/* Loads what the folder holds now, and lets the clients see it. */
static void reload(struct load *load, int policies)
{
    struct change change = {load, policies == WITH ? 204 : 422, 0};

    load->policies = CHANGING;
    assert_int_equal(kill(load->c->pid, SIGHUP), 0);
    until(answers, &change);
    load->policies = policies;
    change.judged = load->judged;
    until(judges, &change);
}

static bool has_complained(void *context)
{
    char *log = collect_log(context);
    bool found = strstr(log, "stay in force\n") != NULL;

    free(log);
    return found;
}

static void test_signals_reload_judges_every_request_rightly(void **state)
{
    struct load *load = *state;
    struct collect *c = load->c;
    struct change change = {load, 204, 0};
    char *later =
        file_read(scratch_path(c->scratch, "tools/git-2.40.conf"), NULL);
    char *log = NULL;
    json_t *report = NULL;

    collect_start(c, "127.0.0.1:0");
    load->policies = WITH;
    begin(load, pump);
    until(judges, &change);
    for (unsigned i = 0; i < RELOADS; i += 2) {
        (void)unlink(scratch_path(c->scratch, "tools/git-2.40.conf"));
        reload(load, WITHOUT);
        scratch_write(c->scratch, "tools/git-2.40.conf", later);
        reload(load, WITH);
    }
    /* A bad set is not taken: the old one stays in force, all of it. */
    (void)unlink(scratch_path(c->scratch, "tools/git-2.40.conf"));
    scratch_write(c->scratch, "tools/zzz.conf", "[tool]\nid = zzz\nno = 1\n");
    assert_int_equal(kill(c->pid, SIGHUP), 0);
    until(has_complained, c);
    change.judged = load->judged;
    until(judges, &change);
    join(load);
    assert_int_equal(load->wrong, 0);
    log = collect_log(c);
    assert_int_equal(count_of(log, "/tools/zzz.conf:3: "), 1);
    assert_int_equal(count_of(log, "\n"), 2);
    collect_stop(c);
    assert_int_equal(collect_runs(c, "commit"), load->commits);
    report = collect_report(c, "git", "-k", "1", NULL);
    /* Those that asked whether it answers were counted too. */
    assert_true((unsigned long)number_of(event_of(report, "switch"), "runs") >=
                load->switches);
    json_decref(report);
    free(log);
    free(later);
}

/* Until it answers no more. */
static void *pump_to_the_end(void *context)
{
    struct load *load = context;
    int fd = collect_connect(load->c);
    int status;

    while ((status = ask(fd, COMMIT)) == 204)
        load->commits++;
    /* While it ends it takes nothing more, and says so; or it is gone. */
    if (status != 503 && status != 0)
        load->wrong++;
    (void)close(fd);
    return NULL;
}

static bool has_load(void *context)
{
    struct load *load = context;

    return load->commits > (unsigned long)CLIENTS * 20;
}

/* What was answered was counted, and what was counted was answered. */
static void test_signals_end_answers_all_that_it_counts(void **state)
{
    struct load *load = *state;

    collect_start(load->c, "127.0.0.1:0");
    begin(load, pump_to_the_end);
    until(has_load, load);
    collect_stop(load->c);
    join(load);
    assert_int_equal(load->wrong, 0);
    assert_int_equal(collect_runs(load->c, "commit"), load->commits);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_signals_reload_judges_every_request_rightly),
        TEST(test_signals_end_answers_all_that_it_counts),
    };

    return cmocka_run_group_tests_name("collect signals", tests, NULL, NULL);
}
