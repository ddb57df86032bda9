/* SPDX-License-Identifier: MIT */
/* sent.log, read back: what the sender wrote, and what damage left. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tel/sent.h>

#include "box.h"

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

static struct tel_sent open_log(const struct box *box)
{
    struct tel_sent sent;

    assert_int_equal(tel_sent_open(box->state, &sent), 0);
    return sent;
}

static void assert_part(struct tel_sent_part part, const char *expected)
{
    char *copy = strndup(part.at != NULL ? part.at : "", part.len);

    assert_string_equal(copy, expected);
    free(copy);
}

static unsigned count_events(const struct tel_sent_request *request,
                             const char *tool)
{
    struct tel_event event;
    unsigned count = 0;
    size_t at = 0;
    int r;

    while ((r = tel_sent_event(request, &at, &event, NULL)) != 0) {
        assert_int_equal(r, 1);
        assert_string_equal(event.tool, tool);
        count++;
    }
    return count;
}

static void check_method(struct box *box, const char *method, unsigned requests,
                         unsigned events)
{
    struct tel_sent_request request;
    struct tel_sent sent;
    unsigned line = 1;
    unsigned count = 0;

    box_tool(box, "probe", method);
    box_new_file(box, "probe", 0, 3);
    box_flush(box, 0, "3 sent, 0 waiting\n");
    sent = open_log(box);
    while (tel_sent_next(&sent, &request)) {
        assert_int_equal(request.line, line);
        assert_int_equal(request.day.len, 10);
        assert_part(request.id, "probe");
        assert_part(request.method, method);
        assert_part(request.note, "");
        assert_part(request.answer, "204 accepted");
        assert_true(request.accepted);
        assert_int_equal(count_events(&request, "probe"), events);
        for (size_t i = 0; i < request.bytes.len; i++)
            line += request.bytes.at[i] == '\n';
        line += 2;
        count++;
    }
    assert_int_equal(count, requests);
    tel_sent_close(&sent);
}

static void test_sent_batch_has_each_event(void **state)
{
    check_method(*state, "POST", 1, 3);
}

static void test_sent_gets_have_one_event_each(void **state)
{
    check_method(*state, "GET", 3, 1);
}

static void test_sent_missing_log_is_an_empty_one(void **state)
{
    struct tel_sent_request request;
    struct tel_sent sent = open_log(*state);

    assert_false(tel_sent_next(&sent, &request));
    tel_sent_close(&sent);
}

/* Lines of nobody, a record without an answer, one cut off, other bytes. */
static void test_sent_damaged_log_is_told_apart(void **state)
{
    struct box *box = *state;
    struct tel_sent_request request;
    struct tel_event event;
    struct tel_err err = {""};
    struct tel_sent sent;
    size_t at = 0;

    scratch_write(box->scratch, "state/tel/sent.log",
                  "stray\n== 204 accepted\n"
                  "== 2026-01-31 probe GET http://a/t\nGET /x?t=probe H\r\n"
                  "== 2026-01-31 probe POST http://a/t over HTTP/2\nPOST /t\r\n"
                  "\r\n{\"t\":1}\n== no answer, waits\n"
                  "== 2026-01-31 probe GET http://a/t\nGET /t?t=pr");
    sent = open_log(box);
    assert_true(tel_sent_next(&sent, &request));
    assert_int_equal(request.day.len, 0);
    assert_part(request.bytes, "stray\n== 204 accepted\n");
    assert_false(request.accepted);

    assert_true(tel_sent_next(&sent, &request));
    assert_int_equal(request.line, 3);
    assert_part(request.answer, "");
    assert_int_equal(tel_sent_event(&request, &at, &event, &err), -EINVAL);
    assert_string_equal(err.text,
                        "it goes to another path than its endpoint's");
    assert_int_equal(tel_sent_event(&request, &at, &event, &err), 0);

    assert_true(tel_sent_next(&sent, &request));
    assert_int_equal(request.line, 5);
    assert_part(request.note, "over HTTP/2");
    assert_part(request.answer, "no answer, waits");
    assert_false(request.accepted);
    at = 0;
    assert_int_equal(tel_sent_event(&request, &at, &event, &err), -EINVAL);
    assert_int_equal(tel_sent_event(&request, &at, &event, &err), 0);

    assert_true(tel_sent_next(&sent, &request));
    assert_part(request.bytes, "GET /t?t=pr");
    assert_false(tel_sent_next(&sent, &request));
    tel_sent_close(&sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sent_batch_has_each_event, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_sent_gets_have_one_event_each,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_sent_missing_log_is_an_empty_one,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_sent_damaged_log_is_told_apart,
                                        setup, teardown),
    };

    return cmocka_run_group_tests_name("sent", tests, NULL, NULL);
}
