/* SPDX-License-Identifier: MIT */
/* import: what a vendor's plain endpoint has written becomes totals. */
#include <tel/import.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "known.h"
#include "plain.h"
#include "count/tools.h"
#include "count/totals.h"

/* No event is as long, nor a log's line that has one. */
#define LINE_MAX_BYTES 65536

struct tel_import {
    const struct tel_import_options *options;
    struct tel_tools *tools;
    struct tel_store *store;
    struct tel_sums *sums;
    int64_t today;
    int64_t day; /* that the events belong to */
};

/* A file while it is read. */
struct reading {
    struct tel_import *import;
    struct tel_import_counts counts;
    struct tel_digest digest; /* of all that was read */
    bool fresh;               /* from here on nothing is known */
    bool unreadable;          /* read(2) failed, not the store */
    uint64_t bytes;
    uint64_t line;
    struct tel_store_key *keys; /* to be remembered */
    size_t nkeys;
};

static void refuse(struct reading *reading, enum tel_refusal refusal)
{
    void (*refused)(uint64_t, const char *) = reading->import->options->refused;

    reading->counts.refused[refusal]++;
    if (refused != NULL)
        refused(reading->line, tel_refusal_name(refusal));
}

static int take_event(struct reading *reading, const struct tel_event *event)
{
    enum tel_refusal refusal = tel_tools_allowed(reading->import->tools, event);

    if (refusal != TEL_ACCEPTED) {
        refuse(reading, refusal);
        return 0;
    }
    reading->counts.counted++;
    return tel_totals_add(reading->import->sums, event);
}

static int take_text(struct reading *reading, enum tel_plain_kind kind,
                     const char *at, size_t len)
{
    struct tel_event event;
    int r = kind == TEL_PLAIN_JSON
                ? tel_event_from_json(at, len, &event, NULL)
                : tel_event_from_query(at, len, &event, NULL);

    if (r == 0)
        return take_event(reading, &event);
    refuse(reading, TEL_REFUSED_FORM);
    return 0;
}

static int take_line(struct reading *reading, const char *line, size_t len)
{
    const char *at = NULL;
    size_t part = 0;
    enum tel_plain_kind kind = TEL_PLAIN_NONE;

    reading->line++;
    if (len <= LINE_MAX_BYTES)
        kind = tel_plain_find(line, len, &at, &part);
    if (kind == TEL_PLAIN_BLANK)
        return 0;
    reading->counts.lines++;
    if (kind == TEL_PLAIN_QUERY || kind == TEL_PLAIN_JSON)
        return take_text(reading, kind, at, part);
    if (kind == TEL_PLAIN_NONE) {
        refuse(reading, TEL_REFUSED_FORM);
        return 0;
    }
    reading->counts.untaken++;
    if (reading->import->options->refused != NULL)
        reading->import->options->refused(reading->line, "not answered");
    return 0;
}

static int take_lines(struct reading *reading, const char *at, const char *end)
{
    int r = 0;

    while (r == 0 && at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));

        r = take_line(reading, at, (size_t)(newline - at));
        at = newline + 1;
    }
    return r;
}

static uint64_t count_lines(const char *at, const char *end)
{
    uint64_t lines = 0;

    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        lines++;
        at++;
    }
    return lines;
}

/* Passes over what was imported before: 0 and from where on the block is new,
 * -EALREADY where it must not be. */
static int pass_known(struct reading *reading, const struct tel_digest *before,
                      const struct tel_block *block, size_t *ret_from)
{
    struct tel_import *import = reading->import;
    uint64_t lines;
    size_t len = 0;
    int r = tel_known_part(import->store, import->today, before,
                           &reading->digest, block, &len);

    if (r < 0)
        return r;
    lines = count_lines(block->at, block->at + len);
    reading->counts.before += lines;
    reading->line += lines;
    *ret_from = len;
    if (len == block->len)
        return 0;
    reading->fresh = true;
    return reading->counts.before > 0 && !import->options->go_on ? -EALREADY
                                                                 : 0;
}

/* The digest up to the end of what is known to have been read. */
static int keep_key(struct reading *reading)
{
    struct tel_store_key *keys = reading->keys;

    keys = reallocarray(keys, reading->nkeys + 1, sizeof(*keys));
    if (keys == NULL)
        return -ENOMEM;
    reading->keys = keys;
    tel_digest_told(&reading->digest, keys[reading->nkeys++].bytes);
    return 0;
}

static int take_whole(struct reading *reading, const struct tel_block *block)
{
    const struct tel_digest before = reading->digest;
    size_t from = 0;
    int r = 0;

    tel_digest_add(&reading->digest, block->at, block->len);
    if (!reading->fresh)
        r = pass_known(reading, &before, block, &from);
    if (r < 0 || from == block->len)
        return r;
    if (block->rest)
        /* The end of a line that no event has: its size is what counts. */
        r = take_line(reading, block->at, LINE_MAX_BYTES + 1);
    else
        r = take_lines(reading, block->at + from, block->at + block->len);
    return r < 0 ? r : keep_key(reading);
}

static int take_block(struct reading *reading, const struct tel_block *block)
{
    const struct tel_import_options *options = reading->import->options;
    int r = 0;

    if (block->whole) {
        r = take_whole(reading, block);
    } else {
        tel_digest_add(&reading->digest, block->at, block->len);
        reading->counts.torn = block->last;
    }
    reading->bytes += block->len;
    if (r == 0 && options->progress != NULL)
        options->progress(reading->bytes, reading->line);
    return r;
}

