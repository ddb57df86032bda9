/* SPDX-License-Identifier: MIT */
/* What libcurl puts on the connection is what tel_request_bytes says, and
 * what sent.log shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <tel/outbox.h>

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

/* sent.log without its lines that begin with "== ": the requests' bytes. */
static char *logged(const struct box *box)
{
    char *log = box_text(box, TEL_LOG_FILE);
    char *to = log;

    for (char *line = log; *line != '\0';) {
        size_t len = strcspn(line, "\n") + 1;

        if (strncmp(line, "== ", 3) != 0) {
            memmove(to, line, len);
            to += len;
        }
        line += len;
    }
    *to = '\0';
    return log;
}

static void expect_bytes(struct box *box, struct server *server,
                         const char *method, const char *endpoint)
{
    bool get = strcmp(method, "GET") == 0;
    struct tel_event event = box_event("probe", 42);
    char payload[2 * TEL_EVENT_TEXT_MAX];
    char bytes[8192];
    char *log;

    box_tool_at(box, "probe", method, endpoint);
    box_new_file(box, "probe", 42, 1);
    box_flush(box, 0, "1 sent, 0 waiting\n");
    if (get) {
        assert_true(tel_event_to_query(&event, payload, sizeof(payload)) > 0);
    } else {
        int len = tel_event_to_json(&event, payload, sizeof(payload));

        assert_true(len > 0);
        memcpy(payload + len, "\n", 2);
    }
    assert_true(tel_request_bytes(get ? TEL_GET : TEL_POST, endpoint,
                                  server_key(server, 0), payload, bytes,
                                  sizeof(bytes)) > 0);
    assert_int_equal(server_count(server), 1);
    assert_string_equal(server_request(server, 0), bytes);
    log = logged(box);
    assert_string_equal(log, bytes);
    free(log);
}

static void expect_endpoint(struct box *box, int family, const char *method,
                            const char *host, const char *target)
{
    struct server *server = server_new(family);
    char endpoint[256];

    snprintf(endpoint, sizeof(endpoint), "http://%s:%u%s", host,
             server_port(server), target);
    expect_bytes(box, server, method, endpoint);
    server_free(server);
}

static void test_request_get_is_as_libcurl_writes_it(void **state)
{
    expect_endpoint(*state, AF_INET, "GET", "127.0.0.1", "/t");
}

static void test_request_post_is_as_libcurl_writes_it(void **state)
{
    expect_endpoint(*state, AF_INET, "POST", "127.0.0.1", "/t");
}

static void test_request_endpoint_without_path(void **state)
{
    expect_endpoint(*state, AF_INET, "GET", "127.0.0.1", "");
}

static void test_request_endpoint_with_query(void **state)
{
    expect_endpoint(*state, AF_INET, "GET", "127.0.0.1", "/a/b?from=tel");
}

static void test_request_post_endpoint_with_query(void **state)
{
    expect_endpoint(*state, AF_INET, "POST", "127.0.0.1", "/a/b?from=tel");
}

static void test_request_endpoint_on_ipv6(void **state)
{
    expect_endpoint(*state, AF_INET6, "POST", "[::1]", "/t");
}

static void test_request_endpoint_by_name(void **state)
{
    expect_endpoint(*state, AF_INET, "GET", "localhost", "/t");
}

static void test_request_says_nothing_else(void **state)
{
    static const char *const never[] = {"Accept", "Cookie", "Referer",
                                        "curl",   "Expect", "Authorization"};
    struct box *box = *state;

    /* A netrc and a proxy that must not be used for this machine. */
    scratch_write(box->scratch, "home/.netrc",
                  "default login somebody password secret\n");
    scratch_set(box->scratch, "http_proxy", "http://127.0.0.1:1");
    scratch_set(box->scratch, "all_proxy", "http://127.0.0.1:1");
    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    box_flush(box, 0, "3 sent, 0 waiting\n");
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        assert_null(strstr(server_request(box->server, 0), never[i]));
}

static void test_request_endpoints_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "ftp://a/",
                                      "http://",
                                      "http:///t",
                                      "http://a b/",
                                      "http://a@b/",
                                      "http://[::1/",
                                      "http://a:x/",
                                      "http://a:99999/",
                                      "http://a/#x",
                                      "http://a/\r\nX: y",
                                      "https://:1/",
                                      "http://[::1]x/"};
    char buf[512] = "untouched";

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(
            tel_request_bytes(TEL_GET, bad[i], "k", "t=x", buf, sizeof(buf)),
            -22);
}

static void test_request_default_port_is_left_out(void **state)
{
    char buf[512];

    (void)state;
    assert_true(tel_request_bytes(TEL_GET, "https://example.org:443/t", "k",
                                  "t=x", buf, sizeof(buf)) > 0);
    assert_non_null(strstr(buf, "\r\nHost: example.org\r\n"));
    assert_true(tel_request_bytes(TEL_GET, "http://example.org:443", "k", "t=x",
                                  buf, sizeof(buf)) > 0);
    assert_non_null(strstr(buf, "\r\nHost: example.org:443\r\n"));
    assert_int_equal(strncmp(buf, "GET /?t=x HTTP/1.1\r\n", 20), 0);
}

static void test_request_too_long_is_said(void **state)
{
    const char *endpoint = "https://example.org/t";
    char buf[512];
    int len =
        tel_request_bytes(TEL_POST, endpoint, "k", "{}\n", buf, sizeof(buf));

    (void)state;
    assert_true(len > 0);
    assert_int_equal(strlen(buf), len);
    for (int size = 1; size <= len; size++)
        assert_int_equal(tel_request_bytes(TEL_POST, endpoint, "k", "{}\n", buf,
                                           (size_t)size),
                         -36);
    assert_int_equal(tel_request_bytes(TEL_POST, endpoint, "k", "{}\n", buf,
                                       (size_t)len + 1),
                     len);
}

static void test_request_url_joins_the_query(void **state)
{
    static const char *const joined[][2] = {
        {"https://a/t", "https://a/t?q=1"},
        {"https://a", "https://a?q=1"},
        {"https://a/t?x=y", "https://a/t?x=y&q=1"},
        {"https://a/t?", "https://a/t?q=1"},
        {"https://a/t?x&", "https://a/t?x&q=1"},
    };
    char buf[128];

    (void)state;
    for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++) {
        assert_int_equal(tel_request_url(joined[i][0], "q=1", buf, sizeof(buf)),
                         strlen(joined[i][1]));
        assert_string_equal(buf, joined[i][1]);
    }
    assert_int_equal(tel_request_url("https://a/t", "q=1", buf, 14), -36);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_request_get_is_as_libcurl_writes_it),
        CASE(test_request_post_is_as_libcurl_writes_it),
        CASE(test_request_endpoint_without_path),
        CASE(test_request_endpoint_with_query),
        CASE(test_request_post_endpoint_with_query),
        CASE(test_request_endpoint_on_ipv6),
        CASE(test_request_endpoint_by_name),
        CASE(test_request_says_nothing_else),
        cmocka_unit_test(test_request_endpoints_that_are_none_are_refused),
        cmocka_unit_test(test_request_default_port_is_left_out),
        cmocka_unit_test(test_request_too_long_is_said),
        cmocka_unit_test(test_request_url_joins_the_query),
    };

    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
