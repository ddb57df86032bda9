/* SPDX-License-Identifier: MIT */
/* Sending what is due: tool by tool, batch by batch. */
#include <errno.h>
#include <string.h>

#include "sender.h"

struct job {
    const struct sender *sender;
    struct state *state;
    struct tables *tables;
    struct delivery *delivery;
};

static void drop(const struct state *state, const struct file *file)
{
    struct drops drops = {{0}, 0};
    (void)file_drop(state, file, &drops);
    drops_end(state, &drops);
}

/*
 * A batch that waits already: 1, or 0. One for another place than the policy
 * names today goes nowhere: the yes was to an endpoint.
 */
static int find_batch(const struct state *state, const char *name,
                      const struct judged *judged, struct file *ret_file)
{
    _cleanup_files_ struct files files = FILES_EMPTY;
    int r = files_scan(state, name, &files);
    for (size_t i = 0; r == 0 && i < files.count; i++) {
        _cleanup_contents_ struct contents contents = CONTENTS_EMPTY;
        if (files.at[i].kind != FILE_BATCH)
            continue;
        int loaded = file_load(state, &files.at[i], &contents);
        if (loaded < 0 && loaded != -EBADMSG)
            return loaded; /* it may well be readable later */
        if (loaded < 0 || contents.nlines == 0 ||
            strcmp(contents.endpoint, judged->endpoint) != 0) {
            drop(state, &files.at[i]);
            continue;
        }
        *ret_file = files.at[i];
        return 1;
    }
    return r;
}

static int next_batch(const struct job *job, const char *name,
                      const struct judged *judged, struct file *ret_file)
{
    int r = state_lock(job->state);
    if (r < 0)
        return r;
    r = find_batch(job->state, name, judged, ret_file);
    if (r == 0) {
        move_settle(job->state, job->tables);
        r = batch_freeze(job->state, name, judged, ret_file);
    }
    state_unlock(job->state);
    return r;
}

/* Removes what was answered, and counts what was refused. */
static int settle_batch(const struct job *job, const struct file *file,
                        const struct contents *contents, uint64_t refused)
{
    int r = state_lock(job->state);
    if (r < 0)
        return r;
    r = batch_shrink(job->state, file, contents);
    tally_add(job->state, contents->id, refused);
    state_unlock(job->state);
    return r;
}

static bool any_done(const struct contents *contents)
{
    for (size_t i = 0; i < contents->nlines; i++) {
        if (contents->lines[i].done)
            return true;
    }
    return false;
}

static int send_batch(const struct job *job, const struct file *file)
{
    _cleanup_contents_ struct contents contents = CONTENTS_EMPTY;
    uint64_t before = job->delivery->refused;
    int r = file_load(job->state, file, &contents);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    r = exchange(job->state, file, &contents, job->delivery);
    int settled =
        settle_batch(job, file, &contents, job->delivery->refused - before);
    if (r < 0 || settled < 0)
        return r < 0 ? r : settled;
    /* What brings nothing forward must not be tried for ever. */
    return any_done(&contents) || !file_exists(job->state, file) ? 0 : -EIO;
}

/* What the person does not want sent any more leaves the outbox. */
static void withdraw(const struct job *job, const char *name, bool keep)
{
    _cleanup_files_ struct files files = FILES_EMPTY;
    struct drops drops = {{0}, 0};
    if (state_lock(job->state) < 0)
        return;
    if (files_scan(job->state, name, &files) == 0) {
        for (size_t i = 0; i < files.count; i++) {
            if (files.at[i].kind == FILE_LOCAL)
                continue;
            if (keep)
                (void)file_keep(job->state, &files.at[i]);
            else
                (void)file_drop(job->state, &files.at[i], &drops);
        }
        drops_end(job->state, &drops);
    }
    state_unlock(job->state);
}

/* Asked before each batch: the person may have spoken since the last. */
static int send_tool(const struct job *job, const char *name)
{
    for (;;) {
        struct judged judged;
        struct file file;
        judge(&job->sender->env, name, &judged);
        if (judged.what == JUDGE_FORGET || judged.what == JUDGE_LOCAL)
            withdraw(job, name, judged.what == JUDGE_LOCAL);
        if (judged.what != JUDGE_SEND)
            return 0;
        int r = next_batch(job, name, &judged, &file);
        if (r <= 0)
            return r;
        r = send_batch(job, &file);
        if (r < 0)
            return r;
    }
}

static void set_due(const struct job *job, const char *id, int result)
{
    struct due due;
    if (state_lock(job->state) < 0)
        return;
    due_load(job->state, &due);
    if (result < 0)
        due_failed(&due, id, job->sender->interval_s);
    else
        due_done(&due, id);
    due_save(job->state, &due);
    state_unlock(job->state);
}

static void serve_tool(const struct job *job, const char *name,
                       const struct due *due)
{
    struct judged judged;
    judge(&job->sender->env, name, &judged);
    if (judged.what == JUDGE_FORGET || judged.what == JUDGE_LOCAL) {
        withdraw(job, name, judged.what == JUDGE_LOCAL);
        set_due(job, judged.id, 0);
    } else if (judged.what == JUDGE_SEND && (!due || due_is(due, judged.id))) {
        int r = send_tool(job, name);
        if (r < 0)
            job->delivery->failed = true;
        set_due(job, judged.id, r);
    }
}

/* Moments of tools for which nothing waits any more. */
static void forget_due(const struct job *job, const struct due *before)
{
    struct due due;
    if (state_lock(job->state) < 0)
        return;
    due_load(job->state, &due);
    due_forget(&due, before);
    due_save(job->state, &due);
    state_unlock(job->state);
}

static int start(const struct job *job, struct files *ret_tools)
{
    size_t events = 0;
    size_t bytes = 0;
    int r = state_lock(job->state);
    if (r < 0)
        return r;
    files_recover(job->state);
    files_trim(job->state, false, &events, &bytes);
    r = files_tools(job->state, ret_tools);
    state_unlock(job->state);
    return r;
}

int deliver(const struct sender *sender, struct tables *tables, bool everything,
            unsigned wait_ms, struct delivery *ret_delivery)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    _cleanup_files_ struct files tools = FILES_EMPTY;
    struct delivery delivery = {0};
    struct job job = {sender, &state, tables, &delivery};
    struct due due;
    int r = state_open(sender->state, false, &state);
    if (r == 0)
        r = state_lock_sending(&state, wait_ms);
    if (r == 0)
        r = start(&job, &tools);
    if (r < 0 && r != -ENOENT)
        return r;
    if (r == 0) {
        due_load(&state, &due);
        for (size_t i = 0; i < tools.count; i++)
            serve_tool(&job, tools.at[i].name, everything ? NULL : &due);
        forget_due(&job, &due);
    }
    *ret_delivery = delivery;
    return 0;
}
