/* SPDX-License-Identifier: MIT */
/* What is told to others than the endpoint, and how much of what comes back
 * is taken. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "tls.h"

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

static void expect_log(const struct box *box, const char *end)
{
    char *log = box_text(box, TEL_LOG_FILE);
    size_t len = strlen(end);

    assert_true(strlen(log) >= len);
    assert_string_equal(log + strlen(log) - len, end);
    free(log);
}

/* ---- a proxy ------------------------------------------------------------- */

/* The endpoint can be reached through the proxy only: nobody is at port 1. */
static struct tls *proxied(struct box *box, int status)
{
    struct tls *tls;
    char proxy[64];

    tls_certify(box);
    tls = tls_nginx(box, "nginx", "http2", "location / { return 204; }\n");
    relay_proxies(tls->relay, status);
    snprintf(proxy, sizeof(proxy), "http://somebody:secret@127.0.0.1:%u",
             relay_port(tls->relay));
    scratch_set(box->scratch, "https_proxy", proxy);
    box_tool_at(box, "probe", "POST", "https://localhost:1/t");
    box_new_file(box, "probe", 0, 1);
    return tls;
}

static void test_wire_proxy_is_told_the_host_only(void **state)
{
    struct box *box = *state;
    struct tls *tls = proxied(box, 200);
    char *log;

    box_flush(box, 0, "1 sent, 0 waiting\n");
    assert_int_equal(relay_connections(tls->relay), 1);
    assert_string_equal(relay_asked(tls->relay, 0),
                        "CONNECT localhost:1 HTTP/1.1\r\n"
                        "Host: localhost:1\r\n"
                        "Proxy-Authorization: Basic c29tZWJvZHk6c2VjcmV0\r\n"
                        "User-Agent: tel/1\r\n"
                        "Proxy-Connection: Keep-Alive\r\n\r\n");
    log = tls_log(tls);
    assert_int_equal(count_of(log, " proxy=\"-\" "), 1);
    assert_int_equal(count_of(log, " cookie=\"-\" "), 1);
    free(log);
    expect_log(box, "}\n== 204 accepted\n");
    tls_free(tls);
}

static void test_wire_proxy_of_all_is_used(void **state)
{
    struct box *box = *state;
    struct tls *tls = proxied(box, 200);
    char proxy[64];

    snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u",
             relay_port(tls->relay));
    scratch_set(box->scratch, "https_proxy", NULL);
    scratch_set(box->scratch, "ALL_PROXY", proxy);
    box_flush(box, 0, "1 sent, 0 waiting\n");
    assert_null(strstr(relay_asked(tls->relay, 0), "Authorization"));
    tls_free(tls);
}

/* What it hears first is which ways there are to say who one is. */
static void test_wire_socks_proxy_is_offered_no_kerberos(void **state)
{
    struct box *box = *state;
    struct tls *tls = proxied(box, 0);
    const unsigned char *said;
    char proxy[64];
    size_t len = 0;

    snprintf(proxy, sizeof(proxy), "socks5h://somebody:secret@127.0.0.1:%u",
             relay_port(tls->relay));
    scratch_set(box->scratch, "https_proxy", proxy);
    box_flush(box, 1, "0 sent, 1 waiting\n");
    said = relay_said(tls->relay, 0, &len);
    assert_non_null(said);
    /* Version 5, two ways: none at all, and name and password. */
    assert_int_equal(len, 4);
    assert_memory_equal(said, "\5\2\0\2", 4);
    tls_free(tls);
}

static void test_wire_many_gets_pass_a_proxy(void **state)
{
    struct box *box = *state;
    struct tls *tls = proxied(box, 200);
    char *log;

    box_tool_at(box, "other", "GET", "https://localhost:1/t");
    box_new_file(box, "other", 0, 40);
    box_flush(box, 0, "41 sent, 0 waiting\n");
    assert_int_equal(relay_connections(tls->relay), 2);
    log = tls_log(tls);
    assert_int_equal(count_of(log, " server=HTTP/2.0 "), 40);
    free(log);
    tls_free(tls);
}

static void test_wire_host_without_proxy_is_reached_directly(void **state)
{
    struct box *box = *state;
    struct tls *tls = proxied(box, 200);

    scratch_set(box->scratch, "no_proxy", "example.org,localhost");
    box_flush(box, 1, "0 sent, 1 waiting\n");
    assert_int_equal(relay_connections(tls->relay), 0);
    tls_free(tls);
}

/* What a proxy was told is no request that has left. */
static void test_wire_proxy_that_refuses_leaves_no_record(void **state)
{
    static const int refusals[] = {403, 407, 204};
    struct box *box = *state;
    struct tls *tls = proxied(box, 403);
    char *log;

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        relay_proxies(tls->relay, refusals[i]);
        box_flush(box, 1, "0 sent, 1 waiting\n");
    }
    assert_int_equal(relay_connections(tls->relay), 3);
    log = box_text(box, TEL_LOG_FILE);
    assert_string_equal(log, "");
    free(log);
    assert_int_equal(box_waiting(box, "probe"), 1);
    tls_free(tls);
}

