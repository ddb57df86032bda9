/* SPDX-License-Identifier: MIT */
/*
 * sender: from the table to the outbox to the network. Private to sender/.
 *
 * Three processes may be at work: the one in the background, which sleeps
 * while runs go on, moves what has ended and never touches the network; the
 * child that it forks when sending is due; and tel flush or a timer. They
 * share nothing but the files, under the locks of state.h, and the tables.
 */
#ifndef TEL_SENDER_H
#define TEL_SENDER_H

#include <tel/runs.h>

#include "files.h"
#include "http.h"

#define DEFAULT_INTERVAL_S 900
#define DEFAULT_LINGER_S 60

enum mode { MODE_BACKGROUND, MODE_FLUSH, MODE_ONCE };

struct sender {
    enum mode mode;
    bool quiet;
    unsigned interval_s; /* in which one moment for sending is drawn */
    unsigned linger_s;   /* how long to stay when no run is left */
    struct tel_env env;
    char state[TEL_PATH_MAX];
};

/* ---- consent, asked again ------------------------------------------------ */

enum judgement {
    JUDGE_SEND,
    JUDGE_WAIT,   /* not now: the environment says so, or there is no policy */
    JUDGE_FORGET, /* machine or person have said no since */
    JUDGE_LOCAL   /* to be kept, and never sent */
};

struct judged {
    enum judgement what;
    char id[TEL_NAME_MAX + 1]; /* this and the rest unless JUDGE_WAIT */
    enum tel_method method;
    char endpoint[TEL_ENDPOINT_MAX + 1];
    const struct tel_policy *policy; /* until the next is judged */
};

void judge(const struct tel_env *env, const char *name,
           struct judged *ret_judged);

/* ---- when sending is due ------------------------------------------------- */

#define DUE_MAX 256
#define DUE_NEVER INT64_MAX

struct due_entry {
    char id[TEL_NAME_MAX + 1];
    int64_t when;   /* seconds of the wall clock */
    unsigned tries; /* that failed in a row */
};

struct due {
    size_t count;
    bool changed;
    int64_t loaded; /* when it was read */
    struct due_entry at[DUE_MAX];
};

void due_load(const struct state *state, struct due *ret_due);
/* Writes it where it has changed. */
void due_save(const struct state *state, struct due *due);
/* Draws a moment for this tool unless it has one. */
void due_want(struct due *due, const char *id, unsigned interval_s);
/* Draws each moment again that passed more than late_s ago. */
void due_redraw(struct due *due, unsigned interval_s, unsigned late_s);
/* Whether the moment had come when due was loaded. */
bool due_is(const struct due *due, const char *id);
int64_t due_next(const struct due *due);
void due_failed(struct due *due, const char *id, unsigned interval_s);
void due_done(struct due *due, const char *id);
/* Removes the moments that had come in before, and are still the same: their
 * tools have nothing that waits. */
void due_forget(struct due *due, const struct due *before);

/* ---- tables -------------------------------------------------------------- */

#define TABLES_MAX 2

struct tables {
    size_t count;
    struct tel_table *at[TABLES_MAX];
    char dir[TABLES_MAX][TEL_PATH_MAX];
};

#define TABLES_CLOSED \
    {                 \
        .count = 0    \
    }
#define _cleanup_tables_ __attribute__((cleanup(tables_close)))

/*
 * Opens the tables of both places; with lease only those of which no other
 * sender has the lease, and takes it. How many are open stands in count.
 */
void tables_open(const struct tel_env *env, bool lease,
                 struct tables *ret_tables);
void tables_close(struct tables *tables);
void tables_look(struct tables *tables);
struct tel_table_counts tables_count(const struct tables *tables);
/* Whether another sender is alive that moves what ends. */
bool tables_tended(const struct tables *tables);

/* ---- moving -------------------------------------------------------------- */

struct moved {
    size_t events;
    size_t bytes;
};

/*
 * Moves what has ended into the outbox: one file a tool. Takes the state's
 * lock, and draws a moment for each tool that may be sent. Adds what it moved
 * to *moved. 0, or an error that leaves in the table what could not be moved.
 */
int move_pass(const struct sender *sender, struct tables *tables,
              struct moved *moved);

/*
 * Frees only the slots whose events are in the outbox already, with the
 * state's lock held: must come before a .new is given up for a batch, or a
 * slot left by a sender that was killed would be moved twice.
 */
void move_settle(const struct state *state, struct tables *tables);

/* ---- sending ------------------------------------------------------------- */

struct delivery {
    uint64_t sent;
    uint64_t refused;
    bool failed;   /* something was tried and waits */
    char why[160]; /* of a failure that is not the network's, or empty */
};

/*
 * Sends what is due, or everything: a whole tool after the other, batch by
 * batch. wait_ms is how long to wait for another process that sends; then
 * -EBUSY.
 */
int deliver(const struct sender *sender, struct tables *tables, bool everything,
            unsigned wait_ms, struct delivery *ret_delivery);

/*
 * Freezes new events of a tool into a batch, with the state's lock held: 1
 * and the batch, or 0 where there are none.
 */
int batch_freeze(const struct state *state, const char *name,
                 const struct judged *judged, struct file *ret_file);
/* Puts the batch without its answered events in its place; it is removed
 * where none is left. */
int batch_shrink(const struct state *state, const struct file *file,
                 const struct contents *contents);

/*
 * Makes the requests of one batch, and marks the lines that were answered for
 * good, also where it fails: -EAGAIN where the endpoint wants the rest later,
 * or another negative errno where a request could not be made or written down.
 * 0 else, also where the time ran out before the last.
 */
int exchange(const struct state *state, const struct file *file,
             struct contents *contents, struct delivery *delivery);

/* ---- the log of what left ------------------------------------------------ */

struct log_record {
    off_t begin;
    off_t answer; /* where its last line is, once another record follows */
};

struct log {
    int fd;
    off_t end;
    struct log_record *open; /* the last one, while it has no last line */
};

#define LOG_CLOSED  \
    {               \
        -1, 0, NULL \
    }
#define _cleanup_log_ __attribute__((cleanup(log_close)))

/* Opens sent.log with room for need_bytes more, dropping the oldest. */
int log_open(const struct state *state, size_t need_bytes, struct log *ret_log);
void log_close(struct log *log);
/* Called before a request may leave; the record must stay until ... */
int log_request(struct log *log, struct log_record *record, const char *id,
                enum tel_method method, const char *endpoint, const char *bytes,
                size_t len);
/* ... it is answered, or known not to be. */
void log_answer(struct log *log, struct log_record *record,
                const struct http_answer *answer);

/* ---- modes --------------------------------------------------------------- */

int background_run(const struct sender *sender);
/* Both return the exit status. */
int flush_run(const struct sender *sender);
int once_run(const struct sender *sender);

/* What an answer means. */
static inline bool answer_accepted(int status)
{
    return status >= 200 && status <= 299;
}

static inline bool answer_refused(int status)
{
    return status >= 400 && status <= 499 && status != 408 && status != 429;
}

#endif
