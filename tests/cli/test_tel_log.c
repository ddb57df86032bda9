/* SPDX-License-Identifier: MIT */
/* tel log: byte for byte, and held against the policies. */
#include "person.h"
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG "state/tel/sent.log"
#define KEY "0123456789abcdef0123456789abcdef"

#define EVENT(e, tv, rest)                                                 \
    "{\"t\":\"demo-id\",\"e\":\"" e "\",\"v\":1,\"tv\":\"" tv "\",\"os\":" \
    "\"linux\",\"libc\":\"glibc-2.36\"" rest "}\n"
#define GOOD EVENT("commit", "1.2", ",\"ms\":12,\"exit\":0,\"quiet\":\"no\"")
#define QUERY                                                              \
    "t=demo-id&e=commit&v=1&tv=1.2&os=linux&libc=glibc-2.36&ms=12&exit=0&" \
    "fmt=c%2B&quiet=no"

/* What the sender writes for one request; the caller frees it. */
static char *record(enum tel_method method, const char *endpoint,
                    const char *payload)
{
    size_t size = strlen(payload) + 4096;
    char *bytes = malloc(size);
    char *text = malloc(size + 1024);

    assert_true(bytes != NULL && text != NULL);
    assert_true(tel_request_bytes(method, endpoint, KEY, payload, bytes, size) >
                0);
    sprintf(text, "== 2026-01-31 demo-id %s %s\n%s== 204 accepted\n",
            method == TEL_GET ? "GET" : "POST", endpoint, bytes);
    free(bytes);
    return text;
}