/* ---- the environment ----------------------------------------------------- */

/* What is in a person's environment for other programs. */
static void test_wire_keys_are_not_written_down(void **state)
{
    struct box *box = *state;
    struct tls *tls;
    char endpoint[64];
    char keys[256];

    tls_certify(box);
    tls = tls_nginx(box, "nginx", "", "location / { return 204; }\n");
    snprintf(keys, sizeof(keys), "%s", scratch_path(box->scratch, "keys"));
    tls_endpoint(tls, "/t", endpoint, sizeof(endpoint));
    box_tool_at(box, "probe", "POST", endpoint);
    box_new_file(box, "probe", 0, 1);
    scratch_set(box->scratch, "SSLKEYLOGFILE", keys);
    box_flush(box, 0, "1 sent, 0 waiting\n");
    assert_int_equal(access(keys, F_OK), -1);
    /* One that does as libcurl does. */
    free(scratch_ok(box->scratch, 0, RESUMER, endpoint,
                    scratch_path(box->scratch, "home/cert.pem"), NULL));
    assert_int_equal(access(keys, F_OK), 0);
    tls_free(tls);
}

/* The tool's own off switch may have any name, and is still obeyed. */
static void test_wire_own_switch_of_any_name_is_obeyed(void **state)
{
    struct box *box = *state;
    char *policy;
    char *longer;

    box_tool(box, "probe", "POST");
    policy = file_read(
        scratch_path(box->scratch, "config/tel/tools.d/probe.conf"), NULL);
    assert_non_null(policy);
    longer = malloc(strlen(policy) + 64);
    assert_non_null(longer);
    sprintf(longer, "[tool]\ndisable = QUIET_PROBE\n%s",
            policy + strlen("[tool]\n"));
    scratch_write(box->scratch, "config/tel/tools.d/probe.conf", longer);
    box_consent(box, "probe", TEL_ANSWER_YES);
    box_new_file(box, "probe", 0, 1);
    scratch_set(box->scratch, "QUIET_PROBE", "1");
    box_flush(box, 1, "0 sent, 1 waiting\n");
    assert_int_equal(server_count(box->server), 0);
    scratch_set(box->scratch, "QUIET_PROBE", NULL);
    box_flush(box, 0, "1 sent, 0 waiting\n");
    free(longer);
    free(policy);
}

/* ---- answers without an end ---------------------------------------------- */

static void send_to(struct box *box, int answer)
{
    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 1);
    server_answers(box->server, answer);
}

static bool is_cut_off(void *context)
{
    struct box *box = context;

    return server_flooded(box->server) > 0;
}

/* What was on its way before the end came, in both sockets' buffers, and no
 * more than that. */
static void expect_cut_off(struct box *box)
{
    until(is_cut_off, box);
    assert_true(server_flooded(box->server) < (size_t)32 << 20);
}

static void test_wire_endless_body_is_cut_off(void **state)
{
    struct box *box = *state;

    send_to(box, SERVER_FLOODS);
    box_flush(box, 0, "1 sent, 0 waiting\n");
    expect_log(box, "}\n== 200 accepted\n");
    expect_cut_off(box);
}

static void test_wire_endless_head_is_cut_off(void **state)
{
    struct box *box = *state;

    send_to(box, SERVER_BABBLES);
    box_flush(box, 1, "0 sent, 1 waiting\n");
    expect_log(box, "}\n== no answer, waits\n");
    expect_cut_off(box);
}

/* The answer stands with its head; only the deadline ends the wait. */
static void test_wire_body_that_never_comes_is_not_needed(void **state)
{
    struct box *box = *state;

    send_to(box, SERVER_STALLS);
    box_flush(box, 0, "1 sent, 0 waiting\n");
    expect_log(box, "}\n== 200 accepted\n");
    assert_int_equal(server_count(box->server), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_wire_proxy_is_told_the_host_only),
        CASE(test_wire_proxy_of_all_is_used),
        CASE(test_wire_socks_proxy_is_offered_no_kerberos),
        CASE(test_wire_many_gets_pass_a_proxy),
        CASE(test_wire_host_without_proxy_is_reached_directly),
        CASE(test_wire_proxy_that_refuses_leaves_no_record),
        CASE(test_wire_keys_are_not_written_down),
        CASE(test_wire_own_switch_of_any_name_is_obeyed),
        CASE(test_wire_endless_body_is_cut_off),
        CASE(test_wire_endless_head_is_cut_off),
        CASE(test_wire_body_that_never_comes_is_not_needed),
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
