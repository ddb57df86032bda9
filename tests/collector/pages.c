/* SPDX-License-Identifier: MIT */
/* pages: databases for a page to be made of. */
#include "pages.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count/histogram.h"
#include "store/store.h"
#include "support.h"

#define SUMS_MAX 8192
#define TEXTS_MAX (SUMS_MAX * 16)

/* One day's totals on their way into the database. */
struct day {
    struct tel_sum sums[SUMS_MAX];
    size_t count;
    char texts[TEXTS_MAX];
    size_t used;
};

/* What a verb of one version is like. */
struct verb {
    const char *tool, *version, *event;
    double a_day;
    double failing; /* the share that ends with an error */
    double median_ms, spread;
    const char *const *fields; /* "key=value", "key=value", NULL */
};

static const char *keep(struct day *day, const char *text)
{
    char *at = day->texts + day->used;
    size_t size = strlen(text) + 1;

    assert_true(day->used + size <= sizeof(day->texts));
    memcpy(at, text, size);
    day->used += size;
    return at;
}

static void add(struct day *day, const struct verb *verb, const char *item,
                const char *value, double n)
{
    struct tel_sum *sum = &day->sums[day->count];

    if (n < 1)
        return;
    assert_true(day->count < SUMS_MAX);
    *sum = (struct tel_sum){.cell = {.tool = verb->tool,
                                     .version = verb->version,
                                     .event = verb->event,
                                     .item = keep(day, item),
                                     .value = keep(day, value)},
                            .n = (uint64_t)n};
    day->count++;
}

static double share_under(const struct verb *verb, double ms)
{
    double z = log(ms / verb->median_ms) / verb->spread;

    return 0.5 * erfc(-z / sqrt(2));
}

static void add_durations(struct day *day, const struct verb *verb, double runs)
{
    double before = 0;

    for (uint32_t lower = 0; lower < 3600000; lower = tel_bucket_next(lower)) {
        double share = share_under(verb, tel_bucket_next(lower));
        char value[16];

        snprintf(value, sizeof(value), "%u", lower);
        add(day, verb, "ms", value, round(runs * share) - round(runs * before));
        before = share;
    }
}

static void add_fields(struct day *day, const struct verb *verb, double runs)
{
    static const double shares[] = {0.72, 0.55, 0.28, 0.45};

    for (size_t i = 0; verb->fields != NULL && verb->fields[i] != NULL; i++) {
        const char *equals = strchr(verb->fields[i], '=');
        char item[64];

        snprintf(item, sizeof(item), "field:%.*s",
                 (int)(equals - verb->fields[i]), verb->fields[i]);
        add(day, verb, item, equals + 1, round(runs * shares[i]));
    }
}

static void add_verb(struct day *day, const struct verb *verb, double runs)
{
    double error = round(runs * verb->failing);
    double sig = round(runs * 0.004);
    double lost = round(runs * 0.002);

    runs = round(runs);
    add(day, verb, "runs", "", runs);
    add(day, verb, "ok", "", runs - error - sig - lost);
    add(day, verb, "error", "", error);
    add(day, verb, "signal", "", sig);
    add(day, verb, "lost", "", lost);
    add(day, verb, "exit", "0", runs - error - sig - lost);
    add(day, verb, "exit", "1", round(error * 0.7));
    add(day, verb, "exit", "128", error - round(error * 0.7));
    add(day, verb, "sig", "2", sig);
    add_durations(day, verb, runs);
    add_fields(day, verb, runs);
}

static int in_order(const void *a, const void *b)
{
    return tel_sum_order(a, b);
}

static struct tel_store *make(const char *db)
{
    struct tel_store *store = NULL;
    struct tel_err err = {""};

    if (tel_store_open(db, &store, &err) < 0)
        fail_msg("%s", err.text);
    return store;
}

static void write_day(struct tel_store *store, struct day *day, int64_t number)
{
    qsort(day->sums, day->count, sizeof(day->sums[0]), in_order);
    assert_int_equal(tel_store_begin(store, number), 0);
    assert_int_equal(tel_store_add(store, day->sums, day->count), 0);
    assert_int_equal(tel_store_commit(store), 0);
    day->count = 0;
    day->used = 0;
}

