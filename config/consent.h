/* SPDX-License-Identifier: MIT */
/*
 * consent: the person's word, as it stands in the consent file. Private to
 * config/; the form of the file stands at the head of consent.c.
 * Context: preload for reading, normal for writing.
 */
#ifndef TEL_CONSENT_H
#define TEL_CONSENT_H

#include <tel/config.h>

#define CONSENT_MAX 16384
#define CONSENT_WAIT_MS 2000 /* for another writer */

/* By enum tel_answer, as they stand in the file. */
extern const char consent_answers[5][8];

struct consent {
    enum tel_answer answer;
    bool everything; /* a no to all tools */
    bool changed;    /* a yes, but to another endpoint or fewer kinds */
};

/*
 * What the person said about this policy's tool. 0 also where there is no
 * file; otherwise the file can't be believed: -EPERM, -EFBIG, -EINVAL, ...
 */
int consent_read(const struct tel_env *env, const struct tel_policy *policy,
                 struct consent *ret_consent);

/* The file as it will be, written beside its place. keep.c */
struct consent_draft {
    char path[TEL_PATH_MAX];
    char beside[TEL_PATH_MAX + 8];
    int lock;
};

/*
 * Makes the draft, in which this answer is added: 0, and consent_keep or
 * consent_drop ends it; or an error as of tel_consent_write, -EBUSY where
 * another writer is at work and wait_ms is 0.
 */
int consent_draft(const struct tel_env *env, const struct tel_policy *policy,
                  enum tel_answer answer, int wait_ms,
                  struct consent_draft *ret_draft, struct tel_err *err);

/* Moves it into place: 0 or -errno. */
int consent_keep(const struct consent_draft *draft);

void consent_drop(const struct consent_draft *draft);

#endif
