/* SPDX-License-Identifier: MIT */
/* intake: the events of one request are checked, counted and answered. */
#include "intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "totals.h"

/* Refusals of the whole group, by their reason. */
enum { REASON_KEY = TEL_REFUSALS, REASON_SIZE, REASONS };

/* Not an answer yet: it will be that of the request of the same key that
 * stands before it in the group. */
#define STATUS_TWIN 1U

/* What is gathered for the store while the group's requests are read. */
struct group {
    const struct tel_tools *tools;
    struct tel_sums *sums;
    uint64_t refused[REASONS]; /* the first by enum tel_refusal */
};

/* What became of a request's events. */
struct tally {
    size_t accepted;
    enum tel_refusal furthest; /* of the refused */
};

static const char *reason_name(size_t reason)
{
    if (reason == REASON_KEY)
        return TEL_INTAKE_REFUSED_KEY;
    if (reason == REASON_SIZE)
        return TEL_INTAKE_REFUSED_SIZE;
    return tel_refusal_name((enum tel_refusal)reason);
}

/* By a table, because no processor foresees whether the next of a random key's
 * digits is a letter. */
static int hex(char digit)
{
    static const uint8_t one_more[256] = {
        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
        ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
        ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
        ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

    return one_more[(unsigned char)digit] - 1;
}

static void refuse(struct tel_intake *intake, struct group *group,
                   unsigned status, size_t reason)
{
    intake->status = status;
    intake->reason = reason_name(reason);
    group->refused[reason]++;
}

static int take_event(enum tel_method method, const char *text, size_t len,
                      struct group *group, struct tally *tally)
{
    enum tel_refusal refusal = TEL_REFUSED_FORM;
    struct tel_event event;
    int r = method == TEL_GET ? tel_event_from_query(text, len, &event, NULL)
                              : tel_event_from_json(text, len, &event, NULL);

    if (r == 0)
        refusal = tel_tools_allowed(group->tools, &event);
    if (refusal == TEL_ACCEPTED) {
        tally->accepted++;
        return tel_totals_add(group->sums, &event);
    }
    if (refusal > tally->furthest)
        tally->furthest = refusal;
    group->refused[refusal]++;
    return 0;
}

static int take_lines(const struct tel_intake *intake, struct group *group,
                      struct tally *tally)
{
    const char *at = intake->text;
    const char *end = at + intake->len;
    int r = 0;

    while (r == 0 && at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;

        r = take_event(TEL_POST, at, (size_t)(stop - at), group, tally);
        at = stop + 1;
    }
    return r;
}

/* Counts one request's events and sets its answer. */
static int take_one(struct tel_intake *intake, struct group *group)
{
    struct tally tally = {0, TEL_ACCEPTED};
    int r;

    if (intake->probe) {
        intake->status = 200;
        return 0;
    }
    if (intake->len == 0) {
        refuse(intake, group, 400, TEL_REFUSED_FORM);
        return 0;
    }
    if (intake->method == TEL_GET)
        r = take_event(TEL_GET, intake->text, intake->len, group, &tally);
    else
        r = take_lines(intake, group, &tally);
    if (tally.accepted > 0) {
        intake->status = 204;
        return r;
    }
    intake->status = tally.furthest == TEL_REFUSED_FORM ? 400 : 422;
    intake->reason = tel_refusal_name(tally.furthest);
    return r;
}

/* Refused before it was read: only the reason is counted. */
static void take_unread(const struct tel_intake *intake, struct group *group)
{
    for (size_t i = 0; i < REASONS; i++) {
        if (strcmp(reason_name(i), intake->reason) == 0)
            group->refused[i]++;
    }
}

static int by_key(const void *a, const void *b)
{
    const struct tel_intake *const *x = a;
    const struct tel_intake *const *y = b;

    return memcmp(&(*x)->key, &(*y)->key, sizeof((*x)->key));
}

/*
 * Claims the keys of those that have one, and answers those whose key has
 * been seen. keyed is in the order of keys.
 */
static int claim(struct tel_intake *const *keyed, size_t count,
                 struct tel_store *store)
{
    struct tel_store_key *keys = calloc(count + 1, sizeof(*keys));
    bool *fresh = calloc(count + 1, sizeof(*fresh));
    int r = keys == NULL || fresh == NULL ? -ENOMEM : 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        keys[i] = keyed[i]->key;
    if (r == 0)
        r = tel_store_claim(store, keys, count, fresh);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!fresh[i])
            keyed[i]->status = i > 0 && by_key(&keyed[i - 1], &keyed[i]) == 0
                                   ? STATUS_TWIN
                                   : 204;
    }
    free(fresh);
    free(keys);
    return r;
}

/*
 * Only what counted is remembered: a refused batch may be sent again to a
 * collector that has learnt its tool meanwhile.
 */
static int release_refused(struct tel_intake *const *keyed, size_t count,
                           struct tel_store *store)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        if (keyed[i]->status == STATUS_TWIN) {
            keyed[i]->status = keyed[i - 1]->status;
            keyed[i]->reason = keyed[i - 1]->reason;
        } else if (keyed[i]->status != 204) {
            r = tel_store_release(store, &keyed[i]->key, 1);
        }
    }
    return r;
}

static int store_sums(struct group *group, struct tel_store *store)
{
    const struct tel_sum *list = NULL;
    size_t count = 0;
    int r;

    tel_sums_list(group->sums, &list, &count);
    r = tel_store_add(store, list, count);
    for (size_t i = 0; r == 0 && i < REASONS; i++) {
        if (group->refused[i] > 0)
            r = tel_store_refuse(store, reason_name(i), group->refused[i]);
    }
    return r;
}

size_t tel_intake_lines(const char *text, size_t len)
{
    size_t lines = len > 0 && text[len - 1] != '\n' ? 1 : 0;

    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    return lines;
}

int tel_intake_key(const char *digits, size_t len,
                   struct tel_store_key *ret_key)
{
    struct tel_store_key key;

    if (len != TEL_IDEMPOTENCY_LEN)
        return -EINVAL;
    for (size_t i = 0; i < sizeof(key.bytes); i++) {
        int high = hex(digits[2 * i]);
        int low = hex(digits[2 * i + 1]);

        if (high < 0 || low < 0)
            return -EINVAL;
        key.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *ret_key = key;
    return 0;
}

int tel_intake_probe(struct tel_intake *intake)
{
    intake->probe = true;
    intake->keyed = true;
    return getrandom(&intake->key, sizeof(intake->key), 0) ==
                   (ssize_t)sizeof(intake->key)
               ? 0
               : -EIO;
}

int tel_intake_take(struct tel_intake *const *group, size_t count,
                    const struct tel_tools *tools, struct tel_store *store,
                    struct tel_sums *sums)
{
    struct group gathered = {.tools = tools, .sums = sums};
    struct tel_intake **keyed = calloc(count + 1, sizeof(struct tel_intake *));
    size_t nkeyed = 0;
    bool probed = false;
    int r;

    if (keyed == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (group[i]->status != 0)
            take_unread(group[i], &gathered);
        else if (group[i]->keyed)
            keyed[nkeyed++] = group[i];
        probed = probed || group[i]->probe;
    }
    qsort(keyed, nkeyed, sizeof(struct tel_intake *), by_key);
    r = claim(keyed, nkeyed, store);
    if (r == 0 && probed)
        r = tel_store_touch(store);
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (group[i]->status == 0)
            r = take_one(group[i], &gathered);
    }
    if (r == 0)
        r = release_refused(keyed, nkeyed, store);
    if (r == 0)
        r = store_sums(&gathered, store);
    free(keyed);
    return r;
}
