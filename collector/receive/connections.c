/* SPDX-License-Identifier: MIT */
/* connections: the end of clients that keep a collector waiting too long. */
#include "connections.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>

static void append(struct tel_connections *connections,
                   struct tel_connection *connection)
{
    connection->next = NULL;
    connection->previous = connections->last;
    if (connections->last != NULL)
        connections->last->next = connection;
    else
        connections->first = connection;
    connections->last = connection;
}

static void take_out(struct tel_connections *connections,
                     struct tel_connection *connection)
{
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    else
        connections->last = connection->previous;
}

/* In how many milliseconds the first one has owed for so long. */
static int due_ms(const struct tel_connections *connections, uint64_t after_ms,
                  uint64_t now_ms)
{
    uint64_t at_ms;

    if (connections->first == NULL)
        return -1;
    at_ms = connections->first->since_ms + after_ms;
    if (at_ms <= now_ms)
        return 0;
    return at_ms - now_ms < INT_MAX ? (int)(at_ms - now_ms) : INT_MAX;
}

/* Once is enough: it owes no more, and leaves when the daemon hears of it. */
static void end(struct tel_connections *connections,
                struct tel_connection *connection)
{
    tel_connection_rests(connections, connection);
    (void)shutdown(connection->fd, SHUT_RDWR);
}

struct tel_connection *tel_connection_open(struct tel_connections *connections,
                                           int fd, uint64_t now_ms)
{
    struct tel_connection *connection = calloc(1, sizeof(*connection));

    if (connection == NULL)
        return NULL;
    connection->fd = fd;
    connections->count++;
    tel_connection_owes(connections, connection, now_ms);
    return connection;
}

void tel_connection_close(struct tel_connections *connections,
                          struct tel_connection *connection)
{
    if (connection == NULL)
        return;
    tel_connection_rests(connections, connection);
    connections->count--;
    free(connection);
}

void tel_connection_owes(struct tel_connections *connections,
                         struct tel_connection *connection, uint64_t now_ms)
{
    tel_connection_rests(connections, connection);
    if (connection == NULL)
        return;
    connection->owes = true;
    connection->since_ms = now_ms;
    append(connections, connection);
}

void tel_connection_rests(struct tel_connections *connections,
                          struct tel_connection *connection)
{
    if (connection == NULL || !connection->owes)
        return;
    connection->owes = false;
    take_out(connections, connection);
}

void tel_connections_cut(struct tel_connections *connections, uint64_t now_ms)
{
    while (tel_connections_due_ms(connections, now_ms) == 0)
        end(connections, connections->first);
}

int tel_connections_due_ms(const struct tel_connections *connections,
                           uint64_t now_ms)
{
    return due_ms(connections, connections->deadline_ms, now_ms);
}

bool tel_connections_make_room(struct tel_connections *connections,
                               uint64_t now_ms)
{
    if (connections->count < connections->max)
        return true;
    if (tel_connections_room_ms(connections, now_ms) == 0)
        end(connections, connections->first);
    return false;
}

int tel_connections_room_ms(const struct tel_connections *connections,
                            uint64_t now_ms)
{
    if (connections->count < connections->max)
        return 0;
    return due_ms(connections, connections->deadline_ms / 10, now_ms);
}