/* Replaces the first from in text, if from is given; text is freed. */
static char *edit(char *text, const char *from, const char *to)
{
    char *at = from != NULL ? strstr(text, from) : NULL;
    char *changed;

    if (from == NULL)
        return text;
    assert_non_null(at);
    changed = malloc(strlen(text) + strlen(to) + 1);
    assert_non_null(changed);
    sprintf(changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    free(text);
    return changed;
}

static void write_log(struct scratch *s, const char *text)
{
    scratch_write(s, LOG, text);
    assert_int_equal(chmod(scratch_path(s, LOG), 0600), 0);
}

/* tel log --check says exactly this of the log. */
static void expect_said(struct scratch *s, const char *log, int status,
                        const char *expected)
{
    struct result r;

    write_log(s, log);
    r = scratch_run(s, TEL, "log", "--check", NULL);
    assert_string_equal(r.err, "");
    assert_string_equal(r.out, expected);
    assert_int_equal(r.status, status);
    result_clear(&r);
}

#define SUMMARY(explained, of) \
#explained " of " #of      \
               " requests are explained by the policies that are installed.\n"
#define NONE SUMMARY(0, 1)

static void test_log_check_explains_what_tel_sends(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    char *one = record(TEL_POST, "http://127.0.0.1:9/in", GOOD);
    char *two =
        record(TEL_POST, "http://127.0.0.1:9/in",
               GOOD EVENT("commit_amend", "1.2", ",\"sig\":9,\"ms\":0"));
    char both[4096];

    (void)state;
    expect_said(s, "", 0, SUMMARY(0, 0));
    expect_said(s, one, 0, SUMMARY(1, 1));
    snprintf(both, sizeof(both), "%s%s", one, one);
    expect_said(s, both, 0, SUMMARY(2, 2));
    /* Keys in another order: an event, but not as tel writes it. */
    expect_said(s, two, 1,
                "sent.log:10: an event, but not as tel writes it\n" NONE);
    free(one);
    free(two);
    scratch_free(s);
}

static void test_log_check_explains_get(void **state)
{
    static const char *const endpoints[] = {
        "http://127.0.0.1:9/in",   "http://127.0.0.1:9",
        "http://127.0.0.1:9/?k=1", "http://127.0.0.1:9?k=1",
        "http://127.0.0.1:9/in?",  "http://127.0.0.1:9/in?k=1&"};

    (void)state;
    for (size_t i = 0; i < COUNT(endpoints); i++) {
        char policy[2048];
        struct scratch *s;
        char *log = record(TEL_GET, endpoints[i], QUERY);

        snprintf(policy, sizeof(policy),
                 "[tool]\nid = demo-id\nversion = 1.2\nendpoint = %s\n"
                 "method = GET\n" DEMO_REST,
                 endpoints[i]);
        s = person_new(policy);
        expect_said(s, log, 0, SUMMARY(1, 1));
        free(log);
        scratch_free(s);
    }
}

/* A log that the sender wrote, but for one change. */
static const struct {
    const char *from;
    const char *to;
    const char *said;
} changes[] = {
    {"== 2026-01-31 demo-id", "== 2026-01-31 other",
     "sent.log:1: no policy that is installed has the id other\n"
     "sent.log:9: an event of demo-id among those of other\n"},
    {" POST http", " GET http",
     "sent.log:1: sent by GET; demo.conf says POST\n"
     "sent.log:1: not a whole request: it goes to another path than its "
     "endpoint's\n"},
    {":9/in\n", ":9/out\n",
     "sent.log:1: sent to http://127.0.0.1:9/out; demo.conf:4 says "
     "http://127.0.0.1:9/in\n"
     "sent.log:2: not a line that tel sends: POST /in HTTP/1.1\n"
     "sent.log:2: a line that tel sends is missing: POST /out HTTP/1.1\n"},
    {"tel/1", "tel/1 (git; me)",
     "sent.log:4: not a line that tel sends: User-Agent: tel/1 (git; me)\n"
     "sent.log:2: a line that tel sends is missing: User-Agent: tel/1\n"},
    {"Content-Type:", "Cookie: id=1\33[2J\r\nContent-Type:",
     "sent.log:5: not a line that tel sends: Cookie: id=1?[2J\n"},
    {"Content-Type: application/x-ndjson\r\n", "",
     "sent.log:2: a line that tel sends is missing: Content-Type: "
     "application/x-ndjson\n"},
    {KEY, "ABCDEF0123456789abcdef0123456789",
     "sent.log:6: not a line that tel sends: Idempotency-Key: "
     "ABCDEF0123456789abcdef0123456789\n"
     "sent.log:2: a line that tel sends is missing: Idempotency-Key: \n"},
    {"Content-Length: ", "Content-Length: 1",
     "sent.log:7: not a line that tel sends: Content-Length: 1109\n"
     "sent.log:2: a line that tel sends is missing: Content-Length: 109\n"},
    {"\r\n\r\n", "\n", "sent.log:1: not a whole request: it has no body\n"},
    {"== 204 accepted\n", "== 204 stolen\n",
     "sent.log:10: not an answer as tel writes it: 204 stolen\n"},
    {"== 204 accepted\n", "== 2o4 accepted\n",
     "sent.log:10: not an answer as tel writes it: 2o4 accepted\n"},
    {"== 204 accepted\n", "== 204 accepted\nmore\n",
     "sent.log:11: belongs to no request: a damaged log\n"},
};

static void test_log_check_finds_a_changed_request(void **state)
{
    struct scratch *s = person_new(DEMO_POST);

    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        char *log = edit(record(TEL_POST, "http://127.0.0.1:9/in", GOOD),
                         changes[i].from, changes[i].to);
        char expected[1024];

        snprintf(expected, sizeof(expected), "%s%s", changes[i].said,
                 strstr(log, "more") != NULL ? SUMMARY(1, 1) : NONE);
        expect_said(s, log, 1, expected);
        free(log);
    }
    scratch_free(s);
}

