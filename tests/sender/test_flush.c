/* SPDX-License-Identifier: MIT */
/* tel-send --flush: what leaves, what waits, and what is never sent. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "box.h"

#define NUMBERS 20000

static unsigned counts[NUMBERS];

static int setup(void **state)
{
    *state = box_new();
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

/* Each of the events first .. first + count - 1 has arrived once. */
static void arrived(struct box *box, unsigned first, unsigned count)
{
    assert_int_equal(server_tally(box->server, "ms", counts, NUMBERS), count);
    for (unsigned i = first; i < first + count; i++)
        assert_int_equal(counts[i], 1);
}

static void test_flush_nothing_waits(void **state)
{
    box_flush(*state, 0, "0 sent, 0 waiting\n");
    assert_int_equal(box_files(*state, ""), 0);
}

static void test_flush_post_sends_one_batch(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 100);
    box_new_file(box, "probe", 100, 50);
    assert_int_equal(box_waiting(box, "probe"), 150);
    box_flush(box, 0, "150 sent, 0 waiting\n");
    assert_int_equal(server_count(box->server), 1);
    arrived(box, 0, 150);
    assert_int_equal(box_files(box, ""), 0);
    assert_int_equal(box_waiting(box, NULL), 0);
    assert_int_equal(box_dropped(box, NULL), 0);
}

static void test_flush_get_sends_each_on_one_connection(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "GET");
    box_new_file(box, "probe", 0, 100);
    box_flush(box, 0, "100 sent, 0 waiting\n");
    assert_int_equal(server_count(box->server), 100);
    assert_int_equal(server_connections(box->server), 1);
    arrived(box, 0, 100);
}

static void test_flush_many_uses_several_batches(void **state)
{
    struct box *box = *state;

    box_tool(box, "post", "POST");
    box_tool(box, "get", "GET");
    for (unsigned i = 0; i < 13; i++)
        box_new_file(box, "post", i * 100, 100);
    for (unsigned i = 0; i < 3; i++)
        box_new_file(box, "get", 5000 + i * 70, 70);
    box_flush(box, 0, "1510 sent, 0 waiting\n");
    /* 500, 500, 300; and whole files of 70: three batches. */
    assert_int_equal(server_count(box->server), 3 + 210);
    assert_int_equal(server_connections(box->server), 6);
    assert_int_equal(server_tally(box->server, "ms", counts, NUMBERS), 1510);
    for (unsigned i = 0; i < 1300; i++)
        assert_int_equal(counts[i], 1);
    for (unsigned i = 5000; i < 5210; i++)
        assert_int_equal(counts[i], 1);
}

static void test_flush_order_is_not_that_of_the_file(void **state)
{
    struct box *box = *state;
    unsigned in_place = 0;
    const char *at;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 100);
    box_flush(box, 0, "100 sent, 0 waiting\n");
    at = server_payload(box->server, 0);
    for (unsigned i = 0; i < 100; i++) {
        at = strstr(at, "\"ms\":") + 5;
        in_place += strtoul(at, NULL, 10) == i;
    }
    /* One is expected; 30 would be met once in 10^32 batches. */
    assert_true(in_place < 30);
}

static void test_flush_refused_is_final(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 7);
    server_answers(box->server, 422);
    box_flush(box, 0, "0 sent, 0 waiting, 7 refused\n");
    assert_int_equal(box_dropped(box, "probe"), 7);
    assert_int_equal(box_files(box, ""), 0);
    box_flush(box, 0, "0 sent, 0 waiting\n");
    assert_int_equal(server_count(box->server), 1);
}

static void test_flush_get_refused_goes_on(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "GET");
    box_new_file(box, "probe", 0, 10);
    server_first(box->server, 4, 404);
    box_flush(box, 0, "6 sent, 0 waiting, 4 refused\n");
    assert_int_equal(box_dropped(box, "probe"), 4);
    assert_int_equal(server_tally(box->server, "ms", counts, NUMBERS), 6);
}

