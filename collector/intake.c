/* SPDX-License-Identifier: MIT */
/* intake: the events of one request are checked, counted and answered. */
#include "intake.h"

#include <errno.h>
#include <string.h>

#include "totals.h"

/* What became of a request's events so far. */
struct tally {
    size_t accepted;
    enum tel_refusal furthest; /* of the refused */
};

static int hex(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

static int refuse(struct tel_intake *intake, struct tel_store *store,
                  unsigned status, const char *reason)
{
    intake->status = status;
    intake->reason = reason;
    return tel_store_refuse(store, reason);
}

static int take_event(enum tel_method method, const char *text, size_t len,
                      const struct tel_tools *tools, struct tel_store *store,
                      struct tally *tally)
{
    enum tel_refusal refusal = TEL_REFUSED_FORM;
    struct tel_event event;
    int r = method == TEL_GET ? tel_event_from_query(text, len, &event, NULL)
                              : tel_event_from_json(text, len, &event, NULL);

    if (r == 0)
        refusal = tel_tools_allowed(tools, &event);
    if (refusal == TEL_ACCEPTED) {
        tally->accepted++;
        return tel_totals_add(store, &event);
    }
    if (refusal > tally->furthest)
        tally->furthest = refusal;
    return tel_store_refuse(store, tel_refusal_name(refusal));
}

/* A batch's lines: the last newline may be missing. */
static size_t count_lines(const char *text, size_t len)
{
    size_t lines = len > 0 && text[len - 1] != '\n' ? 1 : 0;

    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    return lines;
}

static int take_lines(const struct tel_intake *intake,
                      const struct tel_tools *tools, struct tel_store *store,
                      struct tally *tally)
{
    const char *at = intake->text;
    const char *end = at + intake->len;
    int r = 0;

    while (r == 0 && at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;

        r = take_event(TEL_POST, at, (size_t)(stop - at), tools, store, tally);
        at = stop + 1;
    }
    return r;
}

static int take_all(const struct tel_intake *intake,
                    const struct tel_tools *tools, struct tel_store *store,
                    struct tally *tally)
{
    if (intake->method == TEL_GET)
        return take_event(TEL_GET, intake->text, intake->len, tools, store,
                          tally);
    return take_lines(intake, tools, store, tally);
}

int tel_intake_key(const char *digits, size_t len,
                   uint8_t ret_key[TEL_STORE_KEY])
{
    uint8_t key[TEL_STORE_KEY];

    if (len != TEL_IDEMPOTENCY_LEN)
        return -EINVAL;
    for (size_t i = 0; i < sizeof(key); i++) {
        int high = hex(digits[2 * i]);
        int low = hex(digits[2 * i + 1]);

        if (high < 0 || low < 0)
            return -EINVAL;
        key[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(ret_key, key, sizeof(key));
    return 0;
}

int tel_intake_take(struct tel_intake *intake, const struct tel_tools *tools,
                    struct tel_store *store)
{
    struct tally tally = {0, TEL_ACCEPTED};
    bool seen = false;
    int r;

    if (intake->status != 0)
        return tel_store_refuse(store, intake->reason);
    if (intake->len == 0)
        return refuse(intake, store, 400, tel_refusal_name(TEL_REFUSED_FORM));
    if (intake->method == TEL_POST &&
        count_lines(intake->text, intake->len) > TEL_INTAKE_EVENTS_MAX)
        return refuse(intake, store, 413, TEL_INTAKE_REFUSED_SIZE);
    if (intake->keyed) {
        r = tel_store_seen(store, intake->key, &seen);
        if (r < 0)
            return r;
    }
    if (!seen) {
        r = take_all(intake, tools, store, &tally);
        /* Only what counted is remembered: a refused batch may be sent again
         * to a collector that has learnt its tool meanwhile. */
        if (r == 0 && tally.accepted > 0 && intake->keyed)
            r = tel_store_remember(store, intake->key);
        if (r < 0)
            return r;
    }
    if (seen || tally.accepted > 0) {
        intake->status = 204;
        return 0;
    }
    intake->status = tally.furthest == TEL_REFUSED_FORM ? 400 : 422;
    intake->reason = tel_refusal_name(tally.furthest);
    return 0;
}
