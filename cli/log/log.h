/* SPDX-License-Identifier: MIT */
/*
 * log: sent.log held against the policies as they are installed now. Private
 * to tel log.
 *
 * Each finding is one line "sent.log:LINE: what"; a note is no finding. What
 * is said of a request's form is asked of the function that makes requests,
 * and what a policy allows of the one that the collector asks.
 */
#ifndef TEL_LOG_H
#define TEL_LOG_H

#include <tel/sent.h>

#include "../cli.h"

#define LOG_NOTES_MAX 64

/* What an event is of, once noted; each is noted once. */
struct log_version {
    char id[TEL_NAME_MAX + 1];
    char version[TEL_VERSION_MAX + 1];
};

struct log_check {
    struct tel_policy **policies; /* every one that is found, and is good */
    size_t npolicies;
    struct log_version notes[LOG_NOTES_MAX];
    size_t nnotes;
    unsigned long requests;
    unsigned long explained;
    unsigned long findings;
};

/* Reads the policies; one with a fault is named on stderr. 0 or -ENOMEM. */
int log_check_open(const struct tel_env *env, struct log_check *ret_check);
void log_check_close(struct log_check *check);

/* Checks all of the log. */
void log_check_all(struct log_check *check, struct tel_sent *sent);

/* Prints a finding; a control byte in it becomes '?'. */
void log_finding(struct log_check *check, unsigned line, const char *format,
                 ...) __attribute__((format(printf, 3, 4)));

/* The line of the log in which a byte of the request stands. */
unsigned log_line(const struct tel_sent_request *request, const char *at);

/* Whether its events stand in its query, one event a request. */
bool log_is_get(const struct tel_sent_request *request);

/* The policy of this id at index, or NULL past the last. */
const struct tel_policy *log_policy(const struct log_check *check,
                                    struct tel_sent_part id, size_t index);

/* ---- form.c: are these the bytes that tel makes? -------------------------- */

void log_check_form(struct log_check *check,
                    const struct tel_sent_request *request);

/* ---- events.c: does the policy explain what they carry? ------------------- */

void log_check_events(struct log_check *check,
                      const struct tel_sent_request *request);

#endif