static void waits_and_keeps_its_key(struct box *box, int status)
{
    unsigned tries = (unsigned)server_count(box->server);
    char *before;

    server_answers(box->server, status);
    box_flush(box, 1, "0 sent, 5 waiting\n");
    box_new_file(box, "probe", 100, 1);
    box_flush(box, 1, "0 sent, 6 waiting\n");
    assert_int_equal(server_count(box->server), tries + 2);
    assert_string_equal(server_key(box->server, tries),
                        server_key(box->server, tries + 1));
    before = strdup(server_payload(box->server, tries));
    assert_string_equal(server_payload(box->server, tries + 1), before);
    free(before);
    server_answers(box->server, 204);
    box_flush(box, 0, "6 sent, 0 waiting\n");
}

static void test_flush_failures_wait_unchanged(void **state)
{
    static const int answers[] = {500, 503, 408, 429, 301, SERVER_CLOSES};
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        box_new_file(box, "probe", 0, 5);
        waits_and_keeps_its_key(box, answers[i]);
    }
    assert_int_equal(box_dropped(box, NULL), 0);
}

static void test_flush_get_broken_off_sends_the_rest_later(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "GET");
    box_new_file(box, "probe", 0, 50);
    server_answers(box->server, 500);
    server_first(box->server, 20, 204);
    box_flush(box, 1, "20 sent, 30 waiting\n");
    assert_int_equal(server_count(box->server), 21);
    server_answers(box->server, 204);
    box_flush(box, 0, "30 sent, 0 waiting\n");
    arrived(box, 0, 50);
    assert_int_equal(server_count(box->server), 51);
}

static void test_flush_hanging_collector_is_left(void **state)
{
    struct box *box = *state;
    char *log;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 5);
    server_answers(box->server, SERVER_HANGS);
    box_flush(box, 1, "0 sent, 5 waiting\n");
    log = box_text(box, TEL_LOG_FILE);
    assert_int_equal(count_of(log, "== no answer, waits\n"), 1);
    free(log);
    server_answers(box->server, 204);
    box_flush(box, 0, "5 sent, 0 waiting\n");
    assert_string_equal(server_key(box->server, 0), server_key(box->server, 1));
}

static void test_flush_slow_get_is_split(void **state)
{
    struct box *box = *state;

    /* More than fits into one batch's five seconds. */
    box_tool(box, "probe", "GET");
    box_new_file(box, "probe", 0, 60);
    server_delays(box->server, 100);
    box_flush(box, 0, "60 sent, 0 waiting\n");
    assert_true(server_connections(box->server) > 1);
    arrived(box, 0, 60);
    assert_int_equal(server_count(box->server), 60);
}

static void test_flush_no_collector_logs_nothing(void **state)
{
    struct box *box = *state;
    char *log;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 2);
    box_flush(box, 0, "2 sent, 0 waiting\n");
    box_tool_at(box, "other", "POST", "http://127.0.0.1:1/t");
    box_new_file(box, "other", 0, 5);
    box_flush(box, 1, "0 sent, 5 waiting\n");
    log = box_text(box, TEL_LOG_FILE);
    assert_int_equal(count_of(log, "== 204 accepted\n"), 1);
    assert_int_equal(count_of(log, "other"), 0);
    free(log);
}

static void test_flush_one_tool_fails_others_leave(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    box_tool_at(box, "other", "POST", "http://127.0.0.1:1/t");
    box_new_file(box, "probe", 0, 3);
    box_new_file(box, "other", 0, 5);
    box_flush(box, 1, "3 sent, 5 waiting\n");
    assert_int_equal(box_waiting(box, "other"), 5);
    assert_int_equal(box_waiting(box, "probe"), 0);
}

static void says_off(struct box *box, const char *variable, const char *rule)
{
    struct result result;

    scratch_set(box->scratch, variable, "1");
    result = scratch_run(box->scratch, TEL_SEND, "--flush", NULL);
    assert_int_equal(result.status, 1);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, rule));
    assert_non_null(strstr(result.err, variable));
    assert_int_equal(count_of(result.err, "\n"), 1);
    result_clear(&result);
    scratch_set(box->scratch, variable, NULL);
}

