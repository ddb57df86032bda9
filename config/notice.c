/* SPDX-License-Identifier: MIT */
/*
 * The notice of an opt-out tool, which is shown once, before anything of the
 * tool is recorded. Only in builds with TEL_OPT_OUT.
 *
 * That it was shown is written down beside the consent file before, and moved
 * into place after: where it can't be written there is no notice, and what was
 * not shown in full does not count as shown.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <tel/text.h>

#include "consent.h"
#include "parse.h"

#ifdef TEL_OPT_OUT

#define PART_MAX 60 /* of a text that is not needed to know where it goes */

/* A part of the policy: its first bytes, up to the end of a character. What
 * moves a cursor does not reach the terminal. */
static void add_part(struct tel_text *text, const struct tel_policy *policy,
                     struct tel_str str, size_t most)
{
    struct tel_span part = str_span(policy, str);

    for (size_t i = 0, size = 0; i < part.len && i < most; i += size) {
        bool still = tel_text_still(part.at + i, part.len - i, &size);

        tel_text_bytes(text, still ? part.at + i : "?", still ? size : 1);
    }
    if (part.len > most) {
        tel_text_add(text, "...");
    }
}

static void add_what(struct tel_text *text, const struct tel_policy *policy)
{
    tel_text_add(text, "  what  ");
    if (policy->verbs_none) {
        tel_text_add(text, "that it ran");
    } else {
        tel_text_add(text, "which of ");
        tel_text_number(text, policy->nverbs);
        tel_text_add(text, " listed commands ran");
    }
    if (policy->nmodifiers > 0) {
        tel_text_add(text, ", with which of ");
        tel_text_number(text, policy->nmodifiers);
        tel_text_add(text, " listed options");
    }
    if (policy->coarse.ms != TEL_MS_OFF) {
        tel_text_add(text, ", how long it took");
    }
    if (policy->coarse.exit != TEL_EXIT_OFF) {
        tel_text_add(text, ", how it ended");
    }
    if (policy->nfields > 0) {
        tel_text_add(text, ", ");
        tel_text_number(text, policy->nfields);
        tel_text_add(text, policy->nfields == 1 ? " field" : " fields");
    }
    if (policy->crash) {
        tel_text_add(text, ", where it crashed");
    }
    tel_text_add(text, ";\n        never an argument, a path or a name\n");
}

static void add_to(struct tel_text *text, const struct tel_policy *policy)
{
    tel_text_add(text, "  to    ");
    add_part(text, policy, policy->endpoint, TEL_ENDPOINT_MAX);
    if (policy->controller.len > 0) {
        tel_text_add(text, " (");
        add_part(text, policy, policy->controller, PART_MAX);
        tel_text_add(text, ")");
    }
    tel_text_add(text, "\n");
}

int tel_notice_text(const struct tel_policy *policy, char *buf, size_t size)
{
    struct tel_text text;

    tel_text_start(&text, buf, size);
    tel_text_add(&text, "tel: from the next run on, usage statistics of ");
    tel_text_add(&text, policy->name);
    tel_text_add(&text, " are recorded by default.\n");
    add_what(&text, policy);
    add_to(&text, policy);
    tel_text_add(&text, "  see   tel disclose ");
    tel_text_add(&text, policy->name);
    tel_text_add(&text, ", tel preview ");
    tel_text_add(&text, policy->name);
    tel_text_add(&text, " ARG...\n  stop  tel off ");
    tel_text_add(&text, policy->name);
    tel_text_add(&text, ", or set ");
    tel_text_bytes(&text, tel_str_at(policy, policy->disable),
                   policy->disable.len);
    tel_text_add(&text, "=1 or DO_NOT_TRACK=1\n");
    return tel_text_end(&text);
}

/*
 * Whether somebody sits there: fd is a terminal, and this process in its
 * foreground. One in the background would be stopped by its own notice, where
 * the terminal is set so (stty tostop).
 */
static bool is_watched(int fd)
{
    pid_t foreground = -1;

    return ioctl(fd, TIOCGPGRP, &foreground) == 0 && foreground == getpgrp();
}

static bool put_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n <= 0 && !(n < 0 && errno == EINTR)) {
            return false;
        }
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

int tel_notice_show(const struct tel_env *env, const struct tel_policy *policy,
                    int fd)
{
    char text[TEL_NOTICE_MAX];
    struct consent_draft draft;
    struct tel_verdict verdict;
    int len = tel_notice_text(policy, text, sizeof(text));
    int r;

    if (len < 0) {
        return len;
    }
    if (!is_watched(fd)) {
        return -ENOTTY;
    }
    r = consent_draft(env, policy, TEL_ANSWER_SHOWN, 0, &draft, NULL);
    if (r < 0) {
        return r;
    }
    /* Another may have shown it, or the person have spoken, just before. */
    tel_decide(env, policy, &verdict);
    if (!verdict.untold || !put_all(fd, text, (size_t)len)) {
        consent_drop(&draft);
        return verdict.untold ? -EIO : -EALREADY;
    }
    return consent_keep(&draft);
}

#endif
