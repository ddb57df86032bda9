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
 * been said. A line for the tool goes before '*'. The file belongs to the
 * person, is at most CONSENT_MAX bytes, and is replaced in one step.
 */
#include "consent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* rename(2) is declared there */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/text.h>

#include "trusted.h"
#include "parse.h"

#define CONSENT_MAX 16384

/* Two, as writing reads one and fills the other. Not on a host's stack. */
static char file_text[CONSENT_MAX];
static char new_text[CONSENT_MAX];

static const char answers[][8] = {"", "no", "yes", "local", "shown"};

static struct span part(struct span *rest)
{
    struct span first = *rest;
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

static bool has_word(struct span list, const char *word)
{
    for (;;) {
        struct span next = span_word(&list);

        if (next.len == 0) {
            return false;
        }
        if (span_is(next, word)) {
            return true;
        }
    }
}

/* Whether endpoint and kinds of a line cover what the policy asks now. */
static bool covers(const struct tel_policy *policy, struct span endpoint,
                   struct span kinds)
{
    char kind[512];
    int r = 0;

    if (!span_equal(span_word(&endpoint), str_span(policy, policy->endpoint))) {
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

static int take_answer(const struct tel_policy *policy, struct span value,
                       struct consent *consent)
{
    struct span first = part(&value);
    struct span word = span_word(&first);
    struct span endpoint = part(&value);

    consent->changed = false;
    for (enum tel_answer i = TEL_ANSWER_NO; i <= TEL_ANSWER_SHOWN; i++) {
        if (span_is(word, answers[i])) {
            consent->answer = i;
            consent->changed =
                i != TEL_ANSWER_NO && !covers(policy, endpoint, value);
            return 0;
        }
    }
    return -EINVAL;
}

int consent_read(const struct tel_env *env, const struct tel_policy *policy,
                 struct consent *ret_consent)
{
    struct consent consent = {TEL_ANSWER_NONE, false, false};
    char path[TEL_PATH_MAX];
    char small[2048]; /* most are; a page of file_text costs microseconds */
    const char *text = small;
    const char *what = NULL;
    bool everything = false;
    struct ini ini;
    int r = tel_path_consent(env, path, sizeof(path));

    if (r < 0) {
        return r;
    }
    r = tel_trusted_read(path, env->euid, small, sizeof(small));
    if (r == -EFBIG) {
        r = tel_trusted_read(path, env->euid, file_text, sizeof(file_text));
        text = file_text;
    }
    if (r == -ENOENT || r == -ENOTDIR) {
        *ret_consent = consent;
        return 0;
    }
    if (r < 0) {
        return r;
    }
    ini_start(&ini, text, (size_t)r);
    while ((r = ini_next(&ini, &what)) > 0) {
        if (span_is(ini.key, "*")) {
            everything = true;
        } else if (span_equal(ini.key, str_span(policy, policy->id))) {
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

static int fail(struct tel_err *err, int error, const char *path,
                const char *what)
{
    struct tel_text text;

    if (err != NULL) {
        tel_text_start(&text, err->text, sizeof(err->text));
        tel_text_add(&text, path);
        tel_text_add(&text, ": ");
        tel_text_add(&text, what);
    }
    return error;
}

/* Makes path and what is above it; a folder that is there is left alone. */
static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash != NULL) {
            *slash = '\0';
        }
        if (mkdir(path, 0700) < 0 && errno != EEXIST) {
            return -errno;
        }
        if (slash == NULL) {
            return 0;
        }
        *slash = '/';
    }
}

static int check_folder(const char *path, uid_t euid)
{
    struct stat st;

    if (lstat(path, &st) < 0) {
        return -errno;
    }
    return S_ISDIR(st.st_mode) && st.st_uid == euid ? 0 : -EPERM;
}

/* The lines of old that stay, after an answer about policy (or about all). */
static int keep_lines(struct tel_text *text, const struct tel_policy *policy,
                      size_t len)
{
    const char *what = NULL;
    struct ini ini;
    int r;

    ini_start(&ini, file_text, len);
    while ((r = ini_next(&ini, &what)) > 0) {
        bool about = policy != NULL
                         ? span_equal(ini.key, str_span(policy, policy->id))
                         : span_is(ini.key, "*");

        if (about) {
            continue;
        }
        tel_text_bytes(text, ini.key.at, ini.key.len);
        tel_text_add(text, " = ");
        if (policy == NULL) {
            tel_text_add(text, "no");
        } else {
            tel_text_bytes(text, ini.value.at, ini.value.len);
        }
        tel_text_add(text, "\n");
    }
    return r;
}

static int add_line(struct tel_text *text, const struct tel_policy *policy,
                    enum tel_answer answer)
{
    char kind[512];
    int r = 0;

    if (policy == NULL) {
        tel_text_add(text, "* = no\n");
        return 0;
    }
    tel_text_bytes(text, tel_str_at(policy, policy->id), policy->id.len);
    tel_text_add(text, " = ");
    tel_text_add(text, answers[answer]);
    if (answer != TEL_ANSWER_NO) {
        tel_text_add(text, "; ");
        tel_text_bytes(text, tel_str_at(policy, policy->endpoint),
                       policy->endpoint.len);
        tel_text_add(text, ";");
        for (size_t i = 0; r >= 0; i++) {
            r = tel_policy_kind(policy, i, kind, sizeof(kind));
            if (r > 0) {
                tel_text_add(text, " ");
                tel_text_add(text, kind);
            }
        }
    }
    tel_text_add(text, "\n");
    return r == -ENAMETOOLONG ? r : 0;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno != EINTR) {
            return -errno;
        }
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* Writes the file beside its place, makes it durable, moves it there. */
static int replace(const char *path, const char *text, size_t len)
{
    char beside[TEL_PATH_MAX + 8];
    struct tel_text name;
    int fd;
    int r;

    tel_text_start(&name, beside, sizeof(beside));
    tel_text_add(&name, path);
    tel_text_add(&name, ".new");
    if (tel_text_end(&name) < 0) {
        return -ENAMETOOLONG;
    }
    (void)unlink(beside);
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
              0600);
    if (fd < 0) {
        return -errno;
    }
    r = write_all(fd, text, len);
    if (r == 0 && fsync(fd) < 0) {
        r = -errno;
    }
    if (close(fd) < 0 && r == 0) {
        r = -errno;
    }
    if (r == 0 && rename(beside, path) < 0) {
        r = -errno;
    }
    if (r < 0) {
        (void)unlink(beside);
    }
    return r;
}

static int write_text(struct tel_text *text, const struct tel_policy *policy,
                      enum tel_answer answer, size_t old_len)
{
    int r;