static void test_flush_off_by_environment_sends_nothing(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    says_off(box, "DO_NOT_TRACK", "rule 2");
    says_off(box, "GITHUB_ACTIONS", "rule 4");
    /* The tool's own variable speaks for this process only: it waits. */
    scratch_set(box->scratch, "PROBE_NO_TELEMETRY", "1");
    box_flush(box, 1, "0 sent, 3 waiting\n");
    scratch_set(box->scratch, "PROBE_NO_TELEMETRY", NULL);
    assert_int_equal(server_connections(box->server), 0);
    box_flush(box, 0, "3 sent, 0 waiting\n");
}

static void test_flush_without_policy_waits(void **state)
{
    struct box *box = *state;

    box_new_file(box, "gone", 0, 3);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    box_tool(box, "gone", "POST");
    box_flush(box, 0, "3 sent, 0 waiting\n");
}

static void test_flush_consent_withdrawn_is_forgotten(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    server_answers(box->server, 500);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    box_new_file(box, "probe", 3, 4);
    box_consent(box, "probe", TEL_ANSWER_NO);
    server_answers(box->server, 204);
    box_flush(box, 0, "0 sent, 0 waiting, 7 dropped\n");
    assert_int_equal(server_count(box->server), 1);
    assert_int_equal(box_dropped(box, "probe"), 7);
    assert_int_equal(box_files(box, ""), 0);
}

struct expected {
    struct server *server;
    size_t count;
};

static bool came(void *context)
{
    const struct expected *expected = context;

    return server_count(expected->server) == expected->count;
}

/* A word that removes no file, as a hand's in the consent file: what is under
 * way is answered, and the next batch stays. */
static void test_flush_word_between_two_batches_counts(void **state)
{
    static const enum tel_answer answers[] = {TEL_ANSWER_NO, TEL_ANSWER_LOCAL};
    static char program[] = TEL_SEND;
    static char option[] = "--flush";
    char *argv[] = {program, option, NULL};
    struct box *box = *state;

    for (size_t i = 0; i < 2; i++) {
        struct expected expected = {box->server, i + 1};
        struct tel_outbox_counts counted;
        pid_t pid;

        box_tool(box, "probe", "POST");
        for (unsigned n = 0; n < 7; n++)
            box_new_file(box, "probe", 100 * n, 100);
        server_delays(box->server, 2000);
        pid = scratch_start(box->scratch, "flush.out", argv);
        until(came, &expected);
        box_consent(box, "probe", answers[i]);
        assert_int_equal(scratch_stop(box->scratch, pid, 0), 0);
        assert_int_equal(server_count(box->server), i + 1);
        assert_int_equal(tel_outbox_count(box->state, "probe", &counted), 0);
        assert_int_equal(counted.waiting, 0);
        assert_int_equal(counted.local,
                         answers[i] == TEL_ANSWER_LOCAL ? 200 : 0);
    }
}

/* The yes of today is to today's policy: another one of this NAME, or this one
 * before, may have told more. An earlier version, and less, may go. */
static void
test_flush_what_the_policy_does_not_explain_is_not_sent(void **state)
{
    static const char *const parts[] = {
        "\"t\":\"probe\",\"e\":\"run\",\"v\":1,\"tv\":\"1.1\"",
        "\"t\":\"other\",\"e\":\"run\",\"v\":1,\"tv\":\"1.2\"",
        "\"t\":\"probe\",\"e\":\"verb\",\"v\":1,\"tv\":\"1.2\""};
    static const char *const ends[] = {
        "\"ms\":7,\"exit\":0}", "\"end\":\"lost\"}",
        "\"ms\":7,\"exit\":0,\"fmt\":\"json\"}", "\"ms\":7,\"exit\":\"ok\"}"};
    struct box *box = *state;
    char text[12 * 256] = "";
    size_t len = 0;
    char *body;

    box_tool(box, "probe", "POST");
    for (size_t i = 0; i < 12; i++)
        len += (size_t)snprintf(
            text + len, sizeof(text) - len,
            "%032zx {%s,\"os\":\"linux\",\"libc\":\"glibc-2.36\",%s\n", i,
            parts[i / 4], ends[i % 4]);
    scratch_write(box->scratch, "state/tel/outbox/00000000000000aa-probe.new",
                  text);
    box_flush(box, 0, "2 sent, 0 waiting, 10 dropped\n");
    body = box_text(box, "sent.log");
    assert_non_null(strstr(body, "\"ms\":7,\"exit\":0}"));
    assert_non_null(strstr(body, "\"end\":\"lost\"}"));
    assert_null(strstr(body, "other"));
    assert_null(strstr(body, "verb"));
    assert_null(strstr(body, "fmt"));
    assert_null(strstr(body, "\"ok\""));
    free(body);
    assert_int_equal(box_dropped(box, NULL), 10);
}

