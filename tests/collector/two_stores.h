/* SPDX-License-Identifier: MIT */
/*
 * two_stores: two stores on one fresh schema, and the tests of
 * store_postgres_url.c, which are run by test_store_postgres.c.
 */
#ifndef TEL_TEST_TWO_STORES_H
#define TEL_TEST_TWO_STORES_H

#include "postgres.h"
#include "store/store.h"

struct two_stores {
    const char *url;
    struct tel_store *stores[2];
};

/* Of all the tests. */
extern struct postgres *two_server;

extern const struct tel_sum two_once;
extern const struct tel_store_key two_key;

int two_setup(void **state);
/* The schema is left empty, and no store is opened. */
int two_setup_none(void **state);
int two_teardown(void **state);

void test_postgres_of_others_is_left_alone(void **state);
void test_postgres_of_another_form_is_refused(void **state);
void test_postgres_missing_is_not_made_by_a_reader(void **state);
void test_postgres_schema_of_the_url_holds_the_tables(void **state);
void test_postgres_few_privileges_are_enough(void **state);
void test_postgres_password_is_never_shown(void **state);

#endif
