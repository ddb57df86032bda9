/* SPDX-License-Identifier: MIT */
/*
 * consent: the person's word, as it stands in the consent file. Private to
 * config/; the form of the file stands at the head of consent.c.
 * Context: preload.
 */
#ifndef TEL_CONSENT_H
#define TEL_CONSENT_H

#include <tel/config.h>

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

#endif
