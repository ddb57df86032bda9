/* SPDX-License-Identifier: MIT */
/* store_postgres: what a URL says, and what is found there. */
#include "two_stores.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct postgres *two_server;

const struct tel_sum two_once = {
    .cell = {"git", "2.39.5", "commit", "runs", ""}, .n = 1};
const struct tel_store_key two_key = {"0123456789abcdef"};

int two_setup_none(void **state)
{
    static struct two_stores fixture;

    fixture = (struct two_stores){.url = postgres_schema(two_server)};
    *state = &fixture;
    return 0;
}

int two_setup(void **state)
{
    struct two_stores *fixture = NULL;
    struct tel_err err = {""};

    (void)two_setup_none(state);
    fixture = *state;
    for (size_t i = 0; i < 2; i++) {
        if (tel_store_open(fixture->url, &fixture->stores[i], &err) < 0)
            fail_msg("%s", err.text);
    }
    return 0;
}

int two_teardown(void **state)
{
    struct two_stores *fixture = *state;

    for (size_t i = 0; i < 2; i++)
        tel_store_close(fixture->stores[i]);
    return 0;
}

static void assert_other(const char *url, const char *words)
{
    struct tel_store *store = NULL;
    struct tel_err err = {""};

    assert_int_equal(tel_store_open(url, &store, &err), -EBADMSG);
    assert_non_null(strstr(err.text, words));
    err.text[0] = '\0';
    assert_int_equal(tel_store_open_reader(url, &store, &err), -EBADMSG);
    assert_non_null(strstr(err.text, words));
    assert_null(store);
}

void test_postgres_of_others_is_left_alone(void **state)
{
    const struct two_stores *fixture = *state;

    free(postgres_ask(fixture->url, "CREATE TABLE tel_store(goods text)"));
    assert_other(fixture->url, "not a database of tel-collect");
    assert_int_equal(postgres_number(fixture->url,
                                     "SELECT count(*) FROM pg_tables WHERE"
                                     " schemaname = current_schema()"),
                     1);
}

void test_postgres_of_another_form_is_refused(void **state)
{
    struct two_stores *fixture = *state;

    free(postgres_ask(fixture->url, "UPDATE tel_store SET form = 2"));
    assert_other(fixture->url, "another version");
}

void test_postgres_missing_is_not_made_by_a_reader(void **state)
{
    const struct two_stores *fixture = *state;
    struct tel_store *store = NULL;
    struct tel_err err = {""};

    assert_int_equal(tel_store_open_reader(fixture->url, &store, &err),
                     -ENOENT);
    assert_int_equal(postgres_number(fixture->url,
                                     "SELECT count(*) FROM pg_tables WHERE"
                                     " schemaname = current_schema()"),
                     0);
}

void test_postgres_schema_of_the_url_holds_the_tables(void **state)
{
    const struct two_stores *fixture = *state;
    struct tel_store *store = NULL;
    char url[640];

    free(postgres_ask(fixture->url, "CREATE SCHEMA metrics"));
    (void)snprintf(url, sizeof(url), "%s&options=-csearch_path%%3Dmetrics",
                   fixture->url);
    assert_int_equal(tel_store_open(url, &store, NULL), 0);
    assert_int_equal(tel_store_begin(store, 20000), 0);
    assert_int_equal(tel_store_add(store, &two_once, 1), 0);
    assert_int_equal(tel_store_commit(store), 0);
    tel_store_close(store);
    assert_int_equal(
        postgres_number(fixture->url, "SELECT n FROM metrics.tel_total"), 1);
    assert_int_equal(postgres_number(fixture->url,
                                     "SELECT count(*) FROM pg_tables WHERE"
                                     " schemaname = 'public'"),
                     0);
}

/* As somebody who owns nothing: what the manual says is needed is enough. */
void test_postgres_few_privileges_are_enough(void **state)
{
    struct two_stores *fixture = *state;
    struct tel_store *store = NULL;
    char url[640];

    free(postgres_ask(
        fixture->url,
        "CREATE ROLE collector LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON"
        " tel_total, tel_refused, tel_seen, tel_generation, tel_store TO"
        " collector; CREATE ROLE viewer LOGIN; GRANT SELECT ON tel_total,"
        " tel_refused, tel_store TO viewer"));
    (void)snprintf(url, sizeof(url),
                   "GRANT USAGE ON SCHEMA test%u TO collector, viewer",
                   two_server->schemas);
    free(postgres_ask(fixture->url, url));
    (void)snprintf(url, sizeof(url), "%s&user=collector", fixture->url);
    assert_int_equal(tel_store_open(url, &store, NULL), 0);
    assert_int_equal(tel_store_begin(store, 20000), 0);
    assert_int_equal(tel_store_add(store, &two_once, 1), 0);
    assert_int_equal(tel_store_commit(store), 0);
    assert_int_equal(tel_store_retain(store, 20001), 1);
    tel_store_close(store);
    (void)snprintf(url, sizeof(url), "%s&user=viewer", fixture->url);
    assert_int_equal(tel_store_open_reader(url, &store, NULL), 0);
    tel_store_close(store);
    assert_int_equal(tel_store_open(url, &store, NULL), 0);
    assert_int_equal(tel_store_begin(store, 20000), -EIO);
    tel_store_close(store);
}

void test_postgres_password_is_never_shown(void **state)
{
    static const char *const urls[] = {
        "postgresql://person:SECRET@127.0.0.1:1/totals",
        "postgresql://person:SEC/RET@127.0.0.1:1/totals",
        "postgresql://person:1/SECRET@127.0.0.1:1/totals",
        "postgresql://person:a@SECRET@127.0.0.1:1/totals",
        "postgresql://person:a?SECRET@127.0.0.1:1/totals",
        "postgresql://127.0.0.1:1/totals?user=person&password=SECRET",
        "postgresql://127.0.0.1:1/totals?user=person&password=a@SECRET",
        "postgresql://127.0.0.1:1/totals?user=person&passwort=SECRET",
        "postgres://person:SECRET%40@[::1]:1/totals?sslmode=require",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct tel_store *store = NULL;
        struct tel_err err = {""};

        assert_true(tel_store_open(urls[i], &store, &err) < 0);
        assert_null(strstr(err.text, "RET"));
        assert_null(strstr(err.text, "SEC"));
        assert_string_not_equal(err.text, "");
        assert_true(tel_store_open_reader(urls[i], &store, &err) < 0);
        assert_null(strstr(err.text, "RET"));
        assert_null(store);
    }
}