/* A body that the policy of demo does not explain, and what is said. */
static const struct {
    const char *body;
    const char *said;
} bodies[] = {
    {EVENT("push", "1.2", ",\"ms\":12,\"exit\":0"),
     "sent.log:9: demo.conf lists no event push\n"},
    {EVENT("commit", "1.2", ",\"ms\":12,\"exit\":0,\"user\":\"me\""),
     "sent.log:9: demo.conf declares no field user\n"},
    {EVENT("commit", "1.2", ",\"ms\":12,\"exit\":0,\"fmt\":\"secret\""),
     "sent.log:9: demo.conf does not list the value secret of fmt\n"},
    {EVENT("commit", "1.2",
           ",\"ms\":12,\"exit\":0,\"user\":\"me\",\"quiet\":\"maybe\""),
     "sent.log:9: demo.conf declares no field user\n"
     "sent.log:9: demo.conf does not list the value maybe of quiet\n"},
    {EVENT("commit", "1.2", ",\"ms\":123,\"exit\":0"),
     "sent.log:9: demo.conf does not let a run's end or duration be told like "
     "this\n"},
    {EVENT("commit", "1.2", ",\"ms\":12,\"exit\":\"ok\""),
     "sent.log:9: demo.conf does not let a run's end or duration be told like "
     "this\n"},
    {EVENT("commit", "1.2", ",\"ms\":12"),
     "sent.log:9: demo.conf does not let a run's end or duration be told like "
     "this\n"},
    {GOOD "hello\n", "sent.log:10: not an event: byte 0: expected '{'\n"},
    {GOOD "\n", "sent.log:10: not an event: byte 0: expected '{'\n"},
    {GOOD "{\"t\":\"x\"}\n",
     "sent.log:10: not an event: byte 9: a key that every event has is "
     "missing\n"},
    {" " GOOD, "sent.log:9: an event, but not as tel writes it\n"},
    {"", "sent.log:1: it carries no event\n"},
};

static void test_log_check_finds_what_a_policy_does_not_explain(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    char *cut;

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        char *log = record(TEL_POST, "http://127.0.0.1:9/in", bodies[i].body);
        char expected[1024];

        snprintf(expected, sizeof(expected), "%s%s", bodies[i].said, NONE);
        expect_said(s, log, 1, expected);
        free(log);
    }
    cut = record(TEL_POST, "http://127.0.0.1:9/in", GOOD "{\"t\":\n");
    expect_said(s, cut, 1,
                "sent.log:10: not an event: byte 5: expected a string or a "
                "plain number\n" NONE);
    free(cut);
    scratch_free(s);
}

static void test_log_check_of_another_version_is_a_note(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    char *log =
        record(TEL_POST, "http://127.0.0.1:9/in",
               EVENT("commit", "1.1", ",\"ms\":12,\"exit\":0")
                   EVENT("none", "1.1", ",\"ms\":12,\"exit\":0")
                       EVENT("none", "devel", ",\"ms\":12,\"exit\":0") GOOD);

    (void)state;
    expect_said(s, log, 0,
                "sent.log:9: note: demo-id 1.1; the policy that is installed "
                "is of 1.2\n"
                "sent.log:11: note: demo-id devel; the policy that is "
                "installed is of 1.2\n" SUMMARY(1, 1));
    free(log);
    log = record(TEL_POST, "http://127.0.0.1:9/in",
                 EVENT("push", "1.1", ",\"ms\":12,\"exit\":0"));
    expect_said(s, log, 1,
                "sent.log:9: note: demo-id 1.1; the policy that is installed "
                "is of 1.2\n"
                "sent.log:9: demo.conf lists no event push\n" NONE);
    free(log);
    scratch_free(s);
}

