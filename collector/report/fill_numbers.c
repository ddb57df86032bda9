/* SPDX-License-Identifier: MIT */
/* fill_numbers: what may be told of some runs of one event. */
#include "fill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tel/text.h>

#include "count/histogram.h"
#include "percentile.h"

static const char field[] = "field:";

int tel_tally_new(const struct tel_report *report, struct tel_tally *ret_tally)
{
    struct tel_tally tally = {0};

    /* One more, so that no days are no failure. */
    tally.days = calloc(report->ndays + 1, sizeof(*tally.days));
    if (tally.days == NULL)
        return -ENOMEM;
    *ret_tally = tally;
    return 0;
}

void tel_tally_add(const struct tel_report *report, struct tel_tally *tally,
                   const struct tel_exact_part *part)
{
    size_t place = 0;

    tally->runs += tel_exact_of(&part->cells, "runs", "");
    tally->ok += tel_exact_of(&part->cells, "ok", "");
    tally->error += tel_exact_of(&part->cells, "error", "");
    tally->sig += tel_exact_of(&part->cells, "signal", "");
    tally->lost += tel_exact_of(&part->cells, "lost", "");
    for (size_t i = 0; i < part->ndays; i++) {
        while (place < report->ndays && report->days[place] < part->days[i].day)
            place++;
        if (place < report->ndays)
            tally->days[place] += part->days[i].runs;
    }
}

int tel_fill_days(const struct tel_report *report,
                  const struct tel_tally *tally,
                  struct tel_published **ret_days)
{
    struct tel_published *days =
        calloc(report->ndays + 1, sizeof(struct tel_published));

    if (days == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < report->ndays; i++)
        days[i] = tally->runs > 0 && tally->runs < report->k
                      ? tel_publish_nothing()
                      : tel_publish_count(tally->days[i], report->k);
    *ret_days = days;
    return 0;
}

static int add_value(struct tel_report_values *values, const char *name,
                     uint64_t n, uint64_t k)
{
    struct tel_report_value *value = NULL;

    if (n < k) {
        values->held_back += n > 0;
        return 0;
    }
    value = tel_append(&values->at, &values->len, sizeof(*value));
    if (value == NULL)
        return -ENOMEM;
    value->n = tel_publish_count(n, k);
    return tel_exact_copy(value->name, sizeof(value->name), name);
}

/* Fields come one after the other, each with its values together. */
static int add_field(struct tel_report_numbers *numbers,
                     const struct tel_exact_cell *cell, uint64_t k)
{
    const char *key = cell->item + strlen(field);
    struct tel_report_field *last = NULL;
    int r = 0;

    if (numbers->nfields > 0)
        last = &numbers->fields[numbers->nfields - 1];
    if (last == NULL || strcmp(last->key, key) != 0) {
        last = tel_append(&numbers->fields, &numbers->nfields, sizeof(*last));
        if (last == NULL)
            return -ENOMEM;
        r = tel_exact_copy(last->key, sizeof(last->key), key);
    }
    return r < 0 ? r : add_value(&last->values, cell->value, cell->n, k);
}

static int add_duration(struct tel_bin **bins, size_t *count,
                        const struct tel_exact_cell *cell)
{
    struct tel_bin *bin = NULL;
    uint64_t lower;

    if (!tel_text_parse(cell->value, strlen(cell->value), TEL_MS_TOP, &lower))
        return -EBADMSG;
    bin = tel_append(bins, count, sizeof(*bin));
    if (bin == NULL)
        return -ENOMEM;
    *bin = (struct tel_bin){.value = (uint32_t)lower, .n = cell->n};
    return 0;
}

/* Neighbours are put together until they are k runs. What is left at the end
 * is counted in the last bin, which is not made wider for it: a few runs that
 * took very long would make it say nothing. Of bins that are sorted; the counts
 * are still exact. */
static int fill_bins(struct tel_report_numbers *numbers,
                     const struct tel_bin *bins, size_t count, uint64_t k)
{
    struct tel_report_bin *last = NULL;
    uint64_t n = 0; /* of what is being put together */
    uint32_t lower = 0;

    for (size_t i = 0; i < count; i++) {
        if (n == 0)
            lower = bins[i].value;
        n += bins[i].n;
        if (n >= k) {
            last = tel_append(&numbers->bins, &numbers->nbins, sizeof(*last));
            if (last == NULL)
                return -ENOMEM;
            *last = (struct tel_report_bin){
                lower, tel_bucket_next(bins[i].value), {.n = n}};
            n = 0;
        } else if (i + 1 == count && last != NULL) {
            last->n.n += n;
        }
    }
    return 0;
}

/* The bin that a percentile is in. There is one. */
static const struct tel_report_bin *
find_bin(const struct tel_report_numbers *numbers, struct tel_bin *bins,
         unsigned percent)
{
    uint32_t found = 0;

    for (size_t i = 0; i < numbers->nbins; i++)
        bins[i] = (struct tel_bin){(uint32_t)i, numbers->bins[i].n.n};
    (void)tel_percentile(bins, numbers->nbins, percent, &found);
    return &numbers->bins[found];
}

