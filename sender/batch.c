/* SPDX-License-Identifier: MIT */
/* Freezing new events into a batch, and shrinking one that was answered. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sender.h"

/* The groups that go into a batch; their lines point into contents. */
struct choice {
    struct file files[POST_MAX_EVENTS];
    struct contents contents[POST_MAX_EVENTS];
    size_t nfiles;
    struct line lines[POST_MAX_EVENTS];
    size_t nlines;
};

static void clear(struct choice *choice)
{
    for (size_t i = 0; i < choice->nfiles; i++)
        contents_clear(&choice->contents[i]);
    free(choice);
}

/*
 * Whether the policy of today explains the event: its id, what it is called,
 * how it ended, each field and value. It may be of an earlier version, and
 * tell less; of the duration only counts whether it is told.
 */
static bool explains(const struct tel_policy *policy, const char *json)
{
    const struct tel_coarse *coarse = &policy->coarse;
    struct tel_event event;
    if (tel_event_from_json(json, strlen(json), &event, NULL) < 0 ||
        (event.ms >= 0 && coarse->ms == TEL_MS_OFF))
        return false;
    string_copy(event.version, sizeof(event.version), "devel");
    if (tel_release_valid(tel_str_at(policy, policy->version),
                          policy->version.len))
        (void)tel_str_copy(policy, policy->version, event.version,
                           sizeof(event.version));
    if (event.end == TEL_END_UNSAID && coarse->exit != TEL_EXIT_OFF)
        event.end = TEL_END_LOST;
    event.ms = coarse->ms == TEL_MS_OFF || event.end == TEL_END_LOST ? -1 : 0;
    return tel_event_allowed(&event, policy) == TEL_ACCEPTED;
}

/*
 * The yes is to what the policy of today lists. What waits may be of another
 * one: of this NAME in another folder, or from before the person said yes anew.
 */
static void keep_explained(const struct state *state,
                           const struct tel_policy *policy,
                           struct contents *contents)
{
    struct drops drops = {{0}, 0};
    size_t kept = 0;
    for (size_t i = 0; i < contents->nlines; i++) {
        if (explains(policy, contents->lines[i].json))
            contents->lines[kept++] = contents->lines[i];
    }
    drops_add(state, &drops, contents->id, contents->nlines - kept);
    drops_end(state, &drops);
    contents->nlines = kept;
}

/* Takes whole files only: a batch names the files that it replaces. */
static void choose(const struct state *state, const struct files *files,
                   const struct judged *judged, struct choice *choice)
{
    size_t max = judged->method == TEL_GET ? GET_MAX_EVENTS : POST_MAX_EVENTS;
    for (size_t i = 0; i < files->count && choice->nfiles < max; i++) {
        const struct file *file = &files->at[i];
        struct contents contents = CONTENTS_EMPTY;
        if (file->kind != FILE_NEW || file_load(state, file, &contents) < 0)
            continue;
        if (contents.nlines > 0 && contents.nlines <= max &&
            choice->nlines + contents.nlines > max) {
            contents_clear(&contents);
            continue;
        }
        if (contents.nlines <= max)
            keep_explained(state, judged->policy, &contents);
        if (contents.nlines == 0 || contents.nlines > max) {
            (void)file_remove(state, file);
            contents_clear(&contents);
            continue;
        }
        memcpy(&choice->lines[choice->nlines], contents.lines,
               contents.nlines * sizeof(*contents.lines));
        choice->nlines += contents.nlines;
        choice->files[choice->nfiles] = *file;
        choice->contents[choice->nfiles++] = contents;
    }
}

static void shuffle(struct line *lines, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)draw_below(i);
        struct line line = lines[i - 1];
        lines[i - 1] = lines[j];
        lines[j] = line;
    }
}

static void add_head(struct bytes *text, enum tel_method method,
                     const char *endpoint, const char *key)
{
    bytes_add(text, method == TEL_GET ? "method GET\n" : "method POST\n");
    bytes_add(text, "endpoint ");
    bytes_add(text, endpoint);
    bytes_add(text, "\n");
    if (method == TEL_POST) {
        bytes_add(text, "key ");
        bytes_add(text, key);
        bytes_add(text, "\n");
    }
}

static void add_lines(struct bytes *text, const struct line *lines,
                      size_t count)
{
    bytes_add(text, "\n");
    for (size_t i = 0; i < count; i++) {
        if (lines[i].done)
            continue;
        bytes_add(text, lines[i].key);
        bytes_add(text, " ");
        bytes_add(text, lines[i].json);
        bytes_add(text, "\n");
    }
}

static int write_batch(const struct state *state, const char *name,
                       const struct judged *judged, struct choice *choice,
                       struct file *ret_file)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    struct file file = {.key = draw_key(), .kind = FILE_BATCH};
    char path[FILE_NAME_MAX];
    char key[TEL_IDEMPOTENCY_LEN + 1];
    memcpy(file.name, name, strlen(name));
    file.day = state_today();
    file_name(&file, path);
    draw_hex(key);
    add_head(&text, judged->method, judged->endpoint, key);
    bytes_add(&text, "from");
    for (size_t i = 0; i < choice->nfiles; i++) {
        char from[FILE_NAME_MAX];
        file_name(&choice->files[i], from);
        bytes_add(&text, " ");
        bytes_add_len(&text, from, KEY_DIGITS);
    }
    bytes_add(&text, "\n");
    add_lines(&text, choice->lines, choice->nlines);
    int r = state_write(state->outbox, "tmp", path, &text, file.day);
    if (r == 0 && fsync(state->outbox) < 0)
        r = -errno;
    if (r == 0)
        *ret_file = file;
    return r;
}

static int freeze(const struct state *state, const char *name,
                  const struct judged *judged, struct choice *choice,
                  struct file *ret_file)
{
    _cleanup_files_ struct files files = FILES_EMPTY;
    int r = files_scan(state, name, &files);
    if (r < 0)
        return r;
    choose(state, &files, judged, choice);
    if (choice->nlines == 0)
        return 0;
    shuffle(choice->lines, choice->nlines);
    r = write_batch(state, name, judged, choice, ret_file);
    if (r < 0)
        return r;
    for (size_t i = 0; i < choice->nfiles; i++)
        (void)file_remove(state, &choice->files[i]);
    return 1;
}

int batch_freeze(const struct state *state, const char *name,
                 const struct judged *judged, struct file *ret_file)
{
    struct choice *choice = calloc(1, sizeof(*choice));
    if (!choice)
        return -ENOMEM;
    int r = freeze(state, name, judged, choice, ret_file);
    clear(choice);
    return r;
}

int batch_shrink(const struct state *state, const struct file *file,
                 const struct contents *contents)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    char path[FILE_NAME_MAX];
    size_t left = 0;
    for (size_t i = 0; i < contents->nlines; i++)
        left += !contents->lines[i].done;
    if (left == contents->nlines && left > 0)
        return 0;
    if (!file_exists(state, file))
        return 0;
    if (left == 0)
        return file_remove(state, file);
    file_name(file, path);
    add_head(&text, contents->method, contents->endpoint, contents->key);
    bytes_add(&text, "from ");
    bytes_add(&text, contents->from);
    bytes_add(&text, "\n");
    add_lines(&text, contents->lines, contents->nlines);
    return state_write(state->outbox, "tmp", path, &text, file->day);
}
