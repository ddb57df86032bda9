/* SPDX-License-Identifier: MIT */
/*
 * box: a scratch with a collector, a consenting person, and an outbox that
 * the test fills by hand or by recorded runs.
 */
#ifndef TEL_TEST_BOX_H
#define TEL_TEST_BOX_H

#include <tel/runs.h>

#include "server.h"
#include "support.h"

struct box {
    struct scratch *scratch;
    struct server *server;
    char state[TEL_PATH_MAX];
    char table[TEL_PATH_MAX]; /* the table's directory */
};

/* Puts this process into namespaces of its own (CLONE_NEW...), where the
 * kernel lets it. Its ids stay. */
bool box_unshare(int namespaces);

struct box *box_new(void);
void box_free(struct box *box);

/* Policy and yes for NAME (the id too), to the collector; method is GET or
 * POST. */
void box_tool(struct box *box, const char *name, const char *method);
/* The same to another endpoint. */
void box_tool_at(struct box *box, const char *name, const char *method,
                 const char *endpoint);
void box_consent(struct box *box, const char *name, enum tel_answer answer);
struct tel_env box_env(const struct box *box);

/* The event of NAME whose ms is number. */
struct tel_event box_event(const char *name, unsigned number);

/* Writes a .new of count events, numbered from first on. */
void box_new_file(struct box *box, const char *name, unsigned first,
                  unsigned count);

/* Files in the outbox whose names end in suffix. */
size_t box_files(const struct box *box, const char *suffix);
/* The text of a file below the state directory, or "". Freed by the caller. */
char *box_text(const struct box *box, const char *path);
uint64_t box_waiting(const struct box *box, const char *name);
uint64_t box_dropped(const struct box *box, const char *id);

/* Runs tel-send --flush: fails unless it prints out and ends with status. */
void box_flush(struct box *box, int status, const char *out);

/* Makes the table, so that a sender can be started before the first run. */
void box_make_table(struct box *box);
/* Starts a sender in the background; the second waits until it has the
 * lease. */
pid_t box_launch(struct box *box, const char *interval, const char *linger);
pid_t box_start(struct box *box, const char *interval, const char *linger);
/*
 * Makes the table of any scratch and starts a sender there, to which a run
 * within this test is never the moment to send: it draws one in a year, where
 * one that a host starts draws one in a quarter of an hour.
 */
void tend(struct scratch *scratch);
/* Forks a process that records a run of NAME and ends with status. */
pid_t box_record(struct box *box, const char *name, int status);
/* The same, and waits for its end. */
void box_recorded(struct box *box, const char *name, int status);

#endif
