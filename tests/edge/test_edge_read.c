/* SPDX-License-Identifier: MIT */
/*
 * The totals of a Worker, read: by whom, and which of them. And what the
 * Worker keeps holds nothing of who sent.
 */
#include "hosted.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/store.h"

#define CANARY "canary-27182818"

struct trial {
    struct edge edge;
    struct collect *c;
    pid_t pid;
    char url[64];
};

static struct trial *start(void **state)
{
    struct trial *t = *state;

    t->c = &t->edge.collect;
    t->pid = hosted_worker(&t->edge, &t->c->port);
    snprintf(t->url, sizeof(t->url), "http://127.0.0.1:%d", t->c->port);
    return t;
}

static int setup(void **state)
{
    static struct trial t;

    memset(&t, 0, sizeof(t));
    edge_setup(&t.edge);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    struct trial *t = *state;

    edge_teardown(&t->edge);
    return 0;
}

static int read_with(struct trial *t, const char *method, const char *target,
                     const char *token)
{
    char bytes[512];
    int len =
        snprintf(bytes, sizeof(bytes),
                 "%s %s HTTP/1.1\r\nHost: a\r\n%s%s%s"
                 "Connection: close\r\n\r\n",
                 method, target, token != NULL ? "Authorization: Bearer " : "",
                 token != NULL ? token : "", token != NULL ? "\r\n" : "");

    return collect_exchange(t->c, bytes, (size_t)len);
}

static void test_edge_read_needs_the_token(void **state)
{
    struct trial *t = start(state);

    assert_int_equal(read_with(t, "GET", "/totals", NULL), 401);
    assert_int_equal(read_with(t, "GET", "/totals", "x"), 401);
    assert_int_equal(read_with(t, "GET", "/refusals", HOSTED_TOKEN "x"), 401);
    assert_int_equal(read_with(t, "POST", "/totals", "x"), 401);
    assert_int_equal(read_with(t, "PUT", "/totals", HOSTED_TOKEN), 405);
    assert_int_equal(read_with(t, "GET", "/totals", HOSTED_TOKEN), 200);
    assert_non_null(strstr(t->c->answer, "{\"lines\":0}"));
    assert_int_equal(read_with(t, "GET", "/a/totals", HOSTED_TOKEN), 200);
    assert_int_equal(read_with(t, "GET", "/totals?first=1", HOSTED_TOKEN), 400);
    assert_int_equal(read_with(t, "GET", "/healthz", NULL), 200);
}

static void test_edge_read_without_a_token_is_not_there(void **state)
{
    struct trial *t = *state;

    t->edge.no_token = true;
    start(state);
    assert_int_equal(read_with(t, "GET", "/totals", NULL), 404);
    assert_int_equal(read_with(t, "GET", "/totals", ""), 404);
    assert_int_equal(read_with(t, "GET", "/totals", "undefined"), 404);
    assert_int_equal(collect_get(t->c, QUERY("commit", "ms=1&exit=0"), NULL),
                     204);
}

static int note(void *context, int64_t day, const struct tel_cell *cell,
                uint64_t n)
{
    text_add(context, "%lld|%s|%s|%s|%s|%s|%llu\n", (long long)day, cell->tool,
             cell->event, cell->version, cell->item, cell->value,
             (unsigned long long)n);
    return 0;
}

static void test_edge_read_gives_what_the_range_wants(void **state)
{
    struct trial *t = start(state);
    int64_t today = (int64_t)(time(NULL) / 86400);
    struct tel_store_range range = {.tool = "odd"};
    struct tel_store *store = NULL;
    struct text rows = {0};
    char expected[256];

    assert_int_equal(
        collect_post(
            t->c,
            ROW("commit", "\"ms\":1,\"exit\":0") ROW(
                "commit",
                "\"ms\":105,\"exit\":0") "{\"t\":\"odd\",\"e\":\"a_b\",\"v\":1,"
                                         "\"tv\":\"devel\",\"os\":\"linux\","
                                         "\"libc\":\"musl\",\"exit\":\"ok\"}\n",
            NULL),
        204);
    assert_int_equal(tel_store_open_url(t->url,
                                        scratch_path(t->c->scratch, "token"),
                                        &store, NULL),
                     0);
    assert_int_equal(tel_store_each_total(store, &range, note, &rows), 0);
    assert_string_equal(rows.bytes, "-1|odd|a_b||ok||1\n-1|odd|a_b||runs||1\n");
    text_clear(&rows);
    range = (struct tel_store_range){.tool = "odd",
                                     .first = today - 1,
                                     .last = today + 1,
                                     .by_day = true,
                                     .by_version = true};
    assert_int_equal(tel_store_each_total(store, &range, note, &rows), 0);
    snprintf(expected, sizeof(expected), "%lld|odd|a_b|devel|ok||1\n",
             (long long)today);
    assert_int_equal(strncmp(rows.bytes, expected, strlen(expected)), 0);
    text_clear(&rows);
    range = (struct tel_store_range){.first = 1, .last = today - 1};
    assert_int_equal(tel_store_each_total(store, &range, note, &rows), 0);
    assert_null(rows.bytes);
    tel_store_close(store);
}

