/* SPDX-License-Identifier: MIT */
/*
 * state: the sender's directory on disk, opened for one pass, with its two
 * locks. Private to sender/.
 *
 *     _cleanup_state_ struct state state = STATE_CLOSED;
 *     state_open(path, true, &state);
 *     state_lock_sending(&state, 0);      only who sends, and always first
 *     state_lock(&state);
 *     ... move, freeze, count, delete ...
 *     state_unlock(&state);
 *
 * `lock` is held while files in the directory change, and only for moments;
 * `send.lock` while requests are made. Who holds `lock` never waits for
 * `send.lock`. Closing gives both back, and so does the end of the process.
 *
 * Everything must belong to the effective uid, else -EPERM and nothing is
 * done. Files carry the day they were written (midnight, UTC) as their
 * time, never the moment.
 */
#ifndef TEL_STATE_H
#define TEL_STATE_H

#include <time.h>

#include "bytes.h"

struct state {
    int dir;
    int outbox;
    int lock;
    int send_lock;
};

#define STATE_CLOSED   \
    {                  \
        -1, -1, -1, -1 \
    }
#define _cleanup_state_ __attribute__((cleanup(state_close)))

/*
 * Opens the directory at path and outbox/ in it. With make they are made
 * where they are missing, but only below a directory of the person's own;
 * without, -ENOENT. *ret_state must be closed.
 */
int state_open(const char *path, bool make, struct state *ret_state);
void state_close(struct state *state);

int state_lock(struct state *state);
void state_unlock(struct state *state);
/* -EBUSY where another process still sends after wait_ms. */
int state_lock_sending(struct state *state, unsigned wait_ms);

/* Reads a whole file of the person's own; -EFBIG above 8 MiB. */
int state_read(int dir, const char *name, struct bytes *ret_bytes);

/*
 * Replaces the file name in dir in one step, over the file tmp; it is on disk
 * when this returns. day becomes its time.
 */
int state_write(int dir, const char *tmp, const char *name,
                const struct bytes *bytes, time_t day);

/* Appends all of len bytes: 0 or -errno. */
int write_all(int fd, const char *at, size_t len);

/* Midnight, UTC. */
time_t state_today(void);
/* Sets a file's time to day. */
void state_date(int fd, time_t day);

/* Removes every file in outbox/, the others, and the directories. */
int state_purge(struct state *state, const char *path);

#endif
