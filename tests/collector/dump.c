/* SPDX-License-Identifier: MIT */
/* dump: all that a store holds, as text, so that two can be compared. */
#include "dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "support.h"

static struct tel_store *open_reader(const char *where)
{
    struct tel_store *store = NULL;
    struct tel_err err = {""};

    if (tel_store_open_reader(where, &store, &err) < 0)
        fail_msg("%s", err.text);
    return store;
}

static void write_day(FILE *out, int64_t day)
{
    char text[TEL_DAY_MAX + 1] = "-";

    if (day >= 0)
        tel_day_text(day, text);
    (void)fprintf(out, "%s ", text);
}

static int write_total(void *context, int64_t day, const struct tel_cell *cell,
                       uint64_t n)
{
    write_day(context, day);
    (void)fprintf(context, "%s %s %s %s %s %" PRIu64 "\n", cell->tool,
                  cell->version, cell->event, cell->item, cell->value, n);
    return 0;
}

static int write_refusal(void *context, int64_t day, const char *reason,
                         uint64_t n)
{
    write_day(context, day);
    (void)fprintf(context, "refused %s %" PRIu64 "\n", reason, n);
    return 0;
}

static int add_runs(void *context, int64_t day, const struct tel_cell *cell,
                    uint64_t n)
{
    (void)day;
    if (strcmp(cell->item, "runs") == 0)
        *(uint64_t *)context += n;
    return 0;
}

char *store_dump(const char *where, bool with_days)
{
    const struct tel_store_range range = {.by_day = with_days,
                                          .by_version = true};
    struct tel_store *store = open_reader(where);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    assert_int_equal(tel_store_each_total(store, &range, write_total, out), 0);
    assert_int_equal(tel_store_each_refusal(store, &range, write_refusal, out),
                     0);
    (void)fclose(out);
    tel_store_close(store);
    return text;
}

uint64_t store_runs(const char *where, const char *tool)
{
    const struct tel_store_range range = {.tool = tool};
    struct tel_store *store = NULL;
    uint64_t runs = 0;

    if (tel_store_open_reader(where, &store, NULL) < 0)
        return 0;
    assert_int_equal(tel_store_each_total(store, &range, add_runs, &runs), 0);
    tel_store_close(store);
    return runs;
}
