/* SPDX-License-Identifier: MIT */
/*
 * foreign: software that was not written here as a host, once bare and once
 * recorded, and the two compared.
 *
 *     foreign_need("/usr/bin/perl", "perl");      or the test is skipped
 *     foreign_same(r, &sides, argv, 3);           same output, same status
 *     foreign_recorded(r, "perl", "other", 3);    one run, and as it ended
 */
#ifndef TEL_FOREIGN_H
#define TEL_FOREIGN_H

#include "recorded.h"

/* The end of a run that nobody saw: killed, or it left past libc. */
#define FOREIGN_LOST (-1)

/* What is compared: the values of LD_PRELOAD, NULL for none. */
struct sides {
    const char *bare;
    const char *with;
    bool addresses; /* the output holds addresses ("0x..."): pass them over */
};

/* A recorded scratch whose PATH is Debian's own. cmocka's setup, teardown. */
int foreign_setup(void **state);
int foreign_teardown(void **state);

/* Skips the running test, and says so, unless path can be executed. */
void foreign_need(const char *path, const char *package);

/* Copies a file of ways/ to bin/ in the scratch, executable;
 * its new path. */
const char *foreign_copy(struct recorded *recorded, const char *file);

/* The words of line behind argv's first n; the result ends with NULL. */
#define FOREIGN_ARGS 64
void foreign_words(char *argv[FOREIGN_ARGS], size_t n, const char *line);

/* Fails unless both sides end with status, and say the same. */
void foreign_same(struct recorded *recorded, const struct sides *sides,
                  char *const *argv, int status);

/* A way to end, of a host that is told by its arguments which one. */
struct way {
    const char *line; /* the arguments; the first word is the verb */
    int status;       /* exit status, or -signal */
    bool unseen;      /* it leaves past libc */
    bool addresses;   /* its output holds addresses */
};

/* A policy for the tool NAME that lists the ways as its verbs. */
void foreign_tool(struct recorded *recorded, const char *name,
                  const struct way *ways, size_t n);

/*
 * Runs command (words) in each way, bare and under the shim: both the same,
 * and the second recorded once, as NAME, as it ended. event is what all of
 * them are recorded as, or NULL for the way's verb.
 */
void foreign_ways(struct recorded *recorded, const char *command,
                  const char *name, const char *event, const struct way *ways,
                  size_t n);

/* Whether both sides end alike and say the same. */
bool foreign_are_same(struct recorded *recorded, const struct sides *sides,
                      char *const *argv);

/* Fails unless the table held one run, of this tool, event and exit status
 * (or FOREIGN_LOST), and nothing else. */
void foreign_recorded(struct recorded *recorded, const char *name,
                      const char *event, int code);

#endif
