/* SPDX-License-Identifier: MIT */
/* postgres_open: a PostgreSQL database is found to be a store, or is
 * made one. */
#include "postgres.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

#define FORM 1

/* Collectors that start on an empty database get into each other's way. */
#define MAKE_TRIES 10

static const char *const schema[] = {
    "BEGIN",
    /* Room in each page for new versions of the rows that are always hit. */
    "CREATE TABLE IF NOT EXISTS tel_total(tool text COLLATE \"C\" NOT NULL,"
    " day date NOT NULL, version text COLLATE \"C\" NOT NULL,"
    " event text COLLATE \"C\" NOT NULL, item text COLLATE \"C\" NOT NULL,"
    " value text COLLATE \"C\" NOT NULL, n bigint NOT NULL,"
    " PRIMARY KEY (tool, day, version, event, item, value))"
    " WITH (fillfactor = 50)",
    "CREATE TABLE IF NOT EXISTS tel_refused(day date NOT NULL,"
    " reason text COLLATE \"C\" NOT NULL, n bigint NOT NULL,"
    " PRIMARY KEY (day, reason)) WITH (fillfactor = 50)",
    "CREATE TABLE IF NOT EXISTS tel_seen(key uuid PRIMARY KEY,"
    " generation integer NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tel_generation(one boolean PRIMARY KEY"
    " CHECK (one), number integer NOT NULL, began integer NOT NULL)",
    "CREATE TABLE IF NOT EXISTS tel_store(one boolean PRIMARY KEY"
    " CHECK (one), form integer NOT NULL)",
    "INSERT INTO tel_generation VALUES (true, 0, -1) ON CONFLICT DO NOTHING",
    "INSERT INTO tel_store VALUES (true, 1) ON CONFLICT DO NOTHING",
    "COMMIT",
};

static int make(struct pg_store *pg)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < sizeof(schema) / sizeof(schema[0]); i++)
        r = tel_pg_send(pg, schema[i], NULL, 0);
    return r < 0 ? r : tel_pg_settle(pg, NULL);
}

/* Whether two have made the same thing at once, and one was told so. */
static bool is_race(const struct pg_store *pg)
{
    return tel_pg_failed_as(pg, "23505") || tel_pg_failed_as(pg, "42P07") ||
           tel_pg_failed_as(pg, "42710") || tel_pg_failed_as(pg, "40");
}

static int connect_and_check(struct pg_store *pg, struct tel_err *err)
{
    int r = tel_pg_connect(pg);

    if (r < 0)
        return tel_fault(err, r, "%s: %s", pg->name, pg->store.fault);
    return tel_pg_check(pg, err);
}

/* Makes the tables where there are none; several may try at once. */
static int make_or_find(struct pg_store *pg, struct tel_err *err)
{
    int r = connect_and_check(pg, err);

    for (int i = 0; r == -ENOENT && i < MAKE_TRIES; i++) {
        r = tel_pg_connect(pg);
        if (r == 0)
            r = make(pg);
        if (r < 0 && !is_race(pg))
            return tel_fault(err, r, "%s: %s", pg->name, pg->store.fault);
        /* What has failed is still within its transaction. */
        if (r < 0)
            tel_pg_disconnect(pg);
        r = connect_and_check(pg, err);
    }
    return r;
}

/* Whether a part of the URL can't be a part of a password. */
static bool is_innocent(const PQconninfoOption *part)
{
    const char *value = part->val != NULL ? part->val : "";

    if (strcmp(part->keyword, "port") == 0)
        return value[strspn(value, "0123456789,")] == '\0';
    return (strcmp(part->keyword, "host") != 0 &&
            strcmp(part->keyword, "dbname") != 0) ||
           strchr(value, '@') == NULL;
}

/*
 * Where special characters of a password stand as they are, libpq takes parts
 * of it for a host, a port or a name, and quotes them in what it says.
 */
static int check_url(const char *url, struct tel_err *err)
{
    PQconninfoOption *parts = PQconninfoParse(url, NULL);
    bool good = parts != NULL;

    for (const PQconninfoOption *at = parts; good && at->keyword != NULL; at++)
        good = is_innocent(at);
    PQconninfoFree(parts);
    if (good)
        return 0;
    (void)tel_fault(err, -EINVAL,
                    "--db: not a URL of PostgreSQL as libpq reads it (are "
                    "special characters in it written as %%XX?)");
    return -EINVAL;
}

int tel_pg_new(const char *url, bool writes, const struct tel_store_kind *kind,
               struct pg_store **ret_store, struct tel_err *err)
{
    struct pg_store *pg = calloc(1, sizeof(*pg));
    int r;

    if (pg != NULL)
        pg->url = strdup(url);
    if (pg == NULL || pg->url == NULL) {
        free(pg);
        (void)tel_fault(err, -ENOMEM, "out of memory");
        return -ENOMEM;
    }
    pg->store.kind = kind;
    pg->writes = writes;
    tel_store_show(url, pg->name);
    r = check_url(url, err);
    if (r < 0) {
        tel_pg_close(&pg->store);
        return r;
    }
    *ret_store = pg;
    return 0;
}

void tel_pg_close(struct tel_store *store)
{
    struct pg_store *pg = tel_pg_of(store);

    tel_pg_disconnect(pg);
    /* It may hold a password. */
    explicit_bzero(pg->url, strlen(pg->url));
    free(pg->url);
    free(pg);
}

int tel_pg_check(struct pg_store *pg, struct tel_err *err)
{
    PGresult *result = NULL;
    int64_t form = -1;
    int r = tel_pg_send(pg, "SELECT form FROM tel_store", NULL, 0);

    if (r == 0)
        r = tel_pg_settle(pg, &result);
    if (r == 0 && PQntuples(result) == 1)
        form = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    if (r < 0 && tel_pg_failed_as(pg, "42P01"))
        return tel_fault(err, -ENOENT, "%s: no database of tel-collect",
                         pg->name);
    if (r < 0 && tel_pg_failed_as(pg, "42703"))
        return tel_fault(err, -EBADMSG, "%s: not a database of tel-collect",
                         pg->name);
    if (r < 0)
        return tel_fault(err, r, "%s: %s", pg->name, pg->store.fault);
    if (form != FORM)
        return tel_fault(err, -EBADMSG,
                         "%s: a database of another version of tel-collect",
                         pg->name);
    return 0;
}

int tel_store_postgres_open(const char *url, struct tel_store **ret_store,
                            struct tel_err *err)
{
    struct pg_store *pg = NULL;
    int r = tel_pg_new(url, true, &tel_pg_writer, &pg, err);

    if (r < 0)
        return r;
    pg->sweep = TEL_PG_SLICES;
    pg->deadline_ms = tel_pg_now_ms() + TEL_PG_PATIENT_MS;
    r = make_or_find(pg, err);
    if (r == 0) {
        r = tel_pg_prepare_all(pg);
        /* Class 42: what is asked for is not there in this form. */
        if (r < 0 && tel_pg_failed_as(pg, "42") &&
            !tel_pg_failed_as(pg, "42501"))
            r = tel_fault(err, -EBADMSG, "%s: not a database of tel-collect",
                          pg->name);
        else if (r < 0)
            r = tel_fault(err, r, "%s: %s", pg->name, pg->store.fault);
    }
    if (r < 0) {
        tel_pg_close(&pg->store);
        return r;
    }
    *ret_store = &pg->store;
    return 0;
}
