/* SPDX-License-Identifier: MIT */
/*
 * sqlite_feed: a table of SQLite's that is really an array of ours, so
 * that one statement adds to all counts of a group: half the work of running
 * one statement for each.
 */
#include "sqlite.h"

#include <stdlib.h>

struct feed_table {
    sqlite3_vtab base; /* first */
    const struct sqlite_feed *feed;
};

struct feed_cursor {
    sqlite3_vtab_cursor base; /* first */
    size_t at;
};

static const struct sqlite_feed *feed_of(sqlite3_vtab_cursor *cursor)
{
    /* The table's first member. */
    struct feed_table *table = (void *)cursor->pVtab;

    return table->feed;
}

static struct feed_cursor *cursor_of(sqlite3_vtab_cursor *cursor)
{
    return (void *)cursor;
}

static int connect_table(sqlite3 *db, void *context, int argc,
                         const char *const *argv, sqlite3_vtab **ret_table,
                         char **ret_error)
{
    struct feed_table *table = NULL;
    int r =
        sqlite3_declare_vtab(db, "CREATE TABLE feed(id INTEGER, n INTEGER)");

    (void)argc;
    (void)argv;
    (void)ret_error;
    if (r != SQLITE_OK)
        return r;
    table = calloc(1, sizeof(*table));
    if (table == NULL)
        return SQLITE_NOMEM;
    table->feed = context;
    *ret_table = &table->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *table)
{
    free(table);
    return SQLITE_OK;
}

static int choose_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1000;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **ret_cursor)
{
    struct feed_cursor *cursor = calloc(1, sizeof(*cursor));

    (void)table;
    if (cursor == NULL)
        return SQLITE_NOMEM;
    *ret_cursor = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    free(cursor);
    return SQLITE_OK;
}

static int first_row(sqlite3_vtab_cursor *cursor, int number, const char *name,
                     int argc, sqlite3_value **argv)
{
    (void)number;
    (void)name;
    (void)argc;
    (void)argv;
    cursor_of(cursor)->at = 0;
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *cursor)
{
    cursor_of(cursor)->at++;
    return SQLITE_OK;
}

static int is_at_end(sqlite3_vtab_cursor *cursor)
{
    return cursor_of(cursor)->at >= feed_of(cursor)->count;
}

static int give_column(sqlite3_vtab_cursor *cursor, sqlite3_context *result,
                       int column)
{
    const struct sqlite_count *row =
        &feed_of(cursor)->rows[cursor_of(cursor)->at];

    sqlite3_result_int64(result, column == 0 ? row->id : row->n);
    return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *ret_rowid)
{
    *ret_rowid = (sqlite3_int64)cursor_of(cursor)->at;
    return SQLITE_OK;
}

/* Without xCreate it is there without being declared. */
static const sqlite3_module module = {
    .xConnect = connect_table,
    .xBestIndex = choose_index,
    .xDisconnect = disconnect_table,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = first_row,
    .xNext = next_row,
    .xEof = is_at_end,
    .xColumn = give_column,
    .xRowid = give_rowid,
};

int tel_sqlite_feed_make(struct sqlite_store *store)
{
    if (sqlite3_create_module(store->db, "feed", &module, &store->feed) !=
        SQLITE_OK)
        return tel_sqlite_failed(store);
    return 0;
}
