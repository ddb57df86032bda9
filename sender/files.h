/* SPDX-License-Identifier: MIT */
/*
 * files: the files of the outbox, read and listed. Private to sender/.
 *
 * Everything here is called with the state's lock held, but for counting,
 * which may be a moment out of date. What a file holds is never trusted: a
 * line of another form is passed over.
 */
#ifndef TEL_FILES_H
#define TEL_FILES_H

#include <tel/event.h>

#include "state.h"

#define KEY_DIGITS 16 /* of a group's key, in a file's name */
#define FILE_NAME_MAX (KEY_DIGITS + 1 + TEL_NAME_MAX + sizeof(".batch"))

/* Bounds of the outbox: above them the oldest goes, down to 15/16 of them, so
 * that the next event is not the next to push some out. */
#define OUTBOX_MAX_BYTES ((size_t)4 << 20)
#define OUTBOX_MAX_EVENTS ((size_t)10000)

/* Events of one file at most, so that any one fits into a batch. */
#define NEW_MAX_EVENTS 100
#define GET_MAX_EVENTS 100
#define POST_MAX_EVENTS 500

enum file_kind { FILE_NEW, FILE_BATCH, FILE_LOCAL };

struct file {
    uint64_t key;
    char name[TEL_NAME_MAX + 1];
    enum file_kind kind;
    time_t day;
    size_t size_bytes;
};

struct files {
    struct file *at;
    size_t count;
};

#define FILES_EMPTY \
    {               \
        NULL, 0     \
    }
#define _cleanup_files_ __attribute__((cleanup(files_clear)))

/* Lists the files of the tool NAME (NULL: of all), oldest day first, and in
 * random order within a day. */
int files_scan(const struct state *state, const char *name,
               struct files *ret_files);
/* One file of each tool that has events to be sent. */
int files_tools(const struct state *state, struct files *ret_tools);
void files_clear(struct files *files);

/* Whether the group's file stands there, as new or local. */
bool files_have(const struct state *state, const char *name, uint64_t key);

/* The keys of the groups that batches hold. */
struct keys {
    uint64_t *at;
    size_t count;
};

#define KEYS_EMPTY \
    {              \
        NULL, 0    \
    }
#define _cleanup_keys_ __attribute__((cleanup(keys_clear)))

/* Reads them from the batches among files. */
int keys_read(const struct state *state, const struct files *files,
              struct keys *ret_keys);
bool keys_have(const struct keys *keys, uint64_t key);
void keys_clear(struct keys *keys);

void file_name(const struct file *file, char buf[FILE_NAME_MAX]);

/* One event that waits: pointers into the file's text, NUL-terminated. */
struct line {
    const char *key; /* 32 hexadecimal digits */
    const char *json;
    bool done; /* answered for good */
};

struct contents {
    struct bytes text;
    enum tel_method method; /* the next four of a batch only */
    const char *endpoint;
    const char *key;  /* of a POST batch, or NULL */
    const char *from; /* keys of groups, or "" */
    struct line *lines;
    size_t nlines;
    char id[TEL_NAME_MAX + 1]; /* of the first event's tool, or NAME */
};

#define CONTENTS_EMPTY \
    {                  \
        .lines = NULL  \
    }
#define _cleanup_contents_ __attribute__((cleanup(contents_clear)))

/* -EBADMSG for a batch without a usable head. */
int file_load(const struct state *state, const struct file *file,
              struct contents *ret_contents);
void contents_clear(struct contents *contents);

/* Takes the next key off a from list: false at its end. */
bool from_next(const char **from, uint64_t *ret_key);

int file_remove(const struct state *state, const struct file *file);
bool file_exists(const struct state *state, const struct file *file);
/* Makes it a .local: kept, and never sent. */
int file_keep(const struct state *state, const struct file *file);

/* Events dropped so far, of the tool whose id was met last. */
struct drops {
    char id[TEL_NAME_MAX + 1];
    uint64_t events;
};

/*
 * Removes a file; how many events it had. drops_end adds them to `dropped`,
 * in one step for many files of one tool.
 */
size_t file_drop(const struct state *state, const struct file *file,
                 struct drops *drops);
void drops_add(const struct state *state, struct drops *drops, const char *id,
               uint64_t events);
void drops_end(const struct state *state, struct drops *drops);

/*
 * Removes each .new whose events a batch holds already: a sender died between
 * the two steps.
 */
void files_recover(const struct state *state);

/*
 * Drops what is too old to be recognised as a doublet by the collector, and
 * then the oldest until the bounds are kept. What is left is counted in
 * *ret_events and *ret_bytes. Batches stay while sending is true.
 */
void files_trim(const struct state *state, bool sending, size_t *ret_events,
                size_t *ret_bytes);

/* Random bytes, and a random order. */
void draw(void *at, size_t len);
/* Uniform in 0 .. bound - 1; bound at least 1. */
uint64_t draw_below(uint64_t bound);
/* A group's key, which is not 0, and that of an event or a batch. */
uint64_t draw_key(void);
void draw_hex(char key[TEL_IDEMPOTENCY_LEN + 1]);

/* dropped: a count a tool's id. */
void tally_add(const struct state *state, const char *id, uint64_t events);
/* id NULL: the sum. */
uint64_t tally_read(const struct state *state, const char *id);

#endif
