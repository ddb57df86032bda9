/* SPDX-License-Identifier: MIT */
/* postgres_read: the totals in a PostgreSQL database, the reader's
 * half. */
#include "postgres.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "fault.h"

#define EPOCH "date '1970-01-01'"

/* What is not wanted finely is the same for all rows, and so summed. */
static const char totals[] =
    "SELECT tool, event, CASE WHEN $2 THEN version ELSE '' END AS version,"
    " CASE WHEN $3 THEN day - " EPOCH " ELSE -1 END AS day, item, value,"
    " sum(n)::bigint FROM tel_total WHERE ($1::text IS NULL OR tool = $1)"
    " AND day BETWEEN " EPOCH " + $4::integer AND " EPOCH " + $5::integer"
    " GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6";

static const char refusals[] =
    "SELECT CASE WHEN $1 THEN day - " EPOCH " ELSE -1 END AS day, reason,"
    " sum(n)::bigint FROM tel_refused WHERE day BETWEEN " EPOCH
    " + $2::integer AND " EPOCH " + $3::integer"
    " GROUP BY 1, 2 ORDER BY 1, 2";

static struct pg_value truth(bool is)
{
    return (struct pg_value){is ? "true" : "false", 0};
}

/* The range's days as texts; 0, 0 is all. */
static void write_days(const struct tel_store_range *range, char days[2][24])
{
    bool all = range->first == 0 && range->last == 0;

    (void)snprintf(days[0], 24, "%lld", (long long)range->first);
    (void)snprintf(days[1], 24, "%lld",
                   all ? TEL_DAY_LAST : (long long)range->last);
}

struct total_rows {
    int (*row)(void *context, int64_t day, const struct tel_cell *cell,
               uint64_t n);
    void *context;
};

static int take_total(void *context, const PGresult *result)
{
    const struct total_rows *rows = context;
    const struct tel_cell cell = {
        .tool = PQgetvalue(result, 0, 0),
        .event = PQgetvalue(result, 0, 1),
        .version = PQgetvalue(result, 0, 2),
        .item = PQgetvalue(result, 0, 4),
        .value = PQgetvalue(result, 0, 5),
    };

    return rows->row(rows->context, strtoll(PQgetvalue(result, 0, 3), NULL, 10),
                     &cell, strtoull(PQgetvalue(result, 0, 6), NULL, 10));
}

struct refusal_rows {
    int (*row)(void *context, int64_t day, const char *reason, uint64_t n);
    void *context;
};

static int take_refusal(void *context, const PGresult *result)
{
    const struct refusal_rows *rows = context;

    return rows->row(rows->context, strtoll(PQgetvalue(result, 0, 0), NULL, 10),
                     PQgetvalue(result, 0, 1),
                     strtoull(PQgetvalue(result, 0, 2), NULL, 10));
}

static const struct tel_store_kind kind = {
    .close = tel_pg_close,
    .each_total = tel_pg_each_total,
    .each_refusal = tel_pg_each_refusal,
};

/* One moment of the store, for all that will be asked. */
static int freeze(struct pg_store *pg)
{
    int r = tel_pg_send(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                        NULL, 0);

    return r < 0 ? r : tel_pg_settle(pg, NULL);
}

int tel_store_postgres_open_reader(const char *url,
                                   struct tel_store **ret_store,
                                   struct tel_err *err)
{
    struct pg_store *pg = NULL;
    int r = tel_pg_new(url, false, &kind, &pg, err);

    if (r < 0)
        return r;
    pg->deadline_ms = tel_pg_now_ms() + TEL_PG_PATIENT_MS;
    r = tel_pg_connect(pg);
    if (r == 0)
        r = freeze(pg);
    if (r < 0)
        (void)tel_fault(err, r, "%s: %s", pg->name, pg->store.fault);
    else
        r = tel_pg_check(pg, err);
    if (r < 0) {
        tel_pg_close(&pg->store);
        return r;
    }
    *ret_store = &pg->store;
    return 0;
}

int tel_pg_each_total(struct tel_store *store,
                      const struct tel_store_range *range,
                      int (*row)(void *context, int64_t day,
                                 const struct tel_cell *cell, uint64_t n),
                      void *context)
{
    struct pg_store *pg = tel_pg_of(store);
    struct total_rows rows = {row, context};
    char days[2][24];
    const struct pg_value values[] = {
        {range->tool, 0},     truth(range->by_version),
        truth(range->by_day), {days[0], 0},
        {days[1], 0},
    };
    int r;

    write_days(range, days);
    pg->deadline_ms = tel_pg_now_ms() + TEL_PG_PATIENT_MS;
    r = tel_pg_send(pg, totals, values, 5);
    return r < 0 ? r : tel_pg_each(pg, take_total, &rows);
}

int tel_pg_each_refusal(struct tel_store *store,
                        const struct tel_store_range *range,
                        int (*row)(void *context, int64_t day,
                                   const char *reason, uint64_t n),
                        void *context)
{
    struct pg_store *pg = tel_pg_of(store);
    struct refusal_rows rows = {row, context};
    char days[2][24];
    const struct pg_value values[] = {
        truth(range->by_day),
        {days[0], 0},
        {days[1], 0},
    };
    int r;

    write_days(range, days);
    pg->deadline_ms = tel_pg_now_ms() + TEL_PG_PATIENT_MS;
    r = tel_pg_send(pg, refusals, values, 3);
    return r < 0 ? r : tel_pg_each(pg, take_refusal, &rows);
}