/* One that says little says nothing of where in it most of its runs are. */
static bool is_narrow(const struct tel_report_bin *bin)
{
    return bin->upper_ms - 1 <= bin->lower_ms + bin->lower_ms / 2;
}

/*
 * Percentiles are of the bins that are told, and not of the buckets in them,
 * or they would say of a few runs how long they took: the middle of a bin,
 * and for the 95th, where it is in a wide one, the beginning.
 */
static void find_percentiles(struct tel_report_numbers *numbers,
                             struct tel_bin *bins)
{
    const struct tel_report_bin *p50 = find_bin(numbers, bins, 50);
    const struct tel_report_bin *p95 = find_bin(numbers, bins, 95);

    numbers->timed = is_narrow(p50);
    if (!numbers->timed)
        return;
    numbers->p50_ms = p50->lower_ms + (p50->upper_ms - 1 - p50->lower_ms) / 2;
    numbers->p95_ms = p95->lower_ms;
    if (is_narrow(p95))
        numbers->p95_ms += (p95->upper_ms - 1 - p95->lower_ms) / 2;
}

static int by_value(const void *a, const void *b)
{
    const struct tel_bin *x = a;
    const struct tel_bin *y = b;

    return (x->value > y->value) - (x->value < y->value);
}

/* bins are one a bucket, and there is at least one. */
static int fill_durations(struct tel_report_numbers *numbers,
                          struct tel_bin *bins, size_t count, uint64_t k)
{
    int r;

    qsort(bins, count, sizeof(*bins), by_value);
    r = fill_bins(numbers, bins, count, k);
    if (r < 0 || numbers->nbins == 0)
        return r;
    find_percentiles(numbers, bins);
    for (size_t i = 0; i < numbers->nbins; i++)
        numbers->bins[i].n = tel_publish_count(numbers->bins[i].n.n, k);
    return 0;
}

/* The most frequent first, by what is told of them. */
static int by_count(const void *a, const void *b)
{
    const struct tel_report_value *x = a;
    const struct tel_report_value *y = b;
    int order = (x->n.n < y->n.n) - (x->n.n > y->n.n);

    return order != 0 ? order : strcmp(x->name, y->name);
}

static int by_number(const void *a, const void *b)
{
    const struct tel_report_value *x = a;
    const struct tel_report_value *y = b;
    size_t length = strlen(x->name);
    size_t other = strlen(y->name);

    if (length != other)
        return length < other ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void sort(struct tel_report_values *values,
                 int (*order)(const void *, const void *))
{
    if (values->len > 0)
        qsort(values->at, values->len, sizeof(*values->at), order);
}

static bool is_outcome(const char *item)
{
    return strcmp(item, "runs") == 0 || strcmp(item, "ok") == 0 ||
           strcmp(item, "error") == 0 || strcmp(item, "signal") == 0 ||
           strcmp(item, "lost") == 0;
}

static int fill_lists(struct tel_report_numbers *numbers,
                      const struct tel_exact_cells *cells, uint64_t k,
                      struct tel_bin **bins, size_t *nbins)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < cells->len; i++) {
        const struct tel_exact_cell *cell = &cells->at[i];

        if (strcmp(cell->item, "exit") == 0)
            r = add_value(&numbers->exits, cell->value, cell->n, k);
        else if (strcmp(cell->item, "sig") == 0)
            r = add_value(&numbers->signals, cell->value, cell->n, k);
        else if (strcmp(cell->item, "ms") == 0)
            r = add_duration(bins, nbins, cell);
        else if (strncmp(cell->item, field, strlen(field)) == 0)
            r = add_field(numbers, cell, k);
        else if (!is_outcome(cell->item))
            r = -EBADMSG;
    }
    return r;
}

static void fill_outcomes(struct tel_report_numbers *numbers,
                          const struct tel_tally *tally, uint64_t k)
{
    numbers->runs = tel_publish_count(tally->runs, k);
    numbers->ok = tel_publish_count(tally->ok, k);
    numbers->error = tel_publish_count(tally->error, k);
    numbers->sig = tel_publish_count(tally->sig, k);
    numbers->lost = tel_publish_count(tally->lost, k);
    if (numbers->runs.held)
        numbers->ok = numbers->error = numbers->sig = numbers->lost =
            tel_publish_nothing();
}

int tel_fill_numbers(const struct tel_report *report,
                     const struct tel_tally *tally,
                     const struct tel_exact_cells *cells,
                     struct tel_report_numbers *numbers)
{
    struct tel_bin *bins = NULL;
    size_t nbins = 0;
    int r = tel_fill_days(report, tally, &numbers->days);

    fill_outcomes(numbers, tally, report->k);
    if (r < 0 || numbers->runs.held)
        return r;
    r = fill_lists(numbers, cells, report->k, &bins, &nbins);
    if (r == 0 && nbins > 0)
        r = fill_durations(numbers, bins, nbins, report->k);
    free(bins);
    sort(&numbers->exits, by_number);
    sort(&numbers->signals, by_number);
    for (size_t i = 0; i < numbers->nfields; i++)
        sort(&numbers->fields[i].values, by_count);
    return r;
}
