/* SPDX-License-Identifier: MIT */
/* plain: where the event stands in what vendors' handlers and servers write. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "import/plain.h"

#define Q "t=git&e=commit&v=1"
#define J "{\"t\":\"git\",\"e\":\"commit\"}"
#define CLF "203.0.113.7 - - [25/Nov/2026:10:20:30 +0000] "

static void assert_kind(const char *line, enum tel_plain_kind expected,
                        const char *part)
{
    const char *at = NULL;
    size_t len = 0;
    enum tel_plain_kind kind = tel_plain_find(line, strlen(line), &at, &len);

    if (kind != expected)
        fail_msg("%s: is of kind %d, not %d", line, (int)kind, (int)expected);
    if (part != NULL && (len != strlen(part) || memcmp(at, part, len) != 0))
        fail_msg("%s: holds %.*s", line, (int)len, at);
}

static void test_plain_query_is_found(void **state)
{
    static const char *const lines[] = {
        Q,
        Q "\r",
        "  " Q "\t ",
        "?" Q,
        "/t?" Q,
        "/?" Q,
        "http://127.0.0.1:8080/t?" Q,
        "https://t.example.org/a/b?" Q,
        "GET /t?" Q " HTTP/1.1",
        "\"GET /t?" Q " HTTP/1.1\"",
        /* Common and combined logs, of nginx, Apache, gunicorn. */
        CLF "\"GET /t?" Q " HTTP/1.1\" 204 -",
        CLF "\"GET /t?" Q " HTTP/2.0\" 204 0 \"-\" \"tel/1\" \"203.0.113.7\"",
        CLF "\"GET /t?" Q " HTTP/1.0\" 200 2 \"-\" \"t=a?t=b\"",
        "127.0.0.1 - - [25/Nov/2026 22:00:00] \"GET /t?" Q " HTTP/1.1\" 204 -",
        "203.0.113.7 - x [x] \"GET https://h:443/t?" Q " HTTP/1.1\" 204 0",
        /* Loggers and tables. */
        "2026-11-25 10:20:30,123 INFO " Q,
        "INFO:telemetry:got " Q " from 203.0.113.7",
        "2026-11-25\t10:20:30\tGET\t/t\t" Q "\t204",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_kind(lines[i], TEL_PLAIN_QUERY, Q);
    /* Alone on its line, it may begin with any key. */
    assert_kind("e=commit&t=git", TEL_PLAIN_QUERY, "e=commit&t=git");
    assert_kind("nonsense", TEL_PLAIN_QUERY, "nonsense");
}

static void test_plain_object_is_found(void **state)
{
    (void)state;
    assert_kind(J, TEL_PLAIN_JSON, J);
    assert_kind(" \t" J " \r", TEL_PLAIN_JSON, J);
    assert_kind("{", TEL_PLAIN_JSON, "{");
}

static void test_plain_other_lines_hold_nothing(void **state)
{
    static const char *const lines[] = {
        CLF "\"GET /robots.txt HTTP/1.1\" 404 10",
        CLF "\"GET /t HTTP/1.1\" 400 10",
        /* What a client says of itself is no request. */
        CLF "\"GET / HTTP/1.1\" 200 10 \"https://h/t?" Q "\" \"x\"",
        CLF "\"GET / HTTP/1.1\" 200 10 \"-\" \"" Q "\"",
        CLF "\"POST /t?" Q " HTTP/1.1\" 204 0",
        CLF "\"HEAD /t?" Q " HTTP/1.1\" 204 0",
        "Traceback (most recent call last):",
        ("at 10:20 telemetry:" Q), /* in one word with something else */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_kind(lines[i], TEL_PLAIN_NONE, NULL);
    assert_kind("", TEL_PLAIN_BLANK, NULL);
    assert_kind(" \t\r", TEL_PLAIN_BLANK, NULL);
    assert_kind("\"", TEL_PLAIN_NONE, NULL);
}

/* The sender will send them again, or has been told that they are wrong. */
static void test_plain_request_not_answered_with_2xx_is_untaken(void **state)
{
    (void)state;
    assert_kind(CLF "\"GET /t?" Q " HTTP/1.1\" 503 0", TEL_PLAIN_UNTAKEN, NULL);
    assert_kind(CLF "\"GET /t?" Q " HTTP/1.1\" 499 0", TEL_PLAIN_UNTAKEN, NULL);
    assert_kind(CLF "\"GET /t?" Q " HTTP/1.1\" 301 0", TEL_PLAIN_UNTAKEN, NULL);
    assert_kind(CLF "\"GET /t?" Q " HTTP/1.1\" 1234", TEL_PLAIN_QUERY, Q);
    assert_kind(CLF "\"GET /t?" Q " HTTP/1.1\" -", TEL_PLAIN_QUERY, Q);
}

/* Nothing is read beyond the line: valgrind and ASan watch. */
static void test_plain_every_prefix_is_safe(void **state)
{
    static const char line[] = CLF "\"GET /t?" Q " HTTP/1.1\" 204 0 \"-\"";

    (void)state;
    for (size_t len = 0; len < sizeof(line); len++) {
        char *copy = malloc(len > 0 ? len : 1);
        const char *at = copy;
        size_t part = 0;

        assert_non_null(copy);
        memcpy(copy, line, len);
        (void)tel_plain_find(copy, len, &at, &part);
        assert_true(at >= copy && at + part <= copy + len);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_query_is_found),
        cmocka_unit_test(test_plain_object_is_found),
        cmocka_unit_test(test_plain_other_lines_hold_nothing),
        cmocka_unit_test(test_plain_request_not_answered_with_2xx_is_untaken),
        cmocka_unit_test(test_plain_every_prefix_is_safe),
    };

    return cmocka_run_group_tests_name("plain", tests, NULL, NULL);
}
