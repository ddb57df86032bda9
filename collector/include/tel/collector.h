/* SPDX-License-Identifier: MIT */
/*
 * collector: requests become totals, totals become a report.
 *
 * Nothing that a client sends is kept but the totals that the policies of
 * --tools explain: no request, no address, no user agent and no time of day
 * is stored, logged or looked at.
 *
 *     struct tel_collector *collector = NULL;
 *     tel_collector_start(&options, &collector, &err);
 *     tel_collector_address(collector, buf, sizeof(buf));
 *     ... until it is told to end ...
 *     tel_collector_stop(collector);
 *
 * Ownership: options and all that they point to stay the caller's and may go
 * once the call has returned; a collector is ended by tel_collector_stop.
 *
 * Errors: 0 or a negative errno, out-parameters untouched on failure, and a
 * sentence in err, which may be NULL.
 *
 * Context: normal. tel_collector_start makes threads; they inherit the
 * caller's signal mask, so block what they must not take.
 */
#ifndef TEL_COLLECTOR_H
#define TEL_COLLECTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <tel/config.h>

/* Room for any address that tel_collector_address writes. */
#define TEL_ADDRESS_MAX 128

/* In the place of an address. */
#define TEL_LISTEN_PASSED "systemd"

struct tel_collector;

/*
 * What clients may ask of one collector. 0 stands for the default, which is
 * given in brackets; each is at most UINT32_MAX.
 */
struct tel_collector_limits {
    uint64_t target_max;      /* bytes of a request target (4096) */
    uint64_t body_max;        /* bytes of a batch (1 MiB) */
    uint64_t events_max;      /* events of a batch (1000) */
    uint64_t bodies_max;      /* bytes of all batches in memory (64 MiB) */
    uint64_t connections_max; /* at once (960) */
    uint64_t requests_max;    /* of one connection (1000) */
    uint64_t rate;            /* events a second, of all clients (any) */
    /* From the opening of a connection, or its last answer, to the end of the
     * next request; and again until the answer has left (10,000). */
    uint64_t deadline_ms;
};

struct tel_collector_options {
    /* "127.0.0.1:8080", "[::1]:0"; port 0: a free one. TEL_LISTEN_PASSED:
     * the socket that systemd has passed. */
    const char *listen;
    const char *db;    /* the database's file, made where there is none */
    const char *tools; /* the directory of the policies, *.conf */
    /* As listen, for /metrics and /healthz; NULL: nowhere. */
    const char *metrics;
    uint64_t k; /* of /metrics; see collector/report/publish.h */
    struct tel_collector_limits limits;
    uint64_t retention_days; /* totals older than that go; 0: none */
    /* Told one sentence when the database begins to fail, and one when it
     * works again; called from another thread. May be NULL. */
    void (*notice)(const char *text);
};

/*
 * Loads the policies, opens the database and answers requests from then on.
 * -EINVAL where options make no sense or a policy is bad, -ENOENT where there
 * is no policy, -EBADMSG where the database is another program's, -EMFILE
 * where the system allows fewer descriptors than connections_max needs, or as
 * bind(2) and open(2).
 */
int tel_collector_start(const struct tel_collector_options *options,
                        struct tel_collector **ret_collector,
                        struct tel_err *err);

/* Where it listens, with the real port. 0, or -ENAMETOOLONG. */
int tel_collector_address(const struct tel_collector *collector, char *buf,
                          size_t size);

/* The same for /metrics. -ENOENT: there is none. */
int tel_collector_metrics_address(const struct tel_collector *collector,
                                  char *buf, size_t size);

/*
 * Loads the policies again, and judges by them what comes from then on. On
 * failure, as in tel_collector_start, those before stay in force. Not while
 * another call with this collector is under way.
 */
int tel_collector_reload(struct tel_collector *collector, struct tel_err *err);

/* Accepts nothing more, finishes and answers what is queued. Accepts NULL. */
void tel_collector_stop(struct tel_collector *collector);

#define TEL_K_MAX 1000000000
#define TEL_REPORT_K 5 /* counts of fewer runs are held back by default */

enum tel_report_form {
    TEL_REPORT_TABLE,
    TEL_REPORT_JSON,
    TEL_REPORT_CSV,
    TEL_REPORT_HTML,
};

struct tel_report_options {
    const char *db;         /* whatever a reader of stores takes */
    bool hosted;            /* db is the URL of a hosted collector */
    const char *token_file; /* for that one; or NULL */
    const char *tool;       /* an id, or NULL: all of them */
    uint64_t k; /* see collector/report/publish.h; 1: every count as it is */
    int64_t first, last; /* days since 1970-01-01, both included; 0: open */
    const char *before;  /* two versions of tool to compare, or both NULL: */
    const char *after;   /* the latest two of each tool */
    enum tel_report_form form;
    const char *file; /* for HTML: where it is saved; "-": standard output */
    bool by_version;  /* the rest is for the table: each version as well */
    bool by_day;      /* each day as well */
    bool colour;
    bool unicode;
    unsigned columns; /* of the terminal */
};

/*
 * Writes the report to out. -ESRCH where nothing was counted for the tool,
 * -ENOENT where there is no database, -EBADMSG where it is another program's.
 * Whether out took it all is the caller's to check (ferror).
 */
int tel_report_write(const struct tel_report_options *options, FILE *out,
                     struct tel_err *err);

/*
 * Writes it to the options' file, which is there as a whole or not at all: it
 * is written beside the one that it replaces, and renamed. The same, or as
 * open(2), write(2) and rename(2).
 */
int tel_report_save(const struct tel_report_options *options,
                    struct tel_err *err);

/*
 * Writes the policies of the directory, and the limits of requests, as a
 * module of JavaScript that holds data only (collector/edge/ says how it is
 * used). As tel_collector_start where the policies are bad.
 */
int tel_export_write(const char *directory, FILE *out, struct tel_err *err);

#endif