static void test_flush_endpoint_changed_is_not_sent(void **state)
{
    struct box *box = *state;
    char endpoint[64];

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    server_answers(box->server, 500);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    /* Frozen for the old place, and the yes is for the new one. */
    snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u/new",
             server_port(box->server));
    box_tool_at(box, "probe", "POST", endpoint);
    server_answers(box->server, 204);
    box_flush(box, 0, "0 sent, 0 waiting, 3 dropped\n");
    assert_int_equal(server_count(box->server), 1);
    assert_int_equal(box_dropped(box, "probe"), 3);
}

static void test_flush_local_is_kept(void **state)
{
    struct box *box = *state;
    struct tel_outbox_counts kept;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    server_answers(box->server, 500);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    box_new_file(box, "probe", 3, 4);
    box_consent(box, "probe", TEL_ANSWER_LOCAL);
    server_answers(box->server, 204);
    box_flush(box, 0, "0 sent, 0 waiting\n");
    assert_int_equal(server_count(box->server), 1);
    assert_int_equal(tel_outbox_count(box->state, "probe", &kept), 0);
    assert_int_equal(kept.local, 7);
    assert_int_equal(kept.waiting, 0);
    box_consent(box, "probe", TEL_ANSWER_YES);
    box_flush(box, 0, "0 sent, 0 waiting\n");
    assert_int_equal(server_count(box->server), 1);
}

/* Sets the time of every file of the outbox so many days back. */
static void age(struct box *box, int days)
{
    time_t then = time(NULL) / 86400 * 86400 - (time_t)days * 86400;
    char command[512];

    snprintf(command, sizeof(command),
             "touch -d @%lld \"$XDG_STATE_HOME\""
             "/tel/outbox/*",
             (long long)then);
    free(scratch_ok(box->scratch, 0, "sh", "-c", command, NULL));
}

static void test_flush_older_than_the_key_window_is_dropped(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    age(box, TEL_KEY_WINDOW_DAYS);
    box_new_file(box, "probe", 10, 5);
    box_flush(box, 0, "5 sent, 0 waiting, 3 dropped\n");
    assert_int_equal(box_dropped(box, "probe"), 3);
    arrived(box, 10, 5);
}

static void test_flush_younger_than_the_key_window_is_sent(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    age(box, TEL_KEY_WINDOW_DAYS - 2);
    box_flush(box, 0, "3 sent, 0 waiting\n");
}

static void test_flush_full_outbox_drops_and_counts(void **state)
{
    struct box *box = *state;
    uint64_t waiting;

    box_tool_at(box, "probe", "POST", "http://127.0.0.1:1/t");
    for (unsigned i = 0; i < 110; i++)
        box_new_file(box, "probe", i * 100, 100);
    free(scratch_ok(box->scratch, 1, TEL_SEND, "--flush", NULL));
    waiting = box_waiting(box, "probe");
    assert_true(waiting <= 10000);
    assert_true(waiting > 9000);
    assert_int_equal(waiting + box_dropped(box, "probe"), 11000);
}

