/* SPDX-License-Identifier: MIT */
/*
 * due: when sending is due next, by tool.
 *
 * Lines of "ID UNIX_TIME TRIES". A moment is drawn uniformly, when the first
 * event of a tool waits, from the interval that begins then; so a request
 * tells no more than that the tool was used within the last interval. After
 * TRIES failures in a row the interval is 2^TRIES times as long, up to a day.
 * One line is all that is kept, and it goes when nothing waits any more.
 */
#include <string.h>

#include <tel/text.h>

#include "sender.h"

#define DAY_S 86400U

static int64_t now_s(void)
{
    return (int64_t)time(NULL);
}

static int64_t moment(unsigned interval_s, unsigned tries)
{
    uint64_t span = interval_s;
    while (tries-- > 0 && span < DAY_S)
        span *= 2;
    if (span > DAY_S && span > interval_s)
        span = DAY_S;
    return now_s() + (int64_t)draw_below(span + 1);
}

static struct due_entry *find(struct due *due, const char *id)
{
    for (size_t i = 0; i < due->count; i++) {
        if (strcmp(due->at[i].id, id) == 0)
            return &due->at[i];
    }
    return NULL;
}

static struct due_entry *find_or_add(struct due *due, const char *id)
{
    struct due_entry *entry = find(due, id);
    if (entry || due->count == DUE_MAX)
        return entry;
    entry = &due->at[due->count++];
    memset(entry, 0, sizeof(*entry));
    string_copy(entry->id, sizeof(entry->id), id);
    entry->when = DUE_NEVER;
    return entry;
}

static bool parse(const char *line, struct due_entry *ret_entry)
{
    struct due_entry entry = {.tries = 0};
    uint64_t when;
    uint64_t tries;
    size_t id = strcspn(line, " \n");
    const char *time_at = line + id + 1;
    if (line[id] != ' ' || !tel_name_valid(line, id))
        return false;
    size_t time_len = strcspn(time_at, " \n");
    const char *tries_at = time_at + time_len + 1;
    if (time_at[time_len] != ' ' ||
        !tel_text_parse(time_at, time_len, INT64_MAX / 2, &when) ||
        !tel_text_parse(tries_at, strcspn(tries_at, "\n"), 64, &tries))
        return false;
    memcpy(entry.id, line, id);
    entry.when = (int64_t)when;
    entry.tries = (unsigned)tries;
    *ret_entry = entry;
    return true;
}

void due_load(const struct state *state, struct due *ret_due)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    ret_due->count = 0;
    ret_due->changed = false;
    ret_due->loaded = now_s();
    if (state_read(state->dir, "due", &text) < 0)
        return;
    for (const char *line = text.at; *line && ret_due->count < DUE_MAX;) {
        if (parse(line, &ret_due->at[ret_due->count]))
            ret_due->count++;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
}

void due_save(const struct state *state, struct due *due)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    if (!due->changed)
        return;
    for (size_t i = 0; i < due->count; i++) {
        bytes_add(&text, due->at[i].id);
        bytes_add(&text, " ");
        bytes_add_number(&text, (uint64_t)due->at[i].when);
        bytes_add(&text, " ");
        bytes_add_number(&text, due->at[i].tries);
        bytes_add(&text, "\n");
    }
    if (state_write(state->dir, "tmp", "due", &text, state_today()) == 0)
        due->changed = false;
}

void due_want(struct due *due, const char *id, unsigned interval_s)
{
    struct due_entry *entry = find_or_add(due, id);
    if (entry && entry->when == DUE_NEVER) {
        entry->when = moment(interval_s, 0);
        due->changed = true;
    }
}

void due_redraw(struct due *due, unsigned interval_s, unsigned late_s)
{
    int64_t now = now_s();
    for (size_t i = 0; i < due->count; i++) {
        struct due_entry *entry = &due->at[i];
        /* One far ahead was drawn by a clock that was wrong. */
        if (entry->when >= now - (int64_t)late_s &&
            entry->when <= now + (int64_t)DAY_S + (int64_t)interval_s)
            continue;
        entry->when = moment(interval_s, 0);
        due->changed = true;
    }
}

bool due_is(const struct due *due, const char *id)
{
    for (size_t i = 0; i < due->count; i++) {
        if (strcmp(due->at[i].id, id) == 0)
            return due->at[i].when <= due->loaded;
    }
    return false;
}

int64_t due_next(const struct due *due)
{
    int64_t next = DUE_NEVER;
    for (size_t i = 0; i < due->count; i++) {
        if (due->at[i].when < next)
            next = due->at[i].when;
    }
    return next;
}

void due_failed(struct due *due, const char *id, unsigned interval_s)
{
    struct due_entry *entry = find_or_add(due, id);
    if (!entry)
        return;
    if (entry->tries < 64)
        entry->tries++;
    entry->when = moment(interval_s, entry->tries);
    due->changed = true;
}

void due_done(struct due *due, const char *id)
{
    struct due_entry *entry = find(due, id);
    if (!entry)
        return;
    *entry = due->at[--due->count];
    due->changed = true;
}

void due_forget(struct due *due, const struct due *before)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct due_entry *old = &before->at[i];
        const struct due_entry *entry = find(due, old->id);
        if (entry && entry->when == old->when && old->when <= before->loaded)
            due_done(due, old->id);
    }
}
