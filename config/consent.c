/* SPDX-License-Identifier: MIT */
/*
 * The consent file: one line for each tool about which something was said.
 *
 *     ID = ANSWER; ENDPOINT; KIND KIND ...
 *     * = no
 *
 * ANSWER is yes, no, local or shown. A yes (or local, or shown) holds for
 * this endpoint and these kinds of data: where the policy has another
 * endpoint now, or a kind that is not in the line, it is as if nothing had
 * been said. A line for the tool goes before '*', and of two lines for it a no
 * before a yes. The file belongs to the person, is at most CONSENT_MAX bytes,
 * and is replaced in one step.
 */
#include "consent.h"

#include <errno.h>
#include <string.h>

#include "trusted.h"
#include "parse.h"

/* Not on a host's stack. */
static char file_text[CONSENT_MAX];

const char consent_answers[5][8] = {"", "no", "yes", "local", "shown"};

static struct tel_span part(struct tel_span *rest)
{
    struct tel_span first = *rest;
    const char *end = memchr(rest->at, ';', rest->len);

    if (end != NULL) {
        first.len = (size_t)(end - first.at);
        rest->at += first.len + 1;
        rest->len -= first.len + 1;
    } else {
        rest->at += rest->len;
        rest->len = 0;
    }
    return first;
}

static bool has_word(struct tel_span list, const char *word)
{
    for (;;) {
        struct tel_span next = tel_span_word(&list);

        if (next.len == 0) {
            return false;
        }
        if (tel_span_is(next, word)) {
            return true;
        }
    }
}

/* Whether endpoint and kinds of a line cover what the policy asks now. */
static bool covers(const struct tel_policy *policy, struct tel_span endpoint,
                   struct tel_span kinds)
{
    char kind[512];
    int r = 0;

    if (!span_equal(tel_span_word(&endpoint),
                    str_span(policy, policy->endpoint))) {
        return false;
    }
    for (size_t i = 0; r >= 0; i++) {
        r = tel_policy_kind(policy, i, kind, sizeof(kind));
        if (r > 0 && !has_word(kinds, kind)) {
            return false;
        }
    }
    return r == -ENOENT;
}

static int take_answer(const struct tel_policy *policy, struct tel_span value,
                       struct consent *consent)
{
    struct tel_span first = part(&value);
    struct tel_span word = tel_span_word(&first);
    struct tel_span endpoint = part(&value);

    consent->changed = false;
    for (enum tel_answer i = TEL_ANSWER_NO; i <= TEL_ANSWER_SHOWN; i++) {
        if (tel_span_is(word, consent_answers[i])) {
            consent->answer = i;
            consent->changed =
                i != TEL_ANSWER_NO && !covers(policy, endpoint, value);
            return 0;
        }
    }
    return -EINVAL;
}

/* What the text of a file says about the policy's tool: 0, or -EINVAL. */
static int find_answer(const char *text, size_t len,
                       const struct tel_policy *policy,
                       struct consent *ret_consent)
{
    struct consent consent = {TEL_ANSWER_NONE, false, false};
    const char *what = NULL;
    bool everything = false;
    struct tel_ini ini;
    int r;

    tel_ini_start(&ini, text, len);
    while ((r = tel_ini_next(&ini, &what)) > 0) {
        if (tel_span_is(ini.key, "*")) {
            everything = true;
        } else if (!tel_name_valid(ini.key.at, ini.key.len)) {
            return -EINVAL; /* perhaps a no behind a byte order mark */
        } else if (span_equal(ini.key, str_span(policy, policy->id)) &&
                   consent.answer != TEL_ANSWER_NO) {
            r = take_answer(policy, ini.value, &consent);
            if (r < 0) {
                return r;
            }
        }
    }
    /* That a notice was shown is no word of the person's. */
    if (everything && (consent.answer == TEL_ANSWER_NONE ||
                       consent.answer == TEL_ANSWER_SHOWN)) {
        consent = (struct consent){TEL_ANSWER_NO, true, false};
    }
    if (r == 0) {
        *ret_consent = consent;
    }
    return r;
}

/* The file's bytes into buf: the length, 0 where there is no file. */
static int read_file(const struct tel_env *env, char *buf, size_t size)
{
    char path[TEL_PATH_MAX];
    int r = tel_path_consent(env, path, sizeof(path));
    int folder;

    if (r < 0) {
        return r;
    }
    r = tel_trusted_read(path, env->euid, buf, size);
    if (r == -ENOENT || r == -ENOTDIR) {
        return 0;
    }
    if (r < 0 || tel_path_config(env, path, sizeof(path)) < 0) {
        return r;
    }
    folder = tel_trusted_folder(path, env->euid);
    return folder < 0 ? folder : r;
}

int consent_read(const struct tel_env *env, const struct tel_policy *policy,
                 struct consent *ret_consent)
{
    char small[2048]; /* most are; a page of file_text costs microseconds */
    const char *text = small;
    int r = read_file(env, small, sizeof(small));

    if (r == -EFBIG) {
        r = read_file(env, file_text, sizeof(file_text));
        text = file_text;
    }
    return r < 0 ? r : find_answer(text, (size_t)r, policy, ret_consent);
}

/* "ANSWER; ENDPOINT; KIND KIND ..." */
static void take_apart(struct tel_span value, struct tel_said *said)
{
    struct tel_span answer = part(&value);
    struct tel_span endpoint = part(&value);

    endpoint = tel_span_word(&endpoint);
    answer = tel_span_word(&answer);
    *said = (struct tel_said){.answer = TEL_ANSWER_NONE};
    for (enum tel_answer i = TEL_ANSWER_NO; i <= TEL_ANSWER_SHOWN; i++) {
        if (tel_span_is(answer, consent_answers[i])) {
            said->answer = i;
        }
    }
    if (said->answer > TEL_ANSWER_NO) {
        said->endpoint = endpoint.at;
        said->endpoint_len = endpoint.len;
        said->kinds = value.at;
        said->kinds_len = value.len;
    }
}

int tel_consent_said(const struct tel_env *env, const char *id,
                     struct tel_said *ret_said)
{
    struct tel_said said = {.answer = TEL_ANSWER_NONE};
    const char *what = NULL;
    struct tel_ini ini;
    int r = read_file(env, file_text, sizeof(file_text));

    if (r < 0) {
        return r;
    }
    tel_ini_start(&ini, file_text, (size_t)r);
    while ((r = tel_ini_next(&ini, &what)) > 0) {
        if (tel_span_is(ini.key, id)) {
            take_apart(ini.value, &said);
        }
    }
    if (r == 0) {
        *ret_said = said;
    }
    return r;
}

bool tel_said_covers(const struct tel_said *said, const char *kind)
{
    return said->kinds != NULL &&
           has_word((struct tel_span){said->kinds, said->kinds_len}, kind);
}