static struct day *new_day(void)
{
    struct day *day = calloc(1, sizeof(*day));

    assert_non_null(day);
    return day;
}

/* How many of a version's users have it on a day: it takes a week. */
static double uptake(int day, int released)
{
    return 1 / (1 + exp(-(day - released - 3) / 1.5));
}

static double of_version(const char *version, int day)
{
    if (strcmp(version, "2.39.5") == 0)
        return 0.08;
    if (strcmp(version, "2.40.0") == 0)
        return 0.92 * (1 - uptake(day, 12));
    if (strcmp(version, "2.41.0") == 0)
        return 0.92 * uptake(day, 12);
    if (strcmp(version, "1.9") == 0)
        return 1 - uptake(day, 5);
    return strcmp(version, "1.10") == 0 ? uptake(day, 5) : 1;
}

static const char *const commit_fields[] = {"quiet=no", "tty=yes", "quiet=yes",
                                            "tty=no", NULL};
static const char *const log_fields[] = {"fmt=oneline", "quiet=no", "fmt=json",
                                         "quiet=yes", NULL};

#define GIT(version)                                                     \
    {"git", version, "commit", 2600, 0.031, 42, 0.8, commit_fields},     \
        {"git", version, "status", 5200, 0.002, 9, 0.7, NULL},           \
        {"git", version, "log", 1400, 0.01, 31, 1.0, log_fields},        \
        {"git", version, "log_oneline", 700, 0.01, 25, 1.0, log_fields}, \
        {"git", version, "fetch", 900, 0.045, 1400, 0.9, NULL},          \
        {"git", version, "remote_add", 60, 0.08, 4, 0.4, NULL},          \
        {"git", version, "stash_push", 160, 0.02, 55, 0.6, NULL},        \
        {"git", version, "rebase", 310, 0.14, 380, 1.1, NULL},           \
    {                                                                    \
        "git", version, "commit_amend", 420, 0.02, 47, 0.8, NULL         \
    }

static const struct verb verbs[] = {
    GIT("2.39.5"),
    GIT("2.40.0"),
    GIT("2.41.0"),
    {"git", "2.39.5", "push", 800, 0.06, 810, 0.7, NULL},
    {"git", "2.40.0", "push", 800, 0.061, 820, 0.7, NULL},
    {"git", "2.41.0", "push", 800, 0.124, 1070, 0.7, NULL},
    {"dock", "1.9", "pull", 900, 0.05, 8200, 1.2, NULL},
    {"dock", "1.10", "pull", 900, 0.05, 8200, 1.2, NULL},
    {"dock", "1.9", "run", 2100, 0.11, 900, 1.6, NULL},
    {"dock", "1.10", "run", 2100, 0.11, 900, 1.6, NULL},
    {"dock", "1.9", "build", 350, 0.2, 42000, 1.0, NULL},
    {"dock", "1.10", "build", 350, 0.2, 42000, 1.0, NULL},
    {"lister", "3.2", "run", 3000, 0.03, 3, 0.6, NULL},
};

void pages_month(const char *db)
{
    static const struct verb crash = {"lister", "3.2", "", 0, 0, 0, 0, NULL};
    struct tel_store *store = make(db);
    struct day *day = new_day();

    for (int i = 0; i < PAGES_DAYS; i++) {
        double weekend = i % 7 == 0 || i % 7 == 1 ? 0.35 : 1;

        for (size_t j = 0; j < sizeof(verbs) / sizeof(verbs[0]); j++)
            add_verb(day, &verbs[j],
                     verbs[j].a_day * weekend *
                         of_version(verbs[j].version, i) *
                         (1 + 0.1 * sin(i * 1.7 + (double)j)));
        add(day, &crash, "crash", "1a2b3c4d-4f10-9c0ffee1", 3);
        add(day, &crash, "crash", "1a2b3c4d-4f10-00000001", i % 2);
        add(day, &crash, "crash", "1a2b3c4d-0-00000000", i == 5 ? 3 : 0);
        write_day(store, day, PAGES_FIRST + i);
    }
    assert_int_equal(tel_store_begin(store, PAGES_FIRST), 0);
    assert_int_equal(tel_store_refuse(store, "value", 1240), 0);
    assert_int_equal(tel_store_refuse(store, "version", 310), 0);
    assert_int_equal(tel_store_commit(store), 0);
    free(day);
    tel_store_close(store);
}