    tel_text_start(text, new_text, sizeof(new_text));
    tel_text_add(text, "# What you decided about telemetry. Change it with\n"
                       "# 'tel on TOOL', 'tel off TOOL' or 'tel off --all'.\n");
    r = keep_lines(text, policy, old_len);
    if (r == 0) {
        r = add_line(text, policy, answer);
    }
    if (r == 0 && tel_text_end(text) < 0) {
        r = -EFBIG;
    }
    return r;
}

int tel_consent_write(const struct tel_env *env,
                      const struct tel_policy *policy, enum tel_answer answer,
                      struct tel_err *err)
{
    char path[TEL_PATH_MAX];
    struct tel_text text;
    int r;

    if (answer == TEL_ANSWER_NONE ||
        (policy == NULL && answer != TEL_ANSWER_NO)) {
        return fail(err, -EINVAL, "consent", "no such answer");
    }
    r = tel_path_config(env, path, sizeof(path));
    if (r < 0) {
        return fail(err, r, "consent", "neither HOME nor XDG_CONFIG_HOME");
    }
    r = make_folders(path);
    if (r == 0) {
        r = check_folder(path, env->euid);
    }
    if (r < 0) {
        return fail(err, r, path, "not a folder of yours that can be written");
    }
    r = tel_path_consent(env, path, sizeof(path));
    if (r == 0) {
        r = tel_trusted_read(path, env->euid, file_text, sizeof(file_text));
    }
    if (r < 0 && r != -ENOENT) {
        return fail(err, r, path, "cannot be read, so it is left as it is");
    }
    r = write_text(&text, policy, answer, r > 0 ? (size_t)r : 0);
    if (r < 0) {
        return fail(err, r, path, "is bad or full, so it is left as it is");
    }
    r = replace(path, new_text, text.len);
    return r < 0 ? fail(err, r, path, "cannot be written") : 0;
}
