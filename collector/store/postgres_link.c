/* SPDX-License-Identifier: MIT */
/* postgres_link: the connection to a PostgreSQL database, none of whose
 * silences is waited out longer than a deadline. Only the look-up of a host's
 * name takes what the system's resolver takes. */
#include "postgres.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define VALUES_MAX 16

/*
 * What a session is set to. A transaction that its collector has left, or is
 * too slow for, must not keep the others waiting for its rows; and where a
 * server is set to answer before it has synced, ours are synced all the same.
 */
static const char session[] =
    "SELECT set_config('statement_timeout', $1, false),"
    " set_config('idle_in_transaction_session_timeout', $1, false),"
    " set_config('synchronous_commit', CASE"
    " current_setting('synchronous_commit', true) WHEN 'off' THEN 'on'"
    " ELSE coalesce(current_setting('synchronous_commit', true), 'on') END,"
    " false)";

struct pg_store *tel_pg_of(struct tel_store *store)
{
    /* A store is the first member of its kind's struct. */
    return (void *)store;
}

int64_t tel_pg_now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool tel_pg_failed_as(const struct pg_store *pg, const char *code)
{
    return strncmp(pg->code, code, strlen(code)) == 0;
}

/* Keeps the first line of the words: what follows may quote data. */
static int fail(struct pg_store *pg, const char *words, const char *code)
{
    char *fault = pg->store.fault;

    (void)snprintf(fault, sizeof(pg->store.fault), "%s", words);
    fault[strcspn(fault, "\r\n")] = '\0';
    (void)snprintf(pg->code, sizeof(pg->code), "%s", code != NULL ? code : "");
    /* Class 40: the database has rolled back, and all else is well. */
    if (!tel_pg_failed_as(pg, "40"))
        tel_pg_disconnect(pg);
    return -EIO;
}

static int fail_connection(struct pg_store *pg)
{
    return fail(pg, PQerrorMessage(pg->conn), NULL);
}

static int fail_result(struct pg_store *pg, const PGresult *result)
{
    const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    if (words == NULL)
        words = PQresultErrorMessage(result);
    return fail(pg, words, PQresultErrorField(result, PG_DIAG_SQLSTATE));
}

/* Waits for events on the connection's socket, until the deadline. */
static int wait_for(struct pg_store *pg, short events)
{
    struct pollfd polled = {.fd = PQsocket(pg->conn), .events = events};

    for (;;) {
        int64_t left = pg->deadline_ms - tel_pg_now_ms();
        int r = left > 0 ? poll(&polled, 1, (int)left) : 0;

        if (r > 0)
            return 0;
        if (r == 0)
            return fail(pg, "the database does not answer in time", NULL);
        if (errno != EINTR)
            return fail(pg, strerror(errno), NULL);
    }
}

/* Sends what is to be sent, until a result can be had without waiting. */
static int await(struct pg_store *pg)
{
    for (;;) {
        int unsent = PQflush(pg->conn);
        int r;

        if (unsent < 0)
            return fail_connection(pg);
        if (PQisBusy(pg->conn) == 0)
            return 0;
        r = wait_for(pg, (short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN));
        if (r < 0)
            return r;
        if (PQconsumeInput(pg->conn) == 0)
            return fail_connection(pg);
    }
}

/* The next result, or NULL at the end of a statement's. */
static int next_result(struct pg_store *pg, PGresult **ret_result)
{
    int r = await(pg);

    if (r == 0)
        *ret_result = PQgetResult(pg->conn);
    return r;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
           status == PGRES_SINGLE_TUPLE;
}

static void keep_silent(void *context, const char *message)
{
    (void)context;
    (void)message;
}

/* What the URL says comes after what is usual here, and overrules it; only
 * the encoding is ours. */
static PGconn *start(const struct pg_store *pg)
{
    const char *const names[] = {
        "fallback_application_name", "target_session_attrs",
        "tcp_user_timeout",          "dbname",
        "client_encoding",           NULL};
    const char *const values[] = {
        "tel-collect", pg->writes ? "read-write" : "any",
        "4000",        pg->url,
        "UTF8",        NULL};

    return PQconnectStartParams(names, values, 1);
}

static int finish_start(struct pg_store *pg)
{
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    int r;

    if (PQstatus(pg->conn) == CONNECTION_BAD)
        return fail_connection(pg);
    (void)PQsetNoticeProcessor(pg->conn, keep_silent, NULL);
    while (state != PGRES_POLLING_OK) {
        r = wait_for(pg, state == PGRES_POLLING_READING ? POLLIN : POLLOUT);
        if (r < 0)
            return r;
        state = PQconnectPoll(pg->conn);
        if (state == PGRES_POLLING_FAILED)
            return fail_connection(pg);
    }
    if (PQsetnonblocking(pg->conn, 1) < 0 || PQenterPipelineMode(pg->conn) == 0)
        return fail_connection(pg);
    return 0;
}

