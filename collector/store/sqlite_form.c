/* SPDX-License-Identifier: MIT */
/*
 * sqlite_form: whether a file has our tables and nothing that runs.
 *
 * A file may come from anywhere. A trigger in it would run whenever a group is
 * written, and could keep what came together and when; a view in the place of
 * a table may have rows without end.
 */
#include "sqlite.h"

#include <errno.h>
#include <string.h>

/* Whatever has a name of SQLite's own is left out: it is made by ANALYZE, and
 * can be neither a trigger nor a table of ours. */
static const char objects[] =
    "SELECT group_concat(object, char(0)) FROM (SELECT type || ' ' || name ||"
    " ' ' || tbl_name || ' ' || sql AS object FROM sqlite_schema"
    " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR type = 'trigger'"
    " ORDER BY name)";

static sqlite3_stmt *ask(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, objects, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        return statement;
    (void)sqlite3_finalize(statement);
    return NULL;
}

static bool are_same(sqlite3_stmt *a, sqlite3_stmt *b)
{
    const void *text = sqlite3_column_text(a, 0);
    const void *other = sqlite3_column_text(b, 0);
    int len = sqlite3_column_bytes(a, 0);

    return text != NULL && other != NULL && len == sqlite3_column_bytes(b, 0) &&
           memcmp(text, other, (size_t)len) == 0;
}

/* SQLite keeps what made an object as it was written. */
int tel_sqlite_form_check(struct sqlite_store *store, const char *schema,
                          bool *ret_ours)
{
    sqlite3_stmt *given = NULL;
    sqlite3_stmt *ours = NULL;
    sqlite3 *model = NULL;
    int r = -EIO;

    given = ask(store->db);
    if (given == NULL) {
        (void)tel_sqlite_failed(store);
        return r;
    }
    if (sqlite3_open_v2(":memory:", &model,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        NULL) == SQLITE_OK &&
        sqlite3_exec(model, schema, NULL, NULL, NULL) == SQLITE_OK)
        ours = ask(model);
    if (ours != NULL) {
        *ret_ours = are_same(given, ours);
        r = 0;
    }
    (void)sqlite3_finalize(ours);
    (void)sqlite3_finalize(given);
    (void)sqlite3_close(model);
    return r;
}