static void test_flush_nonsense_in_outbox_is_passed_over(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    scratch_write(box->scratch, "state/tel/outbox/0123456789abcdef-probe.new",
                  "nonsense\n0123 {}\n");
    scratch_write(box->scratch, "state/tel/outbox/0123456789abcdef-probe.batch",
                  "method POST\nendpoint http://127.0.0.1:1/\n\n");
    scratch_write(box->scratch, "state/tel/outbox/-.new", "x\n");
    scratch_write(box->scratch, "state/tel/outbox/0123456789abcdef-...batch",
                  "x");
    box_new_file(box, "probe", 0, 2);
    box_flush(box, 0, "2 sent, 0 waiting\n");
    assert_int_equal(server_count(box->server), 1);
}

static void test_flush_batch_replaces_new_left_by_a_crash(void **state)
{
    struct box *box = *state;
    char *text;
    char path[128];

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    server_answers(box->server, 500);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    /* As if killed between writing the batch and removing its .new. */
    text = scratch_ok(box->scratch, 0, "sh", "-c",
                      "cd \"$XDG_STATE_HOME\"/tel/outbox; set -- *.batch; "
                      "from=$(sed -n 's/^from //p' \"$1\"); "
                      "sed '1,/^$/d' \"$1\" > \"$from-probe.new\"; "
                      "printf %s \"$from\"",
                      NULL);
    snprintf(path, sizeof(path), "outbox/%s-probe.new", text);
    assert_int_equal(strlen(text), 16);
    free(text);
    assert_int_equal(box_files(box, ".new"), 1);
    assert_int_equal(box_waiting(box, "probe"), 3);
    server_answers(box->server, 204);
    box_flush(box, 0, "3 sent, 0 waiting\n");
    arrived(box, 0, 3);
}

