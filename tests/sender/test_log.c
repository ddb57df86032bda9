/* SPDX-License-Identifier: MIT */
/* sent.log: bounded, whole records only, and closed after a crash. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tel/outbox.h>

#include "box.h"

static int setup(void **state)
{
    struct box *box = box_new();

    box_tool(box, "probe", "POST");
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

static void send_one(struct box *box)
{
    box_new_file(box, "probe", 0, 1);
    box_flush(box, 0, "1 sent, 0 waiting\n");
}

static void test_log_record_has_head_bytes_and_answer(void **state)
{
    struct box *box = *state;
    time_t now = time(NULL);
    char head[128];
    char day[16];
    struct tm tm;
    char *log;

    send_one(box);
    log = box_text(box, TEL_LOG_FILE);
    assert_non_null(gmtime_r(&now, &tm));
    assert_true(strftime(day, sizeof(day), "%Y-%m-%d", &tm) > 0);
    snprintf(head, sizeof(head),
             "== %s probe POST http://127.0.0.1:%u/t\nPOST /t HTTP/1.1\r\n",
             day, server_port(box->server));
    assert_int_equal(strncmp(log, head, strlen(head)), 0);
    assert_non_null(strstr(log, "}\n== 204 accepted\n"));
    assert_int_equal(count_of(log, "\n== "), 1);
    free(log);
}

static void test_log_left_open_by_a_crash_is_closed(void **state)
{
    static const char closed[] = "== 2026-01-31 probe GET http://a/t\n"
                                 "GET /t HTTP/1.1\r\nHo\n"
                                 "== no answer, waits\n== 2";
    struct box *box = *state;
    char *log;

    scratch_write(box->scratch, "state/tel/sent.log",
                  "== 2026-01-31 probe GET http://a/t\nGET /t HTTP/1.1\r\nHo");
    send_one(box);
    log = box_text(box, TEL_LOG_FILE);
    assert_int_equal(strncmp(log, closed, strlen(closed)), 0);
    assert_int_equal(count_of(log, "== no answer, waits\n"), 1);
    assert_int_equal(count_of(log, "== 204 accepted\n"), 1);
    free(log);
}

/* The last line of one of several that were under way has blanks at its end. */
static void test_log_record_with_blanks_is_closed(void **state)
{
    static const char closed[] = "== 2026-01-31 probe GET http://a/t\n"
                                 "GET /t HTTP/1.1\r\n\r\n"
                                 "== no answer, waits        \n";
    struct box *box = *state;
    char *log;

    scratch_write(box->scratch, "state/tel/sent.log", closed);
    send_one(box);
    log = box_text(box, TEL_LOG_FILE);
    assert_int_equal(strncmp(log, closed, strlen(closed)), 0);
    assert_int_equal(count_of(log, "== no answer, waits"), 1);
    assert_int_equal(count_of(log, "== 204 accepted\n"), 1);
    free(log);
}

static void test_log_full_is_cut_between_records(void **state)
{
    static const char record[] = "== 2026-01-31 probe GET http://a/t\n"
                                 "GET /t?n=%07u HTTP/1.1\r\n\r\n"
                                 "== 204 accepted\n";
    struct box *box = *state;
    unsigned records = 15000;
    char *text = malloc(records * 128);
    size_t len = 0;
    char *log;

    assert_non_null(text);
    for (unsigned i = 0; i < records; i++)
        len += (size_t)sprintf(text + len, record, i);
    assert_true(len > 1 << 20);
    scratch_write(box->scratch, "state/tel/sent.log", text);
    send_one(box);
    log = box_text(box, TEL_LOG_FILE);
    assert_true(strlen(log) <= 1 << 20);
    assert_true(strlen(log) > 1 << 19);
    assert_int_equal(strncmp(log, "== 2026-01-31 probe GET", 23), 0);
    /* The newest are kept, whole. */
    assert_non_null(strstr(log, "GET /t?n=0014999 "));
    assert_null(strstr(log, "GET /t?n=0000000 "));
    assert_int_equal(count_of(log, "== 204 accepted\n"),
                     count_of(log, " HTTP/1.1\r\n"));
    free(log);
    free(text);
}

static void test_log_says_how_it_was_answered(void **state)
{
    static const int answers[] = {503, 301, 429};
    struct box *box = *state;
    char *log;

    box_new_file(box, "probe", 0, 1);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        server_answers(box->server, answers[i]);
        box_flush(box, 1, "0 sent, 1 waiting\n");
    }
    server_answers(box->server, 400);
    box_flush(box, 0, "0 sent, 0 waiting, 1 refused\n");
    log = box_text(box, TEL_LOG_FILE);
    assert_int_equal(count_of(log, "\n== 503 waits\n"), 1);
    assert_int_equal(count_of(log, "\n== 301 waits\n"), 1);
    assert_int_equal(count_of(log, "\n== 429 waits\n"), 1);
    assert_int_equal(count_of(log, "\n== 400 refused\n"), 1);
    free(log);
}

/* Each record ends, also where the disk had no room for what it ends with. */
static void test_log_answer_without_room_is_made_up_for(void **state)
{
    struct box *box = *state;
    char *out;
    char *log;

    /* What is built with sanitizers can't look for leaks when it is traced. */
    scratch_set(box->scratch, "ASAN_OPTIONS", "detect_leaks=0");
    box_tool(box, "probe", "GET");
    box_new_file(box, "probe", 0, 2);
    out = scratch_ok(box->scratch, 0, "strace", "-f", "-qq", "-o", "/dev/null",
                     "-P", scratch_path(box->scratch, "state/tel/sent.log"),
                     "-e", "inject=write:error=ENOSPC:when=2", TEL_SEND,
                     "--flush", NULL);
    assert_string_equal(out, "2 sent, 0 waiting\n");
    log = box_text(box, TEL_LOG_FILE);
    assert_int_equal(count_of(log, " HTTP/1.1\r\n"), 2);
    assert_int_equal(count_of(log, "\n== no answer, waits"), 1);
    assert_int_equal(count_of(log, "\n== 204 accepted\n"), 1);
    free(log);
    free(out);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_log_record_has_head_bytes_and_answer),
        CASE(test_log_left_open_by_a_crash_is_closed),
        CASE(test_log_record_with_blanks_is_closed),
        CASE(test_log_full_is_cut_between_records),
        CASE(test_log_says_how_it_was_answered),
        CASE(test_log_answer_without_room_is_made_up_for),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
