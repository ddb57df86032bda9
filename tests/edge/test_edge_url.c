/* SPDX-License-Identifier: MIT */
/*
 * What tel-collect report --url makes of URLs and tokens that are none, and of
 * answers that no collector gives: one line, and status 2. Needs no package:
 * what answers is this program.
 */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mouth.h"

struct trial {
    struct scratch *scratch;
    char token[256]; /* a file with a good one */
};

static int setup(void **state)
{
    static struct trial t;

    t.scratch = scratch_new();
    scratch_write(t.scratch, "token", "a-good-token\n");
    snprintf(t.token, sizeof(t.token), "%s", scratch_path(t.scratch, "token"));
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    struct trial *t = *state;

    scratch_free(t->scratch);
    return 0;
}

static void assert_complains(struct trial *t, const char *url,
                             const char *token_file, const char *says)
{
    struct result r = scratch_run(t->scratch, TEL_COLLECT, "report", "--url",
                                  url, "--token-file", token_file, NULL);

    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
    assert_int_equal(count_of(r.err, "\n"), 1);
    assert_null(strchr(r.err, '\033'));
    if (strstr(r.err, says) == NULL)
        fail_msg("does not say '%s': %s", says, r.err);
    result_clear(&r);
}

static void test_edge_url_unsafe_is_one_line(void **state)
{
    static const char *const urls[] = {
        "http://example.org",
        "http://127.0.0.1.example.org",
        "http://128.0.0.1",
        "https://me:it@localhost",
        "https://me@localhost",
        "https://localhost/?a=b",
        "https://localhost/#a",
        "file:///etc/passwd",
        "ftp://localhost/",
        "localhost:80",
        "https://",
        "",
    };

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct trial *t = *state;

        assert_complains(t, urls[i], t->token, ": not a URL of https");
    }
}

static void test_edge_url_bad_token_file_is_one_line(void **state)
{
    static const char *const tokens[] = {"",       "\n",    "two words\n",
                                         "a\nb\n", "a\r\n", "\xc3\xa9\n"};
    struct trial *t = *state;
    char file[256];
    char long_one[1100];

    snprintf(file, sizeof(file), "%s", scratch_path(t->scratch, "bad"));
    assert_complains(t, "https://localhost", file, "No such file");
    assert_complains(t, "https://localhost", t->scratch->root, "directory");
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        scratch_write(t->scratch, "bad", tokens[i]);
        assert_complains(t, "https://localhost", file, "not one line of 1 to");
    }
    memset(long_one, 'a', sizeof(long_one) - 1);
    long_one[sizeof(long_one) - 1] = '\0';
    scratch_write(t->scratch, "bad", long_one);
    assert_complains(t, "https://localhost", file, "not one line of 1 to");
}

static void test_edge_url_without_anybody_is_one_line(void **state)
{
    struct trial *t = *state;

    assert_complains(t, "http://127.0.0.1:1", t->token, "127.0.0.1:1: ");
}

#define OK "HTTP/1.1 200 OK\r\n\r\n"
#define SIZED(size) "HTTP/1.1 200 OK\r\nContent-Length: " size "\r\n\r\n"
#define NO(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"

static void test_edge_url_answer_that_is_none_is_one_line(void **state)
{
    static const char wrong[] = "its answer is not that of a collector";
    static const char cut[] = "its answer was cut off";
    const struct {
        const char *bytes, *says;
    } answers[] = {
        {NO("401 No"), "it does not take this token"},
        {NO("403 No"), "it does not take this token"},
        {NO("404 No"), "no totals are there, or no token was set"},
        {NO("302 No\r\nLocation: /"), "it answers with status 302"},
        {NO("500 No"), "it answers with status 500"},
        {NO("204 No"), "it answers with status 204"},
        {OK, cut},
        {OK "{\"lines\":0}", cut},
        {SIZED("99") "{\"lines\":0}\n", cut},
        {SIZED("4") "{\"lines\":0}\n", cut},
        {OK "{\"lines\":1}\n", wrong},
        {OK "{\"lines\":-1}\n", wrong},
        {OK "{\"lines\":0,\"lines\":0}\n", wrong},
        {OK "{\"lines\":0,\"more\":0}\n", wrong},
        {OK "{\"lines\":0}\n{\"lines\":0}\n", wrong},
        {OK "{\"lines\":0}\n\n", wrong},
        {OK "\n", wrong},
        {OK "<html></html>\n", wrong},
        {OK "[]\n", wrong},
        {OK "{\"day\":\"\",\"reason\":\"form\",\"n\":1}\n", wrong},
        {OK "{\"day\":\"\",\"reason\":\"form\",\"n\":0}\n", wrong},
        {OK "{\"day\":\"today\",\"reason\":\"form\",\"n\":1}\n", wrong},
        {"", "127.0.0.1:"},
        {"\033[31mnonsense\r\n\r\n", "127.0.0.1:"},
    };
    struct trial *t = *state;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct mouth mouth;
        char url[64];

        mouth_open(&mouth, answers[i].bytes, "");
        snprintf(url, sizeof(url), "http://127.0.0.1:%d/a/", mouth.port);
        assert_complains(t, url, t->token, answers[i].says);
        assert_int_equal(strncmp(mouth.asked, "GET /a/refusals?", 16), 0);
        assert_non_null(
            strstr(mouth.asked, "\r\nAuthorization: Bearer a-good-token\r\n"));
        mouth_close(&mouth);
    }
}

