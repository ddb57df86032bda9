/* SPDX-License-Identifier: MIT */
/* The tables of runs of both places. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sender.h"

static int open_one(const struct tel_env *env, const char *dir, bool lease,
                    struct tel_table **ret_table)
{
    struct tel_table *table = NULL;
    int r = tel_table_open(dir, env->euid, &table);
    if (r < 0)
        return r;
    r = lease ? tel_lease_take(table) : 0;
    if (r < 0) {
        tel_table_close(table);
        return r;
    }
    *ret_table = table;
    return 0;
}

void tables_open(const struct tel_env *env, bool lease,
                 struct tables *ret_tables)
{
    struct tables *tables = ret_tables;
    tables->count = 0;
    for (size_t i = 0; tables->count < TABLES_MAX; i++) {
        char *dir = tables->dir[tables->count];
        int r = tel_table_dir(env, i, dir, TEL_PATH_MAX);
        if (r == -ENOENT)
            return;
        if (r == 0 &&
            open_one(env, dir, lease, &tables->at[tables->count]) == 0)
            tables->count++;
    }
}

void tables_close(struct tables *tables)
{
    for (size_t i = 0; i < tables->count; i++)
        tel_table_close(tables->at[i]);
    tables->count = 0;
}

void tables_look(struct tables *tables)
{
    for (size_t i = 0; i < tables->count; i++)
        tel_table_look(tables->at[i]);
}

struct tel_table_counts tables_count(const struct tables *tables)
{
    struct tel_table_counts sum = {0};
    for (size_t i = 0; i < tables->count; i++) {
        struct tel_table_counts counts;
        tel_table_count(tables->at[i], &counts);
        sum.running += counts.running;
        sum.finished += counts.finished;
        sum.pending += counts.pending;
    }
    return sum;
}

bool tables_tended(const struct tables *tables)
{
    for (size_t i = 0; i < tables->count; i++) {
        pid_t holder = tel_lease_holder(tables->at[i]);
        if (holder > 0 && holder != getpid())
            return true;
    }
    return false;
}
