/* SPDX-License-Identifier: MIT */
/* store: which kind of store a name means, and what all kinds share. */
#include "kind.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* As libpq tells a URL from the name of a database. */
static bool is_postgres(const char *where)
{
    return begins(where, "postgresql://") || begins(where, "postgres://");
}

int tel_store_open(const char *where, struct tel_store **ret_store,
                   struct tel_err *err)
{
    if (is_postgres(where))
        return tel_store_postgres_open(where, ret_store, err);
    return tel_store_sqlite_open(where, ret_store, err);
}

int tel_store_open_reader(const char *where, struct tel_store **ret_store,
                          struct tel_err *err)
{
    if (is_postgres(where))
        return tel_store_postgres_open_reader(where, ret_store, err);
    if (begins(where, "https://") || begins(where, "http://"))
        return tel_store_open_url(where, NULL, ret_store, err);
    return tel_store_sqlite_open_reader(where, ret_store, err);
}

void tel_store_close(struct tel_store *store)
{
    if (store != NULL)
        store->kind->close(store);
}

void tel_store_show(const char *where, char buf[TEL_STORE_SHOWN])
{
    const char *name = strstr(where, "://");
    const char *at = strrchr(where, '@');
    size_t scheme = name != NULL ? (size_t)(name + 3 - where) : 0;
    size_t options;

    if (name == NULL) {
        (void)snprintf(buf, TEL_STORE_SHOWN, "%s", where);
        return;
    }
    name += 3;
    options = strcspn(name, "?#");
    /* An @ in a password is none of an URL's, but may be there. */
    if (at != NULL && at < name + options)
        options -= (size_t)(at + 1 - name);
    else if (at != NULL)
        options = 0;
    if (at != NULL)
        name = at + 1;
    (void)snprintf(buf, TEL_STORE_SHOWN, "%.*s%.*s", (int)scheme, where,
                   (int)options, name);
}

const char *tel_store_fault(const struct tel_store *store)
{
    return store->fault;
}

struct tel_meter *tel_store_meter(struct tel_store *store)
{
    return &store->meter;
}

int tel_store_begin(struct tel_store *store, int64_t day)
{
    return store->kind->begin(store, day);
}

void tel_store_date(struct tel_store *store, int64_t day)
{
    store->kind->date(store, day);
}

int tel_store_begin_now(struct tel_store *store, int64_t day)
{
    return store->kind->begin_now != NULL ? store->kind->begin_now(store, day)
                                          : -EBUSY;
}

int tel_store_commit(struct tel_store *store)
{
    int r = store->kind->commit(store);

    if (r == 0)
        tel_meter_kept(&store->meter);
    return r;
}

void tel_store_rollback(struct tel_store *store)
{
    store->kind->rollback(store);
    tel_meter_lost(&store->meter);
}

int tel_store_claim(struct tel_store *store, const struct tel_store_key *keys,
                    size_t count, bool *ret_fresh)
{
    return count > 0 ? store->kind->claim(store, keys, count, ret_fresh) : 0;
}

int tel_store_release(struct tel_store *store, const struct tel_store_key *keys,
                      size_t count)
{
    return count > 0 ? store->kind->release(store, keys, count) : 0;
}

int tel_store_touch(struct tel_store *store)
{
    return store->kind->touch != NULL ? store->kind->touch(store) : 0;
}

int tel_store_add(struct tel_store *store, const struct tel_sum *sums,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(sums[i].cell.item, "runs") == 0)
            tel_meter_event(&store->meter, sums[i].n);
    }
    return count > 0 ? store->kind->add(store, sums, count) : 0;
}

int tel_store_refuse(struct tel_store *store, const char *reason, uint64_t n)
{
    tel_meter_refusal(&store->meter, reason, n);
    return store->kind->refuse(store, reason, n);
}

int tel_store_retain(struct tel_store *store, int64_t first)
{
    return store->kind->retain(store, first);
}

int tel_store_tidy(struct tel_store *store)
{
    return store->kind->tidy != NULL ? store->kind->tidy(store) : 0;
}

int tel_store_each_total(struct tel_store *store,
                         const struct tel_store_range *range,
                         int (*row)(void *context, int64_t day,
                                    const struct tel_cell *cell, uint64_t n),
                         void *context)
{
    return store->kind->each_total(store, range, row, context);
}

int tel_store_each_refusal(struct tel_store *store,
                           const struct tel_store_range *range,
                           int (*row)(void *context, int64_t day,
                                      const char *reason, uint64_t n),
                           void *context)
{
    return store->kind->each_refusal(store, range, row, context);
}

int tel_sum_order(const struct tel_sum *a, const struct tel_sum *b)
{
    int order = strcmp(a->cell.tool, b->cell.tool);

    if (order == 0)
        order = strcmp(a->cell.version, b->cell.version);
    if (order == 0)
        order = strcmp(a->cell.event, b->cell.event);
    if (order == 0)
        order = strcmp(a->cell.item, b->cell.item);
    return order != 0 ? order : strcmp(a->cell.value, b->cell.value);
}

bool tel_store_turn(struct tel_store_generation *generation, int64_t day)
{
    /* Not begun yet, or by a clock that has since been put back. */
    if (generation->began < 0 || generation->began > day) {
        generation->began = day;
        return true;
    }
    if (day - generation->began <= TEL_KEY_WINDOW_DAYS)
        return false;
    generation->number++;
    generation->began = day;
    return true;
}

int64_t tel_day_today(void)
{
    return (int64_t)(time(NULL) / 86400);
}

void tel_day_text(int64_t day, char buf[TEL_DAY_MAX + 1])
{
    time_t seconds = (time_t)(day * 86400);
    struct tm tm;

    if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year < 0 ||
        tm.tm_year > 9999 - 1900 ||
        strftime(buf, TEL_DAY_MAX + 1, "%Y-%m-%d", &tm) == 0)
        (void)snprintf(buf, TEL_DAY_MAX + 1, "1970-01-01");
}

int tel_day_parse(const char *text, int64_t *ret_day)
{
    char again[TEL_DAY_MAX + 1];
    struct tm tm = {0};
    int64_t day;

    if (strlen(text) != TEL_DAY_MAX ||
        strptime(text, "%Y-%m-%d", &tm) != text + TEL_DAY_MAX)
        return -EINVAL;
    day = (int64_t)(timegm(&tm) / 86400);
    /* Not the 31st of February, which would be another day. */
    tel_day_text(day, again);
    if (strcmp(again, text) != 0)
        return -EINVAL;
    *ret_day = day;
    return 0;
}
