/* SPDX-License-Identifier: MIT */
/* postgres_keys: which keys have been counted, and when they are
 * forgotten. */
#include "postgres.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t field(const PGresult *result, int column)
{
    return strtoll(PQgetvalue(result, 0, column), NULL, 10);
}

static int read_generation(struct pg_store *pg, const PGresult *result)
{
    if (PQntuples(result) != 1) {
        (void)snprintf(pg->store.fault, sizeof(pg->store.fault),
                       "tel_generation has lost its row");
        return -EIO;
    }
    pg->generation.number = field(result, 0);
    pg->generation.began = field(result, 1);
    return 0;
}

int tel_pg_find_generation(struct pg_store *pg, const char *sql)
{
    PGresult *result = NULL;
    int r = tel_pg_send(pg, sql, NULL, 0);

    if (r == 0)
        r = tel_pg_settle(pg, &result);
    if (r == 0)
        r = read_generation(pg, result);
    PQclear(result);
    return r;
}

/* The first two bytes of a key are where its slice of the table is. */
static void mark_slice(uint8_t key[TEL_STORE_KEY], unsigned slice, int rest)
{
    uint16_t first =
        htobe16((uint16_t)(slice * (65536U / TEL_PG_SLICES) +
                           (rest != 0 ? 65536U / TEL_PG_SLICES - 1 : 0)));

    memset(key, rest, TEL_STORE_KEY);
    memcpy(key, &first, sizeof(first));
}

int tel_pg_sweep(struct pg_store *pg)
{
    uint8_t first[TEL_STORE_KEY];
    uint8_t last[TEL_STORE_KEY];
    char text[TEL_PG_DIGITS];
    const struct pg_value values[] = {
        tel_pg_number(text, pg->generation.number),
        {(const char *)first, sizeof(first)},
        {(const char *)last, sizeof(last)},
    };

    if (pg->sweep >= TEL_PG_SLICES)
        return 0;
    mark_slice(first, pg->sweep, 0);
    mark_slice(last, pg->sweep, 0xff);
    pg->sweep++;
    return tel_pg_send(pg,
                       "DELETE FROM tel_seen WHERE generation < $1::integer - 1"
                       " AND key BETWEEN $2::uuid AND $3::uuid",
                       values, 3);
}

int tel_pg_turn(struct pg_store *pg, int64_t day)
{
    static const char locked[] =
        "SELECT number, began FROM tel_generation FOR UPDATE";
    char texts[2][TEL_PG_DIGITS];
    int64_t before;
    int r = tel_pg_find_generation(pg, locked);

    before = pg->generation.number;
    if (r == 0 && tel_store_turn(&pg->generation, day)) {
        const struct pg_value values[] = {
            tel_pg_number(texts[0], pg->generation.number),
            tel_pg_number(texts[1], pg->generation.began),
        };

        r = tel_pg_send(pg,
                        "UPDATE tel_generation SET number = $1::integer,"
                        " began = $2::integer",
                        values, 2);
    }
    if (r == 0)
        r = tel_pg_send(pg, "COMMIT", NULL, 0);
    if (r == 0)
        r = tel_pg_settle(pg, NULL);
    if (r == 0 && pg->generation.number != before)
        pg->sweep = 0;
    return r;
}

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, TEL_STORE_KEY);
}

/* Says which keys the database has named, each at its first place. */
static int tell_fresh(const PGresult *result, const struct tel_store_key *keys,
                      size_t count, bool *ret_fresh)
{
    size_t named = (size_t)PQntuples(result);
    struct tel_store_key *list = calloc(named + 1, sizeof(*list));
    bool *told = calloc(named + 1, sizeof(*told));
    int r = list == NULL || told == NULL ? -ENOMEM : 0;

    for (size_t i = 0; r == 0 && i < named; i++) {
        if (PQgetlength(result, (int)i, 0) != TEL_STORE_KEY)
            r = -EBADMSG;
        else
            memcpy(&list[i], PQgetvalue(result, (int)i, 0), TEL_STORE_KEY);
    }
    if (r == 0)
        qsort(list, named, sizeof(*list), by_key);
    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct tel_store_key *at =
            bsearch(&keys[i], list, named, sizeof(*list), by_key);

        ret_fresh[i] = at != NULL && !told[at - list];
        if (at != NULL)
            told[at - list] = true;
    }
    free(told);
    free(list);
    return r;
}

static void list_keys(struct pg_array *array, const struct tel_store_key *keys,
                      size_t count)
{
    tel_pg_array_begin(array, PG_UUID, count);
    for (size_t i = 0; i < count; i++)
        tel_pg_array_put(array, keys[i].bytes, TEL_STORE_KEY);
}

int tel_pg_claim(struct tel_store *any, const struct tel_store_key *keys,
                 size_t count, bool *ret_fresh)
{
    struct pg_store *pg = tel_pg_of(any);
    struct pg_array array = {0};
    PGresult *result = NULL;
    char text[TEL_PG_DIGITS];
    int r;

    list_keys(&array, keys, count);
    if (array.failed) {
        r = -ENOMEM;
    } else {
        const struct pg_value values[] = {
            tel_pg_number(text, pg->generation.number),
            tel_pg_array_value(&array),
        };

        r = tel_pg_use(pg, PG_CLAIM, values, 2);
    }
    if (r == 0)
        r = tel_pg_settle(pg, &result);
    if (r == 0)
        r = tell_fresh(result, keys, count, ret_fresh);
    PQclear(result);
    tel_pg_array_free(&array);
    return r;
}

int tel_pg_release(struct tel_store *any, const struct tel_store_key *keys,
                   size_t count)
{
    struct pg_array array = {0};
    struct pg_value value;
    int r = -ENOMEM;

    list_keys(&array, keys, count);
    value = tel_pg_array_value(&array);
    if (!array.failed)
        r = tel_pg_use(tel_pg_of(any), PG_RELEASE, &value, 1);
    tel_pg_array_free(&array);
    return r;
}
