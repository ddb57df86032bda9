/* SPDX-License-Identifier: MIT */
/*
 * meter: what a collector counts of itself, for /metrics: numbers since it
 * was started, of all clients together, and nothing else of any request.
 *
 * One lies in each store, and is counted by whoever works with it: what the
 * store has committed by the store, what waits by the queue, answers by http.
 *
 * Context: normal; any thread may count and read, and none waits.
 */
#ifndef TEL_COLLECTOR_METER_H
#define TEL_COLLECTOR_METER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define TEL_METER_REASONS 16
#define TEL_METER_STATUSES 500 /* from 100 on */

struct tel_meter_reason {
    const char *_Atomic name; /* a constant; NULL: none from here on */
    _Atomic uint64_t n;
    uint64_t pending; /* the writer's own */
};

struct tel_meter {
    _Atomic uint64_t events; /* counted, and durable */
    struct tel_meter_reason refused[TEL_METER_REASONS]; /* events, durable */
    _Atomic uint64_t commits;
    _Atomic uint64_t failures; /* groups that could not be kept */
    _Atomic uint64_t waiting;  /* requests, now: those being written too */
    _Atomic bool failing;      /* the last transaction failed */
    _Atomic uint64_t reloads;  /* of policies */
    _Atomic uint64_t bad_reloads;
    _Atomic uint64_t policies; /* now */
    _Atomic uint64_t answers[TEL_METER_STATUSES];
    uint64_t pending_events; /* the writer's own */
};

/* Within a transaction; they count once it is kept. reason is a constant. */
void tel_meter_event(struct tel_meter *meter, uint64_t n);
void tel_meter_refusal(struct tel_meter *meter, const char *reason, uint64_t n);
void tel_meter_kept(struct tel_meter *meter);
void tel_meter_lost(struct tel_meter *meter);

/* Events that wait were not kept: the database failed. A rollback alone says
 * nothing of that, as some are meant. */
void tel_meter_failed(struct tel_meter *meter);

/* A request was answered with this status. */
void tel_meter_answer(struct tel_meter *meter, unsigned status);

#endif