/* Two tools that share an id: what either explains is explained. */
static void test_log_check_asks_every_policy_of_the_id(void **state)
{
    struct scratch *s = person_new(DEMO_TOOL("POST") "[verbs]\npull = x\n");
    char *log = record(TEL_POST, "http://127.0.0.1:9/in", GOOD);

    (void)state;
    expect_said(s, log, 1,
                "sent.log:9: demo.conf lists no event commit\n" NONE);
    scratch_write(s, "config/tel/tools.d/more.conf", DEMO_POST);
    expect_said(s, log, 0, SUMMARY(1, 1));
    free(log);
    log = record(TEL_POST, "http://127.0.0.1:9/in",
                 EVENT("commit", "1.1", ",\"ms\":12,\"exit\":0"));
    expect_said(s, log, 0,
                "sent.log:9: note: demo-id 1.1; the policy that is installed "
                "is of 1.2\n" SUMMARY(1, 1));
    free(log);
    scratch_free(s);
}

static void test_log_check_names_a_bad_policy(void **state)
{
    struct scratch *s = person_new("[tool]\nid = demo-id\nnonsense = 1\n");
    char *log = record(TEL_POST, "http://127.0.0.1:9/in", GOOD);
    struct result r;

    (void)state;
    write_log(s, log);
    r = scratch_run(s, TEL, "log", "--check", NULL);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "demo.conf:3: "));
    assert_string_equal(
        r.out,
        "sent.log:1: no policy that is installed has the id demo-id\n" NONE);
    result_clear(&r);
    free(log);
    scratch_free(s);
}

static void test_log_check_knows_every_answer(void **state)
{
    static const char *const answers[] = {"== 422 refused",
                                          "== 503 waits",
                                          "== no answer, waits",
                                          "== did not leave, waits    ",
                                          "== 204 accepted over HTTP/2",
                                          "== 503 waits over HTTP/2",
                                          "== 204 accepted            "};
    struct scratch *s = person_new(DEMO_POST);

    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        char *log = edit(record(TEL_POST, "http://127.0.0.1:9/in", GOOD),
                         "== 204 accepted", answers[i]);

        expect_said(s, log, 0, SUMMARY(1, 1));
        free(log);
    }
    scratch_free(s);
}

/* What is on its way, what a crash cut, and what the head says beside. */
static void test_log_check_of_open_and_damaged_records(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    char *log = record(TEL_POST, "http://127.0.0.1:9/in", GOOD);
    char *open = edit(strdup(log), "== 204 accepted\n", "");
    char both[4096];

    (void)state;
    expect_said(s, open, 0, SUMMARY(1, 1));
    snprintf(both, sizeof(both), "%s%s", open, log);
    expect_said(s, both, 1,
                "sent.log:1: nothing says how it was answered: a damaged "
                "log\n" SUMMARY(1, 2));
    snprintf(both, sizeof(both), "%s%s", open, "== no answer, waits\n");
    expect_said(s, both, 0, SUMMARY(1, 1));
    snprintf(both, sizeof(both), "junk\33\n%s", log);
    expect_said(s, both, 1,
                "sent.log:1: belongs to no request: a damaged "
                "log\n" SUMMARY(1, 1));
    free(open);
    open = edit(log, ":9/in\n", ":9/in by HTTP/2\n");
    expect_said(s, open, 0, SUMMARY(1, 1));
    /* Every beginning of it is read to its end. */
    for (size_t len = strlen(open); len-- > 0;) {
        struct result r;

        if (len % 7 != 0)
            continue;
        open[len] = '\0';
        write_log(s, open);
        r = scratch_run(s, TEL, "log", "--check", NULL);
        assert_in_range(r.status, 0, 1);
        assert_non_null(strstr(r.out, " requests are explained by "));
        result_clear(&r);
    }
    free(open);
    scratch_free(s);
}

static void test_log_check_tells_that_others_may_read_it(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    struct result r;

    (void)state;
    scratch_write(s, LOG, "");
    assert_int_equal(chmod(scratch_path(s, LOG), 0640), 0);
    r = scratch_run(s, TEL, "log", "--check", NULL);
    assert_int_equal(r.status, 1);
    assert_non_null(
        strstr(r.out, "others than you may read it (its mode is 640)"));
    result_clear(&r);
    scratch_free(s);
}