void pages_odd(const char *db)
{
    static char names[200][TEL_EVENT_MAX + 1];
    static const char *const longest[] = {
        "a_field_of_16_by=the_longest_value_that_there_is_", "b=1", NULL};
    struct tel_store *store = make(db);
    struct day *day = new_day();
    const struct verb odd[] = {
        {"huge", "1", "run", 4e15, 0.0000001, 3000000, 3, NULL},
        {"tiny", "1", "run", 5, 0, 0.2, 0.1, NULL},
        {"under", "1", "run", 3, 0, 5, 0.1, NULL},
        {"w.ww-long+name_0123456789_0123456789_0123456789_0123456789_01234",
         "1.2.33333333333333333333",
         "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
         4000, 0.5, 100, 1, longest},
        {"w.ww-long+name_0123456789_0123456789_0123456789_0123456789_01234",
         "1.2.44444444444444444444",
         "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
         4000, 0.9, 900, 1, longest},
    };

    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        add_verb(day, &odd[i], odd[i].a_day);
    write_day(store, day, PAGES_FIRST);
    for (int i = 0; i < 200; i++) {
        const struct verb verb = {
            "many",    "7",         names[i], 90000.0 / (1 + i),
            0.001 * i, 1.0 + i * i, 0.5,      NULL};

        snprintf(names[i], sizeof(names[i]), "verb_%03d%s", i,
                 i % 9 == 4 ? "_with_a_long_modifier_that_explains_all" : "");
        add_verb(day, &verb, verb.a_day);
        write_day(store, day, PAGES_FIRST);
    }
    free(day);
    tel_store_close(store);
}

static const char *const all_fmt[] = {"fmt=json", "quiet=no", "fmt=csv", NULL};
static const char *const few_fmt[] = {"fmt=csv", "quiet=no", "fmt=json", NULL};

static void add_version(struct day *day, const char *version, bool latest)
{
    const struct verb both[] = {
        {"long", version, "load", 900, latest ? 0.02 : 0.09, latest ? 300 : 700,
         0.6, latest ? all_fmt : few_fmt},
        {"long", version, "save", 400, latest ? 0.06 : 0.03, 120, 0.6, NULL},
        {"long", version, "show", latest ? 1500 : 500, 0.01, 20, 0.6, NULL},
        {"long", version, "rare", 4, 0, 20, 0.6, NULL},
        {"long", version, latest ? "sync" : "upload", 200, 0.01, 20, 0.6, NULL},
    };

    for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++)
        add_verb(day, &both[i], both[i].a_day);
}

void pages_long(const char *db)
{
    static const char *const versions[] = {"1.8", "1.9", "1.10",
                                           "2.0", "2.1", "2.2"};
    struct tel_store *store = make(db);
    struct day *day = new_day();

    for (int i = 0; i < 420; i += 10) {
        add_version(day, versions[i / 70], i / 70 == 5);
        add_version(day, "devel", false);
        write_day(store, day, PAGES_FIRST + i);
    }
    free(day);
    tel_store_close(store);
}

void pages_hostile(const char *db)
{
    static const char *const fields[] = {
        "k\"><script>=</td><img src=x onerror=alert()>",
        "k\"><script>=\xff\xfe\x01\x1b[2J", NULL};
    struct tel_store *store = make(db);
    struct day *day = new_day();
    const struct verb hostile = {"</title><script>alert(1)</script>",
                                 "\"'><b>1",
                                 "]]>&amp;<!--\x7f",
                                 100,
                                 0.2,
                                 50,
                                 1,
                                 fields};

    add_verb(day, &hostile, hostile.a_day);
    write_day(store, day, PAGES_FIRST);
    free(day);
    tel_store_close(store);
}

void pages_far(const char *db)
{
    struct tel_store *store = make(db);
    struct day *day = new_day();

    add_verb(day, &verbs[0], 100);
    write_day(store, day, INT64_MAX / 2);
    free(day);
    tel_store_close(store);
}

void pages_empty(const char *db)
{
    tel_store_close(make(db));
}
