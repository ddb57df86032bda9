/* SPDX-License-Identifier: MIT */
/*
 * event: what one event is, and how it is written on the wire.
 *
 * The keys of an event, their order and their forms live here and nowhere
 * else: the recorder builds a struct tel_event, the sender writes it as a
 * query (GET) or a line of JSON (POST), the collector reads either back with
 * the same checks, and tel preview prints what the same functions make.
 *
 * An event holds only bytes of [A-Za-z0-9._+:-] (and '_'), so that no
 * escaping is needed in JSON and only '+' needs it in a query ("%2B").
 *
 * Ownership: a struct tel_event holds everything itself and is copied by
 * assignment. Errors: 0 (or a length) or a negative errno; out-parameters
 * are untouched on failure.
 *
 * Context: preload, unless marked otherwise.
 */
#ifndef TEL_EVENT_H
#define TEL_EVENT_H

#include <tel/config.h>

#define TEL_FORMAT_VERSION 1
#define TEL_LIBC_MAX 24
#define TEL_MS_TOP 3600000 /* the longest duration that is told apart */

/* Room for any event in either form, closing NUL included. */
#define TEL_EVENT_TEXT_MAX 2048

/* Bytes of a batch's or a GET's Idempotency-Key: hexadecimal digits. */
#define TEL_IDEMPOTENCY_LEN 32

/*
 * How long a collector is sure to know a key again, in days: the sender drops
 * what has waited longer, because it might be counted twice.
 */
#define TEL_KEY_WINDOW_DAYS 14

#define TEL_USER_AGENT "tel/1"
#define TEL_BATCH_TYPE "application/x-ndjson"

enum tel_end {
    TEL_END_UNSAID, /* exit = off, or the run still goes on */
    TEL_END_CODE,   /* exit=0..255 */
    TEL_END_OK,     /* exit=ok */
    TEL_END_ERROR,  /* exit=error */
    TEL_END_SIGNAL, /* sig=1..64 */
    TEL_END_LOST    /* end=lost: it ended, and nothing else is known */
};

struct tel_event_field {
    char key[TEL_KEY_MAX + 1];
    char value[TEL_VALUE_MAX + 1];
};

struct tel_event {
    char tool[TEL_NAME_MAX + 1];       /* t */
    char event[TEL_EVENT_MAX + 1];     /* e */
    char version[TEL_VERSION_MAX + 1]; /* tv: a release, or "devel" */
    char libc[TEL_LIBC_MAX + 1];       /* libc: "glibc-2.36", "musl" */
    int32_t ms;                        /* -1 where it is not told */
    uint8_t end;                       /* enum tel_end */
    uint8_t code;                      /* exit code or signal number */
    uint8_t nfields;
    char crash[TEL_CRASH_MAX + 1]; /* empty, but where a signal ended it */
    struct tel_event_field fields[TEL_FIELDS_MAX];
};

/*
 * The event of a run that has just begun: everything but duration and end.
 * libc is what tel_event_libc gave. -ENAMETOOLONG where a part does not fit.
 */
int tel_event_begin(const struct tel_policy *policy,
                    const struct tel_match *match, const char *libc,
                    struct tel_event *ret_event);

/* The C library of this process: "glibc-2.36", "musl"; a constant string or
 * one written into buf (TEL_LIBC_MAX + 1 bytes). */
const char *tel_event_libc(char *buf, size_t size);

/* How a run really ended, before it is coarsened. */
enum tel_raw_end { TEL_RAW_LOST, TEL_RAW_EXIT, TEL_RAW_SIGNAL };

/*
 * Fills in duration and end, as far as the policy lets them leave. A run that
 * was lost has no duration: nobody saw when it ended.
 */
void tel_event_finish(struct tel_event *event, const struct tel_coarse *coarse,
                      uint64_t duration_ms, enum tel_raw_end end, int code);

/*
 * Where a run that a signal ended was, in three numbers that are the same on
 * every machine: the first digits of the executable's build-id, the address
 * in that executable as its linker gave it, and a hash of the frames.
 */
struct tel_crash {
    uint32_t build;
    uint32_t frames;
    uint64_t offset; /* below TEL_CRASH_OFFSET_TOP */
};
#define TEL_CRASH_OFFSET_TOP (1ULL << 48)

/*
 * The crash as it stands on the wire, into buf (TEL_CRASH_MAX + 1 bytes): 0,
 * or -ERANGE where the offset is too large.
 */
int tel_crash_text(const struct tel_crash *crash, char *buf, size_t size);

/* Whether the len bytes are what tel_crash_text can have written. */
bool tel_crash_valid(const char *text, size_t len);

/* Two significant digits, rounded to nearest, at most TEL_MS_TOP. */
uint32_t tel_coarse_rounded(uint64_t number);
/* The largest of 0 1 2 5 10 20 50 ... that is not above number. */
uint32_t tel_coarse_series(uint64_t number);

/*
 * The event as "t=git&e=commit&v=1&..." or as one JSON object, without a
 * newline, NUL-terminated. The length in bytes, -ENAMETOOLONG, or -EINVAL for
 * an event that no policy leads to (as one from damaged memory may be).
 */
int tel_event_to_query(const struct tel_event *event, char *buf, size_t size);
int tel_event_to_json(const struct tel_event *event, char *buf, size_t size);

/*
 * Reads either form back. Keys may come in any order; each at most once;
 * unknown keys are fields. -EINVAL with a sentence for anything that no
 * tel_event_to_* of this version could have written: a missing or doubled
 * key, another format version, a value with other bytes, an escape in JSON.
 * Context: preload (though only the collector and tel call it).
 */
int tel_event_from_query(const char *text, size_t len,
                         struct tel_event *ret_event, struct tel_err *err);
int tel_event_from_json(const char *text, size_t len,
                        struct tel_event *ret_event, struct tel_err *err);

/* Why a collector does not count an event; the names are stable. */
enum tel_refusal {
    TEL_ACCEPTED,
    TEL_REFUSED_FORM,    /* cannot be read as an event at all */
    TEL_REFUSED_TOOL,    /* no policy of this id */
    TEL_REFUSED_VERSION, /* none of this version */
    TEL_REFUSED_EVENT,   /* not one of the policy's events */
    TEL_REFUSED_FIELD,   /* a field, or kind of end, it does not declare */
    TEL_REFUSED_VALUE    /* a value outside the field's list or series */
};
#define TEL_REFUSALS 7
const char *tel_refusal_name(enum tel_refusal refusal);

/*
 * Whether policy explains every part of event: id, version, event name, how
 * it ended, duration's coarseness, and each field and value.
 */
enum tel_refusal tel_event_allowed(const struct tel_event *event,
                                   const struct tel_policy *policy);

/* The most that a request takes beside its payload. */
#define TEL_REQUEST_HEAD_MAX (TEL_ENDPOINT_MAX + 384)

/*
 * A request that carries events, as the bytes of HTTP/1.1 that libcurl puts
 * on the connection (pinned by a test against a real socket). endpoint is
 * the policy's; for TEL_GET payload is one query, for TEL_POST the batch's
 * lines, each with its newline. The length, or -ENAMETOOLONG, or -EINVAL for
 * an endpoint that is no http(s) URL.
 */
int tel_request_bytes(enum tel_method method, const char *endpoint,
                      const char *key, const char *payload, char *buf,
                      size_t size);

/*
 * Where a GET goes: endpoint, '?' (or '&' where it has a query already) and
 * query. The length, or -ENAMETOOLONG.
 */
int tel_request_url(const char *endpoint, const char *query, char *buf,
                    size_t size);

#endif
