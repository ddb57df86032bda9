/* SPDX-License-Identifier: MIT */
/*
 * collect: a collector as a real process, requests as raw bytes to its
 * socket, and its report parsed.
 *
 *     struct collect c;
 *     collect_setup(&c);                the policies are in place
 *     collect_start(&c, "127.0.0.1:0");
 *     assert_int_equal(collect_get(&c, QUERY("commit", "exit=0"), NULL), 204);
 *     collect_stop(&c);
 *     json_t *report = collect_report(&c, "git", "-k", "1", NULL);
 *     collect_teardown(&c);
 *
 * Every function fails the running test where it cannot do what it says,
 * except that a request without an answer gives status 0.
 */
#ifndef TEL_TEST_COLLECT_H
#define TEL_TEST_COLLECT_H

#include "support.h"

#include <jansson.h>

/* An event of the tool git, version 2.39.5, in either form. */
#define QUERY(event, rest) \
    "t=git&e=" event "&v=1&tv=2.39.5&os=linux&libc=glibc-2.36&" rest
#define LINE(event, rest)                                           \
    "{\"t\":\"git\",\"e\":\"" event "\",\"v\":1,\"tv\":\"2.39.5\"," \
    "\"os\":\"linux\",\"libc\":\"glibc-2.36\"," rest "}"

/* A line of a batch. */
#define ROW(event, rest) LINE(event, rest) "\n"

/* A batch of 6 commits (json 5, csv 1) and 4 logs. */
#define COMMITS_AND_LOGS                                                      \
    ROW("commit", "\"ms\":10,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"no\"")   \
    ROW("commit", "\"ms\":20,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"no\"")   \
    ROW("commit", "\"ms\":30,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"no\"")   \
    ROW("commit", "\"ms\":40,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"no\"")   \
    ROW("commit", "\"ms\":50,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"yes\"")  \
    ROW("commit", "\"ms\":1200,\"exit\":1,\"fmt\":\"csv\",\"quiet\":\"yes\"") \
    ROW("log", "\"ms\":1,\"exit\":0")                                         \
    ROW("log", "\"ms\":1,\"exit\":0")                                         \
    ROW("log", "\"ms\":1,\"exit\":0")                                         \
    ROW("log", "\"ms\":1,\"sig\":15")

#define KEY "00112233445566778899aabbccddeeff"

struct collect {
    struct scratch *scratch;
    pid_t pid;
    int port;
    bool ipv6;
    char db[512];       /* totals.db of the scratch; a test may say another */
    unsigned starts;    /* so that each has a log of its own */
    char answer[65536]; /* the last one: head and body */
};

void collect_setup(struct collect *c);
void collect_teardown(struct collect *c);

void collect_start(struct collect *c, const char *listen);
/* By a command line of the test's own. */
void collect_start_as(struct collect *c, char *const *argv);
/* Ends it with SIGTERM, which must be a clean end. */
void collect_stop(struct collect *c);

/* A connected socket whose reads end after 20 s. */
int collect_connect(const struct collect *c);
void send_bytes(int fd, const char *bytes, size_t len);

/* Reads one answer without a body, or to the end of the connection: its
 * status, or 0. The answer is NUL-terminated in buf. */
int read_answer(int fd, char *buf, size_t size);

/* Sends these bytes on a connection of their own: the status of the answer,
 * or 0. */
int collect_exchange(struct collect *c, const char *bytes, size_t len);

/* Sends these bytes, and leaves without waiting for an answer. */
void collect_leave(const struct collect *c, const char *bytes, size_t len);

/* One request; key may be NULL. */
int collect_get(struct collect *c, const char *query, const char *key);
int collect_post(struct collect *c, const char *body, const char *key);

/* The log of the running collector; the caller frees it. */
char *collect_log(const struct collect *c);

/* The report's object of a tool, or (NULL) the array of all of them, with more
 * options up to a NULL; the caller gives it to json_decref. */
json_t *collect_report(struct collect *c, const char *tool, ...)
    __attribute__((sentinel));

/* The object of an event, borrowed; NULL where the report has none. */
json_t *event_of(const json_t *report, const char *event);
json_int_t number_of(const json_t *object, const char *key);

/* Runs of an event of git by the report with -k 1; 0 where nothing was. */
json_int_t collect_runs(struct collect *c, const char *event);

/* How many refusals of this reason the database has counted. */
long collect_refused(struct collect *c, const char *reason);

/* One number that a statement gives; -1 where it gives none. */
long collect_sql(struct collect *c, const char *sql);

#endif
