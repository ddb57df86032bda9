/* SPDX-License-Identifier: MIT */
/*
 * From the table to the outbox.
 *
 *   1  each slot of a group is marked with the group's key
 *   2  the group's file is written and named by that key
 *   3  the outbox's directory is on disk
 *   4  the slots are freed
 *
 * A process that dies after 1 leaves marks without a file: the next pass
 * marks the slots anew. One that dies after 2 leaves marks with a file: the
 * next pass only frees. Passes exclude each other by a lock on the table's
 * own directory, because two senders may have different state directories.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sender.h"

/* One pass's work. */
struct pass {
    const struct sender *sender;
    struct state *state;
    struct tel_table *table;
    struct tel_finished *list; /* sorted by name */
    size_t count;
    struct drops drops;
    struct due due;
    struct moved moved;
};

static void free_list(struct tel_finished **list)
{
    free(*list);
}

/* Runs of the table that are over: as many as its last look counted. */
static int read_finished(struct tel_table *table,
                         struct tel_finished **ret_list, size_t *ret_count)
{
    struct tel_table_counts counts;
    tel_table_count(table, &counts);
    size_t max = (size_t)counts.finished + counts.pending;
    struct tel_finished *list = calloc(max + 1, sizeof(*list));
    if (!list)
        return -ENOMEM;
    *ret_count = tel_table_finished(table, list, max);
    *ret_list = list;
    return 0;
}

static bool any_marked(const struct tel_finished *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].key != 0)
            return true;
    }
    return false;
}

/* Frees those in the outbox already; how many are left, at the front. */
static size_t settle(const struct state *state, struct tel_table *table,
                     struct tel_finished *list, size_t count)
{
    _cleanup_files_ struct files files = FILES_EMPTY;
    _cleanup_keys_ struct keys frozen = KEYS_EMPTY;
    size_t left = 0;
    if (!any_marked(list, count))
        return count;
    /* Without knowing what batches hold, nothing may be moved. */
    if (files_scan(state, NULL, &files) < 0 ||
        keys_read(state, &files, &frozen) < 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = list[i].key;
        if (key != 0 &&
            (files_have(state, list[i].name, key) || keys_have(&frozen, key)))
            tel_table_free(table, &list[i]);
        else
            list[left++] = list[i];
    }
    return left;
}

static void add_line(struct bytes *text, const char *json)
{
    char key[TEL_IDEMPOTENCY_LEN + 1];
    draw_hex(key);
    bytes_add(text, key);
    bytes_add(text, " ");
    bytes_add(text, json);
    bytes_add(text, "\n");
}

/* Steps 1 and 2 for runs of one tool. */
static int write_group(struct pass *pass, const struct tel_finished *group,
                       size_t count, enum file_kind kind)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    struct file file = {.key = draw_key(), .kind = kind};
    char name[FILE_NAME_MAX];
    memcpy(file.name, group->name, sizeof(file.name));
    file_name(&file, name);
    for (size_t i = 0; i < count; i++) {
        char json[TEL_EVENT_TEXT_MAX];
        if (tel_event_to_json(&group[i].event, json, sizeof(json)) >= 0)
            add_line(&text, json);
    }
    for (size_t i = 0; i < count; i++)
        tel_table_mark(pass->table, &group[i], file.key);
    pass->moved.events += count;
    pass->moved.bytes += text.len;
    return state_write(pass->state->outbox, "tmp", name, &text, state_today());
}

/* The runs of one tool, which begin at first; its policy decides anew. */
static int move_tool(struct pass *pass, struct tel_finished *first,
                     size_t count)
{
    struct judged judged;
    judge(&pass->sender->env, first->name, &judged);
    if (judged.what == JUDGE_FORGET) {
        drops_add(pass->state, &pass->drops, judged.id, count);
        return 0;
    }
    for (size_t i = 0; i < count; i += NEW_MAX_EVENTS) {
        size_t some = count - i;
        if (some > NEW_MAX_EVENTS)
            some = NEW_MAX_EVENTS;
        int r = write_group(pass, first + i, some,
                            judged.what == JUDGE_LOCAL ? FILE_LOCAL : FILE_NEW);
        if (r < 0)
            return r;
    }
    if (judged.what == JUDGE_SEND)
        due_want(&pass->due, judged.id, pass->sender->interval_s);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const struct tel_finished *one = a;
    const struct tel_finished *other = b;
    return strcmp(one->name, other->name);
}

static int move_list(struct pass *pass)
{
    size_t done = 0;
    int r = 0;
    due_load(pass->state, &pass->due);
    qsort(pass->list, pass->count, sizeof(*pass->list), by_name);
    while (done < pass->count) {
        struct tel_finished *first = &pass->list[done];
        size_t same = 1;
        while (done + same < pass->count &&
               strcmp(first[same].name, first->name) == 0)
            same++;
        r = move_tool(pass, first, same);
        if (r < 0)
            break;
        done += same;
    }
    if (done > 0 && fsync(pass->state->outbox) < 0)
        return -errno;
    for (size_t i = 0; i < done; i++)
        tel_table_free(pass->table, &pass->list[i]);
    drops_end(pass->state, &pass->drops);
    due_save(pass->state, &pass->due);
    return r;
}

static int move_table(struct pass *pass)
{
    __attribute__((cleanup(free_list))) struct tel_finished *list = NULL;
    size_t count = 0;
    int r = read_finished(pass->table, &list, &count);
    if (r < 0)
        return r;
    pass->list = list;
    pass->count = settle(pass->state, pass->table, list, count);
    return pass->count > 0 ? move_list(pass) : 0;
}

static int lock_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) < 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

int move_pass(const struct sender *sender, struct tables *tables,
              struct moved *moved)
{
    _cleanup_state_ struct state state = STATE_CLOSED;
    struct pass pass = {.sender = sender, .state = &state};
    int result = state_open(sender->state, true, &state);
    if (result < 0)
        return result;
    for (size_t i = 0; i < tables->count; i++) {
        int dir = lock_dir(tables->dir[i]);
        int r = state_lock(&state);
        if (r == 0) {
            pass.table = tables->at[i];
            /* What another process took meanwhile is seen as free. */
            tel_table_look(pass.table);
            r = move_table(&pass);
            state_unlock(&state);
        }
        if (dir >= 0)
            (void)close(dir);
        if (r < 0)
            result = r;
    }
    moved->events += pass.moved.events;
    moved->bytes += pass.moved.bytes;
    return result;
}

void move_settle(const struct state *state, struct tables *tables)
{
    for (size_t i = 0; i < tables->count; i++) {
        __attribute__((cleanup(free_list))) struct tel_finished *list = NULL;
        size_t count = 0;
        tel_table_look(tables->at[i]);
        if (read_finished(tables->at[i], &list, &count) == 0)
            (void)settle(state, tables->at[i], list, count);
    }
}
