/* SPDX-License-Identifier: MIT */
/*
 * trial: one odd host, run bare, under the shim, and under a naive object.
 *
 * The host is a program of this folder, executed in an empty home. Bare and
 * under the shim, with a policy and the person's yes, it must be the same in
 * output, status and files; what was recorded must be what the trial says.
 * Under an object that does nothing it must be the same too (the control), and
 * under the naive object with the trial's trait it must not be: so each trial
 * shows, whenever it is run, that it can fail.
 *
 *     static const struct trial trials[] = {
 *         {"host", .naive = "trait", .end = TEL_END_CODE, .code = 7,
 *          .because = "what a naive shim does there"},
 *     };
 *     return trials_run("name", trials, COUNT(trials));
 */
#ifndef TEL_TRIAL_H
#define TEL_TRIAL_H

#include "recorded.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a preload object is asked to be. */
#define NO_RUN ((enum tel_end)99)  /* nothing is recorded */
#define ANY_RUN ((enum tel_end)98) /* one run, or none, in whatever way */

struct trial {
    const char *host; /* the program, and the tool's name */
    const char *argument;
    const char *naive;   /* the trait under which it goes wrong */
    const char *because; /* what a naive shim does there */
    int status;          /* of the host, bare: exit status, or -signal */
    enum tel_end end;    /* what the shim records */
    int code;
    /* How it is started: shell commands before, a command that executes the
     * rest of its arguments, and what under.c does last. */
    const char *shell;
    const char *via;
    const char *under;
    /* What the naive object is: the same one twice, or a copy. */
    enum { ONCE, TWICE, LINKED, COPIED } loaded;
    /* No lease is held: the shim starts a real sender, or must not. */
    enum { HELD, STARTS, STAYS_AWAY } sender;
    bool without_table; /* the shim has to make it */
    bool record_wrong;  /* the host is well, what is recorded is wrong */
    bool as_nobody;     /* as a user without any capability */
    bool (*possible)(void);
    const char *impossible; /* why, where it is not */
};

/* Runs them as cmocka tests, and whatever else is in tests. */
int trials_run(const char *name, const struct trial *trials, size_t count,
               const struct CMUnitTest *tests, size_t ntests);

bool is_root(void);
bool can_unshare(void);

/* The path of a host, in a static ring. */
const char *host_path(const char *host);

/*
 * For tests of their own: the host under the object (NULL: bare), with the
 * trait, and nothing compared. The home is emptied first.
 */
struct result trial_run(struct recorded *r, const struct trial *trial,
                        const char *object, const char *naive);

/* Waits until a host that waits for a file, whose output goes to "said", has
 * said that it does. */
void trial_until_ready(struct recorded *r);

/* Fails unless both are the same (or, same false, unless they differ). */
void trial_compare(const struct result *bare, const struct result *other,
                   bool same, const char *what);

extern const char naive_object[];

#endif
