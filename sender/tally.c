/* SPDX-License-Identifier: MIT */
/*
 * dropped: how many events were dropped, by tool.
 *
 * Lines of "ID COUNT". The file is replaced as a whole.
 */
#include <stdlib.h>
#include <string.h>

#include <tel/text.h>

#include "files.h"

struct entry {
    const char *id;
    size_t id_len;
    uint64_t count;
};

/* Takes the next line off *text: false at the end. */
static bool next_entry(const char **text, struct entry *ret_entry)
{
    while (**text) {
        const char *line = *text;
        size_t len = strcspn(line, "\n");
        const char *blank = memchr(line, ' ', len);
        *text = line + len + (line[len] == '\n');
        if (!blank)
            continue;
        ret_entry->id = line;
        ret_entry->id_len = (size_t)(blank - line);
        if (tel_text_parse(blank + 1, len - ret_entry->id_len - 1,
                           UINT64_MAX / 2, &ret_entry->count))
            return true;
    }
    return false;
}

static bool is(const struct entry *entry, const char *id)
{
    return strlen(id) == entry->id_len &&
           memcmp(entry->id, id, entry->id_len) == 0;
}

static void add_entry(struct bytes *text, const char *id, size_t id_len,
                      uint64_t count)
{
    bytes_add_len(text, id, id_len);
    bytes_add(text, " ");
    bytes_add_number(text, count);
    bytes_add(text, "\n");
}

void tally_add(const struct state *state, const char *id, uint64_t events)
{
    _cleanup_bytes_ struct bytes old = BYTES_EMPTY;
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    struct entry entry;
    if (events == 0)
        return;
    (void)state_read(state->dir, "dropped", &old);
    const char *rest = old.at ? old.at : "";
    while (next_entry(&rest, &entry)) {
        if (is(&entry, id))
            events += entry.count;
        else
            add_entry(&text, entry.id, entry.id_len, entry.count);
    }
    add_entry(&text, id, strlen(id), events);
    (void)state_write(state->dir, "tmp", "dropped", &text, state_today());
}

uint64_t tally_read(const struct state *state, const char *id)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    struct entry entry;
    uint64_t sum = 0;
    (void)state_read(state->dir, "dropped", &text);
    const char *rest = text.at ? text.at : "";
    while (next_entry(&rest, &entry)) {
        if (!id || is(&entry, id))
            sum += entry.count;
    }
    return sum;
}