static void test_log_check_without_a_log_makes_none(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    char *before = person_files(s);
    char *out = scratch_ok(s, 0, TEL, "log", "--check", NULL);
    char *plain = scratch_ok(s, 0, TEL, "log", NULL);
    char *after = person_files(s);

    (void)state;
    assert_string_equal(out, SUMMARY(0, 0));
    assert_string_equal(plain, "");
    assert_string_equal(before, after);
    free(out);
    free(plain);
    free(before);
    free(after);
    scratch_free(s);
}

/* ---- how it is shown ------------------------------------------------------ */

#define HOSTILE                                         \
    "== 2026-01-31 x GET http://a/t\nGET /\33[2J\a\x9b" \
    "5n\rover HTTP/1.1\r\n\r\n== 204 accepted\nlast"

static void test_log_in_a_pipe_is_byte_for_byte(void **state)
{
    static const char bytes[] = HOSTILE "\0\xff";
    struct scratch *s = person_new(DEMO_POST);
    struct result r;
    FILE *file;

    (void)state;
    write_log(s, "");
    file = fopen(scratch_path(s, LOG), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, sizeof(bytes), file), sizeof(bytes));
    assert_int_equal(fclose(file), 0);
    r = scratch_run(s, TEL, "log", NULL);
    assert_int_equal(r.status, 0);
    assert_int_equal(r.out_len, sizeof(bytes));
    assert_memory_equal(r.out, bytes, sizeof(bytes));
    result_clear(&r);
    scratch_free(s);
}

static char *shown(struct scratch *s)
{
    char *argv[] = {(char[]){TEL}, (char[]){"log"}, NULL};
    struct terminal *t = terminal_start(s, argv);
    char *text;

    assert_int_equal(terminal_end(t), 0);
    text = strdup(t->shown);
    terminal_free(t);
    return text;
}

static void test_log_on_a_terminal_moves_no_cursor(void **state)
{
    struct scratch *s;
    char *text;

    (void)state;
    skip_unless(terminal_works(), "no pseudo-terminal to be had");
    s = person_new(DEMO_POST);
    write_log(s, HOSTILE);
    scratch_set(s, "TERM", NULL);
    text = shown(s);
    assert_string_equal(text, "== 2026-01-31 x GET http://a/t\r\n"
                              "GET /?[2J??5n?over HTTP/1.1\r\n\r\n"
                              "== 204 accepted\r\nlast\r\n");
    free(text);
    scratch_set(s, "TERM", "xterm");
    text = shown(s);
    assert_non_null(strstr(text, "\33[1m== 204 accepted\33[m\r\n"));
    assert_int_equal(count_of(text, "\33"), 4);
    free(text);
    scratch_set(s, "NO_COLOR", "1");
    text = shown(s);
    assert_null(strchr(text, '\33'));
    free(text);
    write_log(s, "");
    text = shown(s);
    assert_string_equal(text, "Nothing has left this account.\r\n");
    free(text);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_check_explains_what_tel_sends),
        cmocka_unit_test(test_log_check_explains_get),
        cmocka_unit_test(test_log_check_finds_a_changed_request),
        cmocka_unit_test(test_log_check_finds_what_a_policy_does_not_explain),
        cmocka_unit_test(test_log_check_of_another_version_is_a_note),
        cmocka_unit_test(test_log_check_asks_every_policy_of_the_id),
        cmocka_unit_test(test_log_check_names_a_bad_policy),
        cmocka_unit_test(test_log_check_knows_every_answer),
        cmocka_unit_test(test_log_check_of_open_and_damaged_records),
        cmocka_unit_test(test_log_check_tells_that_others_may_read_it),
        cmocka_unit_test(test_log_check_without_a_log_makes_none),
        cmocka_unit_test(test_log_in_a_pipe_is_byte_for_byte),
        cmocka_unit_test(test_log_on_a_terminal_moves_no_cursor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
