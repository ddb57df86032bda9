/* SPDX-License-Identifier: MIT */
/*
 * postgres: what the parts of the PostgreSQL store share. The
 * database's form stands at the head of postgres.c.
 *
 * postgres_link.c is the connection: statements are queued, and wait
 * for nothing, until somebody asks how they went:
 *
 *     pg->deadline_ms = tel_pg_now_ms() + TEL_PG_GROUP_MS;
 *     tel_pg_connect(pg);
 *     tel_pg_send(pg, "BEGIN", NULL, 0);
 *     tel_pg_send(pg, "SELECT number FROM tel_generation", NULL, 0);
 *     tel_pg_settle(pg, &last);       one round trip for both
 *
 * A failure leaves the database's words in store.fault and its code in
 * pg->code, and gives the connection up unless the database has only rolled
 * back: the next tel_pg_connect makes a new one.
 */
#ifndef TEL_COLLECTOR_STORE_POSTGRES_H
#define TEL_COLLECTOR_STORE_POSTGRES_H

#include <libpq-fe.h>

#include "kind.h"

/* What a group may take from begin to the end of commit, a new connection
 * included: less than half of a sender's 5 s, since a request may have waited
 * for the group before. */
#define TEL_PG_GROUP_MS 2000

/* Where nobody waits for an answer. */
#define TEL_PG_PATIENT_MS 30000

/* tel_seen is swept in so many slices, by the first bits of the key. */
#define TEL_PG_SLICES 1024U

/* PostgreSQL's numbers for the types that arrays are made of. */
enum pg_type { PG_BIGINT = 20, PG_TEXT = 25, PG_UUID = 2950 };

struct pg_store {
    struct tel_store store; /* first */
    char *url;
    char name[TEL_STORE_SHOWN]; /* what messages call it */
    bool writes;
    PGconn *conn;        /* NULL: none, or given up */
    size_t queued;       /* statements since the last settle */
    int64_t deadline_ms; /* for whatever waits, by tel_pg_now_ms */
    char code[6];        /* of the last failure; "" where it has none */
    int64_t day;         /* of the transaction */
    struct tel_store_generation generation;
    unsigned sweep; /* the next slice of keys to sweep */
};

/* A value of a statement: text, or binary where len is not 0. NULL bytes are
 * no value. */
struct pg_value {
    const char *bytes;
    size_t len;
};

/* A number as a text value; buf must live until it is sent. */
#define TEL_PG_DIGITS 24
struct pg_value tel_pg_number(char buf[TEL_PG_DIGITS], int64_t n);

int tel_pg_new(const char *url, bool writes, const struct tel_store_kind *kind,
               struct pg_store **ret_store, struct tel_err *err);
void tel_pg_close(struct tel_store *store);

/* The kind's own view of a store. */
struct pg_store *tel_pg_of(struct tel_store *store);

int64_t tel_pg_now_ms(void);

/* A connection with its settings, where there is none. 0, -EIO or -ENOMEM. */
int tel_pg_connect(struct pg_store *pg);
void tel_pg_disconnect(struct pg_store *pg);

/* Queues a statement; its values may go once the call has returned. */
int tel_pg_send(struct pg_store *pg, const char *sql,
                const struct pg_value *values, size_t count);
/* Queues the making of a prepared statement, and its use. */
int tel_pg_prepare(struct pg_store *pg, const char *name, const char *sql);
int tel_pg_send_prepared(struct pg_store *pg, const char *name,
                         const struct pg_value *values, size_t count,
                         bool binary);

/*
 * Waits for all that was queued: 0, and the last one's result, which the
 * caller clears (NULL: it does not matter); or -EIO for the first that failed.
 */
int tel_pg_settle(struct pg_store *pg, PGresult **ret_last);

/* For a single statement: calls row for each row as it comes. */
int tel_pg_each(struct pg_store *pg,
                int (*row)(void *context, const PGresult *result),
                void *context);

/* Whether the last failure has this code, or is of this class. */
bool tel_pg_failed_as(const struct pg_store *pg, const char *code);

/*
 * A list as PostgreSQL takes it in binary, for a parameter of an array type:
 * begin, as many puts, and then value. free accepts what is all zero.
 */
struct pg_array {
    char *bytes;
    size_t len;
    size_t size;
    bool failed; /* out of memory */
};
void tel_pg_array_begin(struct pg_array *array, enum pg_type type,
                        size_t count);
void tel_pg_array_put(struct pg_array *array, const void *bytes, size_t len);
void tel_pg_array_put_number(struct pg_array *array, uint64_t number);
struct pg_value tel_pg_array_value(const struct pg_array *array);
void tel_pg_array_free(struct pg_array *array);

/* What each group asks. The first value is the day as a number, but of claim
 * the generation; claim's result is binary. */
enum pg_statement {
    PG_CLAIM,
    PG_RELEASE, /* has no day: the keys alone */
    PG_ADD,
    PG_ADD_BOUND,
    PG_REFUSE,
    PG_STATEMENTS
};
#define TEL_PG_DAY_1 "date '1970-01-01' + $1::integer"

/* Queues one of them. */
int tel_pg_use(struct pg_store *pg, enum pg_statement which,
               const struct pg_value *values, size_t count);

/* Prepares them, on a connection that is there; and makes one before, where
 * there is none. */
int tel_pg_prepare_all(struct pg_store *pg);
int tel_pg_connect_writer(struct pg_store *pg);

/* Asks for the generation by this statement, within a transaction. */
int tel_pg_find_generation(struct pg_store *pg, const char *sql);
/* Turns it, which another may have done meanwhile, and ends the transaction:
 * so that its row is locked for no group. */
int tel_pg_turn(struct pg_store *pg, int64_t day);
/* Queues the deletion of one slice's keys whose time is over. */
int tel_pg_sweep(struct pg_store *pg);
int tel_pg_claim(struct tel_store *store, const struct tel_store_key *keys,
                 size_t count, bool *ret_fresh);
int tel_pg_release(struct tel_store *store, const struct tel_store_key *keys,
                   size_t count);

/* What the writer's half does. */
extern const struct tel_store_kind tel_pg_writer;

/* 0, -ENOENT where there is no store yet, -EBADMSG where it is of another
 * form or not ours, or -EIO. */
int tel_pg_check(struct pg_store *pg, struct tel_err *err);

int tel_pg_each_total(struct tel_store *store,
                      const struct tel_store_range *range,
                      int (*row)(void *context, int64_t day,
                                 const struct tel_cell *cell, uint64_t n),
                      void *context);
int tel_pg_each_refusal(struct tel_store *store,
                        const struct tel_store_range *range,
                        int (*row)(void *context, int64_t day,
                                   const char *reason, uint64_t n),
                        void *context);

#endif