static int read_all(struct reading *reading, int fd)
{
    struct tel_blocks blocks;
    struct tel_block block;
    int r = tel_blocks_open(&blocks, fd);

    if (r < 0)
        return r;
    while ((r = tel_blocks_next(&blocks, &block)) > 0) {
        r = take_block(reading, &block);
        if (r < 0)
            break;
    }
    reading->unreadable = r < 0 && blocks.failed;
    tel_blocks_close(&blocks);
    if (r == 0 && !reading->fresh && reading->counts.before > 0 &&
        !reading->import->options->go_on)
        r = -EALREADY;
    return r;
}

/* Within the transaction. -EALREADY: another import was faster. */
static int store_counts(struct reading *reading)
{
    struct tel_import *import = reading->import;
    const struct tel_sum *list = NULL;
    size_t count = 0;
    bool fresh = true;
    int r = 0;

    /* What did not count may be tried again, with more policies. */
    if (reading->counts.counted > 0)
        r = tel_known_keep(import->store, reading->keys, reading->nkeys,
                           &fresh);
    if (r == 0 && !fresh && !import->options->again)
        r = -EALREADY;
    if (r < 0)
        return r;
    tel_store_date(import->store, import->day);
    tel_sums_list(import->sums, &list, &count);
    r = tel_store_add(import->store, list, count);
    for (int i = TEL_REFUSED_FORM; r == 0 && i < TEL_REFUSALS; i++) {
        if (reading->counts.refused[i] > 0)
            r = tel_store_refuse(import->store,
                                 tel_refusal_name((enum tel_refusal)i),
                                 reading->counts.refused[i]);
    }
    return r;
}

static int store_all(struct reading *reading)
{
    struct tel_import *import = reading->import;
    int r = tel_known_begin(import->store, import->today);

    if (r < 0)
        return r;
    r = store_counts(reading);
    if (r == 0)
        r = tel_store_commit(import->store);
    if (r < 0)
        tel_store_rollback(import->store);
    else
        /* Where somebody reads, the next that writes will do it. */
        (void)tel_store_tidy(import->store);
    return r;
}

static int explain(const struct reading *reading, const char *name, int r,
                   struct tel_err *err)
{
    uint64_t before = reading->counts.before;

    if (r == -EALREADY && reading->fresh && before > 0)
        return tel_fault(err, r,
                         "%s: its first %llu lines were imported before"
                         " (--continue counts the rest, --again all)",
                         name, (unsigned long long)before);
    if (r == -EALREADY)
        return tel_fault(
            err, r, "%s: was imported before (--again counts it again)", name);
    if (r == -EIO && !reading->unreadable)
        return tel_fault(err, r, "%s: %s, nothing of %s was counted",
                         reading->import->options->db,
                         tel_store_fault(reading->import->store), name);
    return tel_fault(err, r, "%s: %s, nothing of it was counted", name,
                     strerror(-r));
}

static int find_days(struct tel_import *import, struct tel_err *err)
{
    const char *day = import->options->day;

    import->today = tel_day_today();
    import->day = import->today;
    if (day == NULL)
        return 0;
    if (tel_day_parse(day, &import->day) < 0)
        return tel_fault(err, -EINVAL, "--day %s: not a day (YYYY-MM-DD)", day);
    /* East of Greenwich tomorrow has begun already. */
    if (import->day > import->today + 1)
        return tel_fault(err, -EINVAL, "--day %s: has not come yet", day);
    return 0;
}

int tel_import_open(const struct tel_import_options *options,
                    struct tel_import **ret_import, struct tel_err *err)
{
    struct tel_import *import = calloc(1, sizeof(*import));
    int r;

    if (import == NULL)
        return tel_fault(err, -ENOMEM, "out of memory");
    import->options = options;
    r = find_days(import, err);
    if (r == 0)
        r = tel_tools_load(options->tools, &import->tools, err);
    if (r == 0)
        r = tel_store_open(options->db, &import->store, err);
    if (r == 0 && tel_sums_new(&import->sums) < 0)
        r = tel_fault(err, -ENOMEM, "out of memory");
    if (r < 0) {
        tel_import_close(import);
        return r;
    }
    *ret_import = import;
    return 0;
}

void tel_import_close(struct tel_import *import)
{
    if (import == NULL)
        return;
    tel_sums_free(import->sums);
    tel_store_close(import->store);
    tel_tools_free(import->tools);
    free(import);
}

int tel_import_file(struct tel_import *import, const char *name, int fd,
                    struct tel_import_counts *ret_counts, struct tel_err *err)
{
    struct reading reading = {.import = import,
                              .fresh = import->options->again};
    int r;

    tel_digest_start(&reading.digest);
    tel_sums_clear(import->sums);
    r = read_all(&reading, fd);
    if (r == 0 && reading.counts.lines > 0)
        r = store_all(&reading);
    free(reading.keys);
    if (r < 0)
        return explain(&reading, name, r, err);
    /* Not read, and so not refused: it may be whole the next time. */
    if (reading.counts.torn) {
        reading.counts.lines++;
        reading.counts.refused[TEL_REFUSED_FORM]++;
    }
    *ret_counts = reading.counts;
    return 0;
}