static void test_flush_files_are_private_and_dated_by_day(void **state)
{
    struct box *box = *state;
    static const char *const files[] = {"sent.log", "due"};
    struct stat st;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    server_answers(box->server, 500);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_int_equal(
            stat(scratch_path(box->scratch, "state/tel/%s", files[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(st.st_mtime % 86400, 0);
    }
    assert_int_equal(stat(scratch_path(box->scratch, "state/tel"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    free(scratch_ok(box->scratch, 0, "sh", "-c",
                    "cd \"$XDG_STATE_HOME\"/tel/outbox; "
                    "test $(( $(stat -c %Y *.batch) % 86400 )) = 0 && "
                    "test $(stat -c %a *.batch) = 600",
                    NULL));
}

static void test_flush_quiet_says_nothing(void **state)
{
    struct box *box = *state;
    struct result result;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    result = scratch_run(box->scratch, TEL_SEND, "--flush", "--quiet", NULL);
    assert_int_equal(result.status, 0);
    assert_string_equal(result.out, "");
    assert_string_equal(result.err, "");
    result_clear(&result);
    assert_int_equal(server_count(box->server), 1);
}

static void test_flush_foreign_state_is_left_alone(void **state)
{
    struct box *box = *state;
    struct result result;

    skip_unless(geteuid() == 0, "only root can give a folder away");
    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    assert_int_equal(
        chown(scratch_path(box->scratch, "state/tel"), 12345, 12345), 0);
    result = scratch_run(box->scratch, TEL_SEND, "--flush", NULL);
    assert_int_equal(result.status, 1);
    assert_int_equal(count_of(result.err, "\n"), 1);
    result_clear(&result);
    assert_int_equal(server_connections(box->server), 0);
    assert_int_equal(box_files(box, ".new"), 1);
}

static void test_options_bad_usage_ends_2(void **state)
{
    static const char *const bad[][4] = {
        {"--nonsense"},
        {"--flush", "--once"},
        {"--flush", "word"},
        {"--background", "--linger", "-1"},
        {"--once", "--interval"},
        {"--once", "--interval", "x"},
        {"--quiet"},
    };
    struct box *box = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct result result =
            scratch_run(box->scratch, TEL_SEND, bad[i][0], bad[i][1], bad[i][2],
                        bad[i][3], NULL);

        assert_int_equal(result.status, 2);
        assert_string_equal(result.out, "");
        assert_int_equal(count_of(result.err, "\n"), 1);
        result_clear(&result);
    }
}

static void test_options_help_and_version_end_0(void **state)
{
    struct box *box = *state;
    char *out = scratch_ok(box->scratch, 0, TEL_SEND, "--help", NULL);

    assert_non_null(strstr(out, "--background"));
    free(out);
    out = scratch_ok(box->scratch, 0, TEL_SEND, "--version", NULL);
    assert_string_equal(out, "tel-send " TEL_RELEASE "\n");
    free(out);
}

static void test_once_sends_only_what_is_due(void **state)
{
    struct box *box = *state;
    char due[64];

    box_tool(box, "probe", "POST");
    box_tool(box, "later", "POST");
    box_new_file(box, "probe", 0, 3);
    box_new_file(box, "later", 10, 4);
    snprintf(due, sizeof(due), "probe %lld 0\nlater %lld 0\n",
             (long long)time(NULL) - 5, (long long)time(NULL) + 3600);
    scratch_write(box->scratch, "state/tel/due", due);
    free(scratch_ok(box->scratch, 0, TEL_SEND, "--once", NULL));
    arrived(box, 0, 3);
    assert_int_equal(box_waiting(box, "later"), 4);
    free(scratch_ok(box->scratch, 0, TEL_SEND, "--once", NULL));
    assert_int_equal(server_count(box->server), 1);
}

static void test_flush_failures_back_off(void **state)
{
    struct box *box = *state;
    char *due;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    server_answers(box->server, 500);
    for (int i = 0; i < 3; i++)
        box_flush(box, 1, "0 sent, 3 waiting\n");
    due = box_text(box, "due");
    assert_int_equal(strncmp(due, "probe ", 6), 0);
    assert_string_equal(strrchr(due, ' '), " 3\n");
    free(due);
    server_answers(box->server, 204);
    box_flush(box, 0, "3 sent, 0 waiting\n");
    due = box_text(box, "due");
    assert_string_equal(due, "");
    free(due);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_flush_nothing_waits),
        CASE(test_flush_post_sends_one_batch),
        CASE(test_flush_get_sends_each_on_one_connection),
        CASE(test_flush_many_uses_several_batches),
        CASE(test_flush_order_is_not_that_of_the_file),
        CASE(test_flush_refused_is_final),
        CASE(test_flush_get_refused_goes_on),
        CASE(test_flush_failures_wait_unchanged),
        CASE(test_flush_get_broken_off_sends_the_rest_later),
        CASE(test_flush_hanging_collector_is_left),
        CASE(test_flush_slow_get_is_split),
        CASE(test_flush_no_collector_logs_nothing),
        CASE(test_flush_one_tool_fails_others_leave),
        CASE(test_flush_off_by_environment_sends_nothing),
        CASE(test_flush_without_policy_waits),
        CASE(test_flush_consent_withdrawn_is_forgotten),
        CASE(test_flush_word_between_two_batches_counts),
        CASE(test_flush_what_the_policy_does_not_explain_is_not_sent),
        CASE(test_flush_endpoint_changed_is_not_sent),
        CASE(test_flush_local_is_kept),
        CASE(test_flush_older_than_the_key_window_is_dropped),
        CASE(test_flush_younger_than_the_key_window_is_sent),
        CASE(test_flush_full_outbox_drops_and_counts),
        CASE(test_flush_nonsense_in_outbox_is_passed_over),
        CASE(test_flush_batch_replaces_new_left_by_a_crash),
        CASE(test_flush_files_are_private_and_dated_by_day),
        CASE(test_flush_quiet_says_nothing),
        CASE(test_flush_foreign_state_is_left_alone),
        CASE(test_flush_failures_back_off),
        CASE(test_once_sends_only_what_is_due),
        CASE(test_options_bad_usage_ends_2),
        CASE(test_options_help_and_version_end_0),
    };

    return cmocka_run_group_tests_name("flush", tests, NULL, NULL);
}
