/* SPDX-License-Identifier: MIT */
/* What waits to be sent, as the person's own command sees it. */
#include <tel/outbox.h>

#include <errno.h>

#include "files.h"

#define PURGE_WAIT_MS 6000

int tel_outbox_each(const char *path, const char *name,
                    void (*show)(const struct tel_outbox_event *event,
                                 void *context),
                    void *context)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    _cleanup_files_ struct files files = FILES_EMPTY;
    _cleanup_keys_ struct keys frozen = KEYS_EMPTY;
    int r = state_open(path, false, &state);
    if (r == 0)
        r = files_scan(&state, name, &files);
    if (r == 0)
        r = keys_read(&state, &files, &frozen);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (size_t i = 0; i < files.count; i++) {
        const struct file *file = &files.at[i];
        _cleanup_contents_ struct contents contents = CONTENTS_EMPTY;
        if (file_load(&state, file, &contents) < 0 ||
            (file->kind == FILE_NEW && keys_have(&frozen, file->key)))
            continue;
        for (size_t n = 0; n < contents.nlines; n++) {
            struct tel_outbox_event event = {.name = file->name,
                                             .local = file->kind == FILE_LOCAL,
                                             .json = contents.lines[n].json};
            show(&event, context);
        }
    }
    return 0;
}

static void count_one(const struct tel_outbox_event *event, void *context)
{
    struct tel_outbox_counts *counts = context;
    if (event->local)
        counts->local++;
    else
        counts->waiting++;
}

int tel_outbox_count(const char *path, const char *name,
                     struct tel_outbox_counts *ret_counts)
{
    struct tel_outbox_counts counts = {0, 0};
    int r = tel_outbox_each(path, name, count_one, &counts);
    if (r == 0)
        *ret_counts = counts;
    return r;
}

int tel_outbox_dropped(const char *path, const char *id, uint64_t *ret_dropped)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    int r = state_open(path, false, &state);
    if (r < 0 && r != -ENOENT)
        return r;
    *ret_dropped = r < 0 ? 0 : tally_read(&state, id);
    return 0;
}

int tel_outbox_forget(const char *path, const char *name, uint64_t *ret_events)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    _cleanup_files_ struct files files = FILES_EMPTY;
    struct drops drops = {{0}, 0};
    uint64_t events = 0;
    int r = state_open(path, false, &state);
    if (r == 0)
        r = state_lock(&state);
    if (r == 0) {
        files_recover(&state);
        r = files_scan(&state, name, &files);
    }
    if (r < 0 && r != -ENOENT)
        return r;
    for (size_t i = 0; i < files.count; i++)
        events += file_drop(&state, &files.at[i], &drops);
    drops_end(&state, &drops);
    if (ret_events)
        *ret_events = events;
    return 0;
}

int tel_outbox_purge(const char *path)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    int r = state_open(path, false, &state);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    /* One that hangs for longer does not keep the person from forgetting. */
    r = state_lock_sending(&state, PURGE_WAIT_MS);
    if (r == 0 || r == -EBUSY)
        r = state_lock(&state);
    if (r < 0)
        return r;
    return state_purge(&state, path);
}