static void test_edge_url_without_a_token_names_the_option(void **state)
{
    struct trial *t = *state;
    struct mouth mouth;
    struct result r;
    char url[64];

    mouth_open(&mouth, NO("401 No"), "");
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", mouth.port);
    r = scratch_run(t->scratch, TEL_COLLECT, "report", "--url", url, NULL);
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, ": it asks for a token (--token-file)\n"));
    assert_null(strstr(mouth.asked, "Authorization"));
    result_clear(&r);
    mouth_close(&mouth);
}

/* Rows that are out of order, or have parts that none has, once the first
 * question was answered well. */
static void test_edge_url_rows_out_of_order_are_one_line(void **state)
{
#define ROWS(day, cells)                                                \
    "{\"tool\":\"git\",\"event\":\"e\",\"version\":\"\",\"day\":\"" day \
    "\",\"cells\":[" cells "]}\n"
#define RUNS "[\"runs\",\"\",1]"
    static const char *const rows[] = {
        ROWS("", RUNS "," RUNS),
        ROWS("", RUNS ",[\"ok\",\"\",1]"),
        ROWS("", RUNS) ROWS("", RUNS),
        ROWS("2026-01-02", RUNS) ROWS("2026-01-01", RUNS),
        ROWS("2026-02-30", RUNS),
        ROWS("1969-12-31", RUNS),
        ROWS("", "[\"runs\",\"\",0]"),
        ROWS("", "[\"runs\",\"\",-5]"),
        ROWS("", "[\"runs\",\"\",1.5]"),
        ROWS("", "[\"runs\",\"\",99999999999999999999]"),
        ROWS("", "[\"runs\",\"\"]"),
        ROWS("", "[\"runs\",\"\",1,1]"),
        ROWS("", "[\"ru\\u0000ns\",\"\",1]"),
        ROWS("", "7"),
        "{\"tool\":\"git\",\"event\":\"e\",\"version\":\"\",\"day\":\"\"}\n",
    };
    struct trial *t = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mouth mouth;
        char bytes[1024];
        char url[64];

        snprintf(bytes, sizeof(bytes), OK "%s", rows[i]);
        mouth_open(&mouth, OK "{\"lines\":0}\n", bytes);
        snprintf(url, sizeof(url), "http://127.0.0.1:%d", mouth.port);
        assert_complains(t, url, t->token, "its answer is not that of");
        assert_int_equal(strncmp(mouth.asked, "GET /totals?", 12), 0);
        mouth_close(&mouth);
    }
}

/* What the rows above were changed from. */
static void test_edge_url_rows_in_order_are_taken(void **state)
{
    struct trial *t = *state;
    struct mouth mouth;
    char url[64];
    char *said = NULL;

    mouth_open(
        &mouth, OK "{\"lines\":0}\n",
        OK ROWS("", "[\"ok\",\"\",70],[\"runs\",\"\",70]") "{\"lines\":1}\n");
    snprintf(url, sizeof(url), "http://127.0.0.1:%d", mouth.port);
    said = scratch_ok(t->scratch, 0, TEL_COLLECT, "report", "--url", url,
                      "--token-file", t->token, "--json", NULL);
    assert_non_null(strstr(said, "\"runs\": 70"));
    free(said);
    mouth_close(&mouth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_edge_url_unsafe_is_one_line, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_url_bad_token_file_is_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_url_without_anybody_is_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_url_answer_that_is_none_is_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_url_without_a_token_names_the_option, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_url_rows_out_of_order_are_one_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_edge_url_rows_in_order_are_taken,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
