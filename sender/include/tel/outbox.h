/* SPDX-License-Identifier: MIT */
/*
 * outbox: what waits to be sent, as the person's own command sees it.
 *
 * The part of the sender that needs nothing but libc, so that tel can count,
 * forget and purge without libcurl. The files' forms stand at the head of
 * sender/files.c. Every function takes the state directory that
 * tel_path_state gives, and works for the effective uid only.
 *
 *     tel_outbox_count(state, "git", &counts);     name: NAME, not the id
 *     tel_outbox_each(state, NULL, show, context);
 *     tel_outbox_dropped(state, "git", &dropped);  here it is the id
 *     tel_outbox_forget(state, "git", &forgotten); after tel off
 *     tel_outbox_purge(state);                     after tel purge
 *
 * Runs that are still in the table are not seen here: the sender asks for
 * consent again when it moves them, and so forgets them too.
 *
 * Errors: 0 or a negative errno; out-parameters are untouched on failure. A
 * state directory that does not exist is an empty one. -EPERM: it belongs to
 * somebody else.
 *
 * Context: normal.
 */
#ifndef TEL_OUTBOX_H
#define TEL_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

/* The file in the state directory that holds every request that has left. */
#define TEL_LOG_FILE "sent.log"

struct tel_outbox_counts {
    uint64_t waiting; /* events to be sent */
    uint64_t local;   /* events kept here because of tel on --local */
};

/* Counts the events of the tool NAME, or of all tools where name is NULL. */
int tel_outbox_count(const char *state, const char *name,
                     struct tel_outbox_counts *ret_counts);

/* One event that waits, or is kept. */
struct tel_outbox_event {
    const char *name; /* the tool's NAME */
    bool local;       /* it is kept, and never sent */
    const char *json; /* the event, as tel_event_from_json reads it */
};

/*
 * Shows one event after the other, of the tool NAME or of all tools where
 * name is NULL, in no order; each is shown once. The strings live as long as
 * the call.
 */
int tel_outbox_each(const char *state, const char *name,
                    void (*show)(const struct tel_outbox_event *event,
                                 void *context),
                    void *context);

/*
 * How many events of the tool with this id (NULL: of all tools) were dropped:
 * too many or too old, refused by the collector, or forgotten with consent.
 * Runs that a full table dropped are counted by tel_table_dropped.
 */
int tel_outbox_dropped(const char *state, const char *id,
                       uint64_t *ret_dropped);

/*
 * Removes what waits, and what is kept, for the tool NAME, or for all tools
 * where name is NULL, and adds what waited to the dropped. A request that is
 * on its way at this moment cannot be called back; no further one follows.
 * ret_events (may be NULL) is how many events were removed.
 */
int tel_outbox_forget(const char *state, const char *name,
                      uint64_t *ret_events);

/*
 * Removes everything below the state directory that tel has put there, and
 * then the directory itself. Waits a few seconds for a sending to end.
 */
int tel_outbox_purge(const char *state);

#endif