int tel_pg_connect(struct pg_store *pg)
{
    char limit[16];
    const struct pg_value values[] = {{limit, 0}};
    int r;

    if (pg->conn != NULL)
        return 0;
    pg->queued = 0;
    pg->conn = start(pg);
    if (pg->conn == NULL)
        return -ENOMEM;
    r = finish_start(pg);
    if (r < 0)
        return r;
    (void)snprintf(limit, sizeof(limit), "%d",
                   pg->writes ? TEL_PG_GROUP_MS : TEL_PG_PATIENT_MS);
    r = tel_pg_send(pg, session, values, 1);
    return r < 0 ? r : tel_pg_settle(pg, NULL);
}

void tel_pg_disconnect(struct pg_store *pg)
{
    PQfinish(pg->conn);
    pg->conn = NULL;
    pg->queued = 0;
}

/* Values as libpq wants them: pointer, length and kind apart. */
struct parameters {
    const char *bytes[VALUES_MAX];
    int lengths[VALUES_MAX];
    int formats[VALUES_MAX];
};

static void lay_out(const struct pg_value *values, size_t count,
                    struct parameters *ret_parameters)
{
    for (size_t i = 0; i < count && i < VALUES_MAX; i++) {
        ret_parameters->bytes[i] = values[i].bytes;
        ret_parameters->lengths[i] = (int)values[i].len;
        ret_parameters->formats[i] = values[i].len != 0;
    }
}

static int queued(struct pg_store *pg, int sent)
{
    if (sent == 0)
        return fail_connection(pg);
    pg->queued++;
    return 0;
}

/* Where the connection has been given up, its fault is still the right one. */
int tel_pg_send(struct pg_store *pg, const char *sql,
                const struct pg_value *values, size_t count)
{
    struct parameters p = {{NULL}, {0}, {0}};

    if (pg->conn == NULL)
        return -EIO;
    lay_out(values, count, &p);
    return queued(pg, PQsendQueryParams(pg->conn, sql, (int)count, NULL,
                                        p.bytes, p.lengths, p.formats, 0));
}

int tel_pg_prepare(struct pg_store *pg, const char *name, const char *sql)
{
    if (pg->conn == NULL)
        return -EIO;
    return queued(pg, PQsendPrepare(pg->conn, name, sql, 0, NULL));
}

int tel_pg_send_prepared(struct pg_store *pg, const char *name,
                         const struct pg_value *values, size_t count,
                         bool binary)
{
    struct parameters p = {{NULL}, {0}, {0}};

    if (pg->conn == NULL)
        return -EIO;
    lay_out(values, count, &p);
    return queued(pg,
                  PQsendQueryPrepared(pg->conn, name, (int)count, p.bytes,
                                      p.lengths, p.formats, binary ? 1 : 0));
}

/* Reads one statement's results: the first, and the NULL after the last. */
static int take_result(struct pg_store *pg, PGresult **ret_result)
{
    PGresult *result = NULL;
    PGresult *more = NULL;
    int r = next_result(pg, &result);

    if (r == 0 && result == NULL)
        return fail(pg, "the database does not keep to its protocol", NULL);
    if (r == 0)
        r = next_result(pg, &more);
    while (r == 0 && more != NULL) {
        PQclear(more);
        r = next_result(pg, &more);
    }
    if (r < 0) {
        PQclear(result);
        return r;
    }
    *ret_result = result;
    return 0;
}

/* The end of the pipeline, which has no NULL after it. */
static int take_end(struct pg_store *pg)
{
    PGresult *result = NULL;
    int r = next_result(pg, &result);

    if (r == 0 && PQresultStatus(result) != PGRES_PIPELINE_SYNC)
        r = fail(pg, "the database does not keep to its protocol", NULL);
    PQclear(result);
    return r;
}

int tel_pg_settle(struct pg_store *pg, PGresult **ret_last)
{
    PGresult *last = NULL;
    PGresult *failed = NULL;
    int r = 0;

    if (pg->conn == NULL)
        return -EIO;
    if (PQpipelineSync(pg->conn) == 0)
        return fail_connection(pg);
    for (; r == 0 && pg->queued > 0; pg->queued--) {
        PQclear(last);
        last = NULL;
        r = take_result(pg, &last);
        if (r == 0 && failed == NULL && !is_good(last)) {
            failed = last;
            last = NULL;
        }
        if (r < 0)
            break;
    }
    if (r == 0)
        r = take_end(pg);
    if (r == 0 && failed != NULL)
        r = fail_result(pg, failed);
    if (r == 0 && ret_last != NULL)
        *ret_last = last;
    else
        PQclear(last);
    PQclear(failed);
    return r;
}

int tel_pg_each(struct pg_store *pg,
                int (*row)(void *context, const PGresult *result),
                void *context)
{
    PGresult *result = NULL;
    int found = 0;
    int r;

    if (pg->conn == NULL)
        return -EIO;
    if (PQpipelineSync(pg->conn) == 0 || PQsetSingleRowMode(pg->conn) == 0)
        return fail_connection(pg);
    pg->queued = 0;
    while ((r = next_result(pg, &result)) == 0 && result != NULL) {
        if (!is_good(result)) {
            r = fail_result(pg, result);
            PQclear(result);
            return r;
        }
        if (found == 0 && PQntuples(result) > 0)
            found = row(context, result);
        PQclear(result);
        pg->deadline_ms = tel_pg_now_ms() + TEL_PG_PATIENT_MS;
    }
    if (r == 0)
        r = take_end(pg);
    return r < 0 ? r : found;
}
