/* SPDX-License-Identifier: MIT */
/*
 * connections: who is connected, since when each of them has kept us waiting,
 * and the end of those that do so too long.
 *
 * A client owes us something (the rest of a request, or room for an answer)
 * from when it connects or was last answered, except while its request is
 * with the queue. What it owes is due after deadline_ms, however many bytes
 * come meanwhile. As this is the same for all, they are kept in the order in
 * which they fall due.
 *
 * A connection is ended by shutdown, of which the daemon hears as of a client
 * that left. Of the client itself nothing is known here but a descriptor.
 *
 * Context: normal; one thread, which is the daemon's too, so that no
 * descriptor is closed or used anew behind its back.
 */
#ifndef TEL_COLLECTOR_CONNECTIONS_H
#define TEL_COLLECTOR_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct tel_connection {
    struct tel_connection *previous;
    struct tel_connection *next;
    int fd;
    bool owes;
    uint32_t answers;
    uint64_t since_ms; /* where it owes */
    void *request;     /* the one under way; whoever opened it knows what */
};

struct tel_connections {
    struct tel_connection *first; /* of those that owe: the longest */
    struct tel_connection *last;
    uint32_t count; /* of all */
    uint32_t max;
    uint64_t deadline_ms;
};

/* A new one, which owes a request. NULL: out of memory. */
struct tel_connection *tel_connection_open(struct tel_connections *connections,
                                           int fd, uint64_t now_ms);
/* Forgets it. Accepts NULL. */
void tel_connection_close(struct tel_connections *connections,
                          struct tel_connection *connection);

/* From now on it owes us something, or nothing more. Both accept NULL. */
void tel_connection_owes(struct tel_connections *connections,
                         struct tel_connection *connection, uint64_t now_ms);
void tel_connection_rests(struct tel_connections *connections,
                          struct tel_connection *connection);

/* Ends those that are overdue. */
void tel_connections_cut(struct tel_connections *connections, uint64_t now_ms);

/* In how many milliseconds the next one falls due; -1: none owes. */
int tel_connections_due_ms(const struct tel_connections *connections,
                           uint64_t now_ms);

/*
 * Whether there is a place for one more. Where there is none, the one that
 * has owed longest gives up its own, which is free a little later; but not
 * before a tenth of the deadline, so that a crowd of honest clients waits
 * instead of throwing each other out.
 */
bool tel_connections_make_room(struct tel_connections *connections,
                               uint64_t now_ms);

/* In how many milliseconds it is worth asking for: 0: now, -1: once one was
 * answered or left. */
int tel_connections_room_ms(const struct tel_connections *connections,
                            uint64_t now_ms);

#endif
