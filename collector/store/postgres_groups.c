/* SPDX-License-Identifier: MIT */
/* postgres_groups: what each group of requests asks of PostgreSQL,
 * prepared once a connection. */
#include "postgres.h"

static const struct {
    const char *name;
    const char *sql;
} statements[PG_STATEMENTS] = {
    [PG_CLAIM] =
        {"claim",
         "INSERT INTO tel_seen AS s (key, generation)"
         " SELECT DISTINCT key, $1::integer FROM unnest($2::uuid[]) key"
         " ORDER BY key"
         " ON CONFLICT (key) DO UPDATE SET generation ="
         " excluded.generation"
         " WHERE s.generation < excluded.generation - 1"
         " RETURNING s.key"},
    [PG_RELEASE] = {"release",
                    "DELETE FROM tel_seen WHERE key = ANY ($1::uuid[])"},
    [PG_ADD] = {"add",
                "INSERT INTO tel_total AS t (day, tool, version, event, item,"
                " value, n) SELECT " TEL_PG_DAY_1
                ", tool, version, event, item, value, n"
                " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[],"
                " $6::text[], $7::bigint[]) WITH ORDINALITY"
                " AS g(tool, version, event, item, value, n, place)"
                " ORDER BY place"
                " ON CONFLICT (tool, day, version, event, item, value)"
                " DO UPDATE SET n = t.n + excluded.n"},
    /* Where a new value has its place after those that are held. */
    [PG_ADD_BOUND] =
        {"add_bound",
         "WITH given AS (SELECT g.*, EXISTS (SELECT 1 FROM tel_total t"
         "  WHERE t.tool = g.tool AND t.day = " TEL_PG_DAY_1
         "  AND t.version = g.version AND t.event = g.event"
         "  AND t.item = g.item AND t.value = g.value) AS known"
         "  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[],"
         "  $6::text[], $7::bigint[], $8::bigint[])"
         "  AS g(tool, version, event, item, value, n, bound)),"
         " held AS (SELECT t.tool, t.version, t.event, t.item,"
         "  count(*) AS held FROM tel_total t WHERE t.day = " TEL_PG_DAY_1
         "  AND (t.tool, t.version, t.event, t.item) IN"
         "  (SELECT tool, version, event, item FROM given)"
         "  GROUP BY 1, 2, 3, 4),"
         " placed AS (SELECT g.*, coalesce(h.held, 0) + row_number() OVER"
         "  (PARTITION BY g.tool, g.version, g.event, g.item, g.known"
         "  ORDER BY g.value COLLATE \"C\") AS place FROM given g LEFT JOIN "
         "held h"
         "  ON h.tool = g.tool AND h.version = g.version"
         "  AND h.event = g.event AND h.item = g.item),"
         " named AS (SELECT tool, version, event, item, CASE WHEN known"
         "  OR place <= bound THEN value ELSE '" TEL_STORE_OTHER "' END"
         "  AS value, n FROM placed)"
         " INSERT INTO tel_total AS t (day, tool, version, event, item,"
         " value, n) SELECT " TEL_PG_DAY_1
         ", tool, version, event, item, value,"
         " sum(n)::bigint FROM named"
         " GROUP BY tool, version, event, item, value"
         " ORDER BY tool COLLATE \"C\", version COLLATE \"C\","
         " event COLLATE \"C\", item COLLATE \"C\", value COLLATE \"C\""
         " ON CONFLICT (tool, day, version, event, item, value)"
         " DO UPDATE SET n = t.n + excluded.n"},
    [PG_REFUSE] = {"refuse", "INSERT INTO tel_refused AS r (day, reason, n)"
                             " VALUES (" TEL_PG_DAY_1 ", $2, $3::bigint)"
                             " ON CONFLICT (day, reason) DO UPDATE SET n ="
                             " r.n + excluded.n"},
};

int tel_pg_use(struct pg_store *pg, enum pg_statement which,
               const struct pg_value *values, size_t count)
{
    return tel_pg_send_prepared(pg, statements[which].name, values, count,
                                which == PG_CLAIM);
}

int tel_pg_prepare_all(struct pg_store *pg)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < PG_STATEMENTS; i++)
        r = tel_pg_prepare(pg, statements[i].name, statements[i].sql);
    return r < 0 ? r : tel_pg_settle(pg, NULL);
}

int tel_pg_connect_writer(struct pg_store *pg)
{
    int r = tel_pg_connect(pg);

    return r < 0 ? r : tel_pg_prepare_all(pg);
}
