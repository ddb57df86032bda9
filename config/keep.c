/* SPDX-License-Identifier: MIT */
/*
 * Writing the consent file: all of it beside its place, durable, and then
 * moved there in one step, which is durable too. One writer at a time, by a
 * lock on the folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h> /* rename(2) is declared there */
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/text.h>

#include "consent.h"
#include "parse.h"
#include "trusted.h"

#define LOCK_STEP_MS 20

static char old_text[CONSENT_MAX];
static char new_text[CONSENT_MAX];

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

/*
 * Makes path and what is above it, but only below a folder of one's own: root
 * in the home of somebody else, as after su -m, would leave there what that
 * person can't write. A folder that is there is left alone.
 */
static int make_folders(char *path, uid_t euid)
{
    struct stat st;
    bool own = stat("/", &st) == 0 && st.st_uid == euid;

    for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        int r = 0;

        if (slash != NULL) {
            *slash = '\0';
        }
        if (stat(path, &st) == 0) {
            own = st.st_uid == euid;
        } else if (errno != ENOENT || !own) {
            r = errno != ENOENT ? -errno : -EPERM;
        } else if (mkdir(path, 0700) < 0 && errno != EEXIST) {
            r = -errno;
        }
        if (r < 0 || slash == NULL) {
            return r;
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
    return S_ISDIR(st.st_mode) && st.st_uid == euid &&
                   (st.st_mode & S_IWOTH) == 0
               ? 0
               : -EPERM;
}

/* The lines of old that stay, after an answer about policy (or about all). */
static int keep_lines(struct tel_text *text, const struct tel_policy *policy,
                      size_t len)
{
    const char *what = NULL;
    struct tel_ini ini;
    int r;

    tel_ini_start(&ini, old_text, len);
    while ((r = tel_ini_next(&ini, &what)) > 0) {
        bool about = policy != NULL
                         ? span_equal(ini.key, str_span(policy, policy->id))
                         : tel_span_is(ini.key, "*");

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
    tel_text_add(text, consent_answers[answer]);
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

static int write_beside(const char *beside, const char *text, size_t len)
{
    int fd;
    int r;

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
    if (r < 0) {
        (void)unlink(beside);
    }
    return r;
}

/*
 * Takes the folder's lock: a descriptor, or -EBUSY where somebody has it and
 * nothing is to be waited for. Otherwise, who holds it for all of wait_ms, or
 * a file system without locks, does not keep a no from being said.
 */
static int lock_folder(const char *path, int wait_ms)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return -errno;
    }
    for (int waited_ms = 0;
         flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
         waited_ms += LOCK_STEP_MS) {
        if (wait_ms == 0) {
            (void)close(fd);
            return -EBUSY;
        }
        if (waited_ms >= wait_ms) {
            break;
        }
        (void)poll(NULL, 0, LOCK_STEP_MS);
    }
    return fd;
}

static int enter_folder(const struct tel_env *env, int wait_ms,
                        struct consent_draft *draft, struct tel_err *err)
{
    char *path = draft->path;
    int r = tel_path_config(env, path, sizeof(draft->path));

    if (r < 0) {
        return fail(err, r, "consent", "neither HOME nor XDG_CONFIG_HOME");
    }
    r = make_folders(path, env->euid);
    if (r == 0) {
        r = check_folder(path, env->euid);
    }
    if (r < 0) {
        return fail(err, r, path,
                    "not a folder of yours alone that can be written");
    }
    r = lock_folder(path, wait_ms);
    if (r < 0) {
        return fail(err, r, path, "cannot be opened, or is being written in");
    }
    draft->lock = r;
    return 0;
}

static int draft_text(const struct tel_env *env,
                      const struct tel_policy *policy, enum tel_answer answer,
                      struct consent_draft *draft, struct tel_err *err)
{
    struct tel_text text;
    struct tel_text name;
    int r = tel_path_consent(env, draft->path, sizeof(draft->path));

    tel_text_start(&name, draft->beside, sizeof(draft->beside));
    tel_text_add(&name, draft->path);
    tel_text_add(&name, ".new");
    if (r == 0 && tel_text_end(&name) < 0) {
        r = -ENAMETOOLONG;
    }
    if (r == 0) {
        r = tel_trusted_read(draft->path, env->euid, old_text,
                             sizeof(old_text));
    }
    if (r < 0 && r != -ENOENT) {
        return fail(err, r, draft->path,
                    "cannot be read, so it is left as it is");
    }
    r = write_text(&text, policy, answer, r > 0 ? (size_t)r : 0);
    if (r < 0) {
        return fail(err, r, draft->path,
                    "is bad or full, so it is left as it is");
    }
    r = write_beside(draft->beside, new_text, text.len);
    return r < 0 ? fail(err, r, draft->path, "cannot be written") : 0;
}

int consent_draft(const struct tel_env *env, const struct tel_policy *policy,
                  enum tel_answer answer, int wait_ms,
                  struct consent_draft *ret_draft, struct tel_err *err)
{
    int r = enter_folder(env, wait_ms, ret_draft, err);

    if (r < 0) {
        return r;
    }
    r = draft_text(env, policy, answer, ret_draft, err);
    if (r < 0) {
        (void)close(ret_draft->lock);
    }
    return r;
}

int consent_keep(const struct consent_draft *draft)
{
    int r = rename(draft->beside, draft->path) < 0 ? -errno : 0;

    if (r < 0) {
        (void)unlink(draft->beside);
    } else {
        /* The folder: or a no is a yes again after the power fails. */
        (void)fsync(draft->lock);
    }
    (void)close(draft->lock);
    return r;
}

void consent_drop(const struct consent_draft *draft)
{
    (void)unlink(draft->beside);
    (void)close(draft->lock);
}

int tel_consent_write(const struct tel_env *env,
                      const struct tel_policy *policy, enum tel_answer answer,
                      struct tel_err *err)
{
    struct consent_draft draft;
    int r;

    if (answer == TEL_ANSWER_NONE ||
        (policy == NULL && answer != TEL_ANSWER_NO)) {
        return fail(err, -EINVAL, "consent", "no such answer");
    }
    r = consent_draft(env, policy, answer, CONSENT_WAIT_MS, &draft, err);
    if (r < 0) {
        return r;
    }
    r = consent_keep(&draft);
    return r < 0 ? fail(err, r, draft.path, "cannot be written") : 0;
}