static int fail_row(void *context, int64_t day, const struct tel_cell *cell,
                    uint64_t n)
{
    (void)context;
    (void)day;
    (void)cell;
    (void)n;
    return -42;
}

static void test_edge_read_returns_what_a_row_returned(void **state)
{
    struct trial *t = start(state);
    const struct tel_store_range all = {.by_day = false};
    struct tel_store *store = NULL;

    assert_int_equal(collect_get(t->c, QUERY("commit", "ms=1&exit=0"), NULL),
                     204);
    assert_int_equal(tel_store_open_url(t->url,
                                        scratch_path(t->c->scratch, "token"),
                                        &store, NULL),
                     0);
    assert_int_equal(tel_store_each_total(store, &all, fail_row, NULL), -42);
    tel_store_close(store);
}

static const char *sought;
static const char *found_in;

static int seek(const char *path, const struct stat *stat, int kind,
                struct FTW *where)
{
    size_t len = 0;
    char *bytes = kind == FTW_F ? file_read(path, &len) : NULL;

    (void)stat;
    (void)where;
    if (bytes != NULL && memmem(bytes, len, sought, strlen(sought)) != NULL)
        found_in = "a file of the object's";
    free(bytes);
    return 0;
}

static void assert_kept(struct trial *t, const char *bytes, bool kept)
{
    sought = bytes;
    found_in = NULL;
    assert_int_equal(
        nftw(scratch_path(t->c->scratch, "edge/disk"), seek, 8, FTW_PHYS), 0);
    if (kept && found_in == NULL)
        fail_msg("%s is nowhere: does this look at anything?", bytes);
    if (!kept && found_in != NULL)
        fail_msg("%s is in %s", bytes, found_in);
}

static void test_edge_read_worker_keeps_nothing_of_who_sent(void **state)
{
    static const char head[] =
        "Host: " CANARY "\r\nCF-Connecting-IP: " CANARY
        "\r\nX-Forwarded-For: " CANARY "\r\nX-Real-IP: " CANARY
        "\r\nCF-IPCountry: " CANARY "\r\nCF-Ray: " CANARY
        "\r\nUser-Agent: " CANARY "\r\nCookie: a=" CANARY "\r\nReferer: " CANARY
        "\r\nConnection: close\r\n";
    struct trial *t = start(state);
    char bytes[2048];
    char *log = NULL;
    int len;

    for (int i = 0; i < 3; i++) {
        len = snprintf(bytes, sizeof(bytes),
                       "GET /" CANARY "?%s HTTP/1.1\r\n%s\r\n",
                       i == 0   ? QUERY("commit", "ms=1&exit=0")
                       : i == 1 ? QUERY(CANARY, "ms=1&exit=0")
                                : CANARY,
                       head);
        assert_int_equal(collect_exchange(t->c, bytes, (size_t)len),
                         i == 0   ? 204
                         : i == 1 ? 422
                                  : 400);
    }
    assert_int_equal(read_with(t, "GET", "/totals", HOSTED_TOKEN), 200);
    assert_non_null(strstr(t->c->answer, "\"commit\""));
    assert_null(strstr(t->c->answer, CANARY));
    assert_kept(t, "commit", true);
    assert_kept(t, CANARY, false);
    log = hosted_log(&t->edge);
    assert_null(strstr(log, CANARY));
    free(log);
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_edge_read_needs_the_token, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_read_without_a_token_is_not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_read_gives_what_the_range_wants, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_read_returns_what_a_row_returned, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_read_worker_keeps_nothing_of_who_sent, setup, teardown),
    };

    return edge_run(tests, sizeof(tests) / sizeof(tests[0]),
                    edge_needs_packages);
}
