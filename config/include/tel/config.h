/* SPDX-License-Identifier: MIT */
/*
 * config: may this run be recorded, and as what?
 *
 * The first room. It reads a tool's policy, decides whether recording is
 * allowed, and matches a command line to the one event that the policy lists
 * for it. Everything here runs inside other people's processes, so all of it
 * obeys the preload rules: no malloc, no stdio, no locks, no threads, no
 * signal handlers, no change of the environment, nothing that can abort. It
 * may leave errno changed: who runs in a host saves it around all of it.
 *
 * Calling sequence:
 *
 *     struct tel_env env;
 *     struct tel_verdict verdict;
 *     static struct tel_policy policy;      (40 KiB: never on a host's stack)
 *     struct tel_match match;
 *
 *     tel_env_read(&env, envp, secure, euid);
 *     if (tel_decide_early(&env, &verdict))           rules 1, 2, 4: no file
 *         return;
 *     if (tel_policy_find(&env, name, &policy, NULL) < 0)
 *         return;
 *     tel_decide(&env, &policy, &verdict);            rules 1 to 7
 *     if (verdict.on && tel_match(&policy, args, nargs, &match) == 0)
 *         ... record match.event ...
 *
 * Ownership: nothing is allocated. A tel_policy holds its own text and may be
 * copied by assignment; a tel_match points into the policy it was made from,
 * never into argv. A tel_env points into the environment it was read from.
 *
 * Errors: 0 or a negative errno; out-parameters are untouched on failure
 * unless said otherwise. Where a person needs a sentence it is written into a
 * caller-owned struct tel_err, which may be NULL.
 *
 * Context: preload, for everything that is not marked otherwise.
 */
#ifndef TEL_CONFIG_H
#define TEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Limits, all in bytes without the closing NUL unless said otherwise. */
#define TEL_NAME_MAX 64    /* a tool's NAME, and its id */
#define TEL_EVENT_MAX 64   /* an event's name on the wire */
#define TEL_VERSION_MAX 24 /* a released version */
#define TEL_KEY_MAX 16     /* a field's key */
#define TEL_VALUE_MAX 32   /* a field's value */
#define TEL_ENDPOINT_MAX 512
#define TEL_PATH_MAX 1024    /* a path of tel's own making */
#define TEL_POLICY_MAX 32768 /* a policy file */
#define TEL_WORDS_MAX 3      /* words in a verb (a count) */
#define TEL_VERBS_MAX 512    /* the rest are counts too */
#define TEL_ALIASES_MAX 64
#define TEL_MODIFIERS_MAX 64
#define TEL_VALUE_OPTIONS_MAX 128
#define TEL_PASSES_ON_MAX 16
#define TEL_FIELDS_MAX 12
#define TEL_PURPOSES_MAX (TEL_FIELDS_MAX + 3) /* fields, ms, exit, crash */
#define TEL_ITEMS_MAX 256
#define TEL_BUILD_IDS_MAX 64

/* Hexadecimal digits of a listed build-id, and of what is sent of it. */
#define TEL_BUILD_ID_MIN 16
#define TEL_BUILD_ID_MAX 64
#define TEL_BUILD_LEN 8

/* "1a2b3c4d-4f10-9c0ffee1": build-id, offset, frames; the offset has up to
 * 12 hexadecimal digits. */
#define TEL_CRASH_MAX 30

/*
 * The longest query that an event of an accepted policy can make: what a
 * run's slot has room for.
 */
#define TEL_QUERY_MAX 500

/* One sentence for a person, NUL-terminated, without a newline. */
struct tel_err {
    char text[320];
};

/* ---- the environment -------------------------------------------------- */

/*
 * What the environment says, read in one pass. Pointers are NULL where a
 * variable is missing, empty, or (for the four paths) not absolute.
 */
struct tel_env {
    char *const *vars;        /* the environment itself, NULL-terminated */
    const char *home;         /* HOME */
    const char *config_home;  /* XDG_CONFIG_HOME */
    const char *state_home;   /* XDG_STATE_HOME */
    const char *runtime_dir;  /* XDG_RUNTIME_DIR */
    const char *config_path;  /* TEL_CONFIG_PATH, any non-empty value */
    const char *do_not_track; /* the variable's name where it is set */
    const char *ci;           /* the name of the CI variable that is set */
    bool secure;              /* AT_SECURE: a privileged process */
    bool elevated;            /* under sudo, doas or pkexec */
    uid_t euid;
};

/*
 * Reads envp (may be NULL, as in a host that has no environment). secure and
 * euid come from the auxiliary vector (AT_SECURE, AT_EUID) or the like.
 */
void tel_env_read(struct tel_env *ret_env, char *const *envp, bool secure,
                  uid_t euid);

/* The value of a variable, or NULL where it is missing. */
const char *tel_env_get(const struct tel_env *env, const char *name);

/*
 * Walks the table of CI variables: the name at index, or NULL past its end.
 * The table lives in config/env.c and nowhere else.
 */
const char *tel_env_ci_name(size_t index);

/*
 * The paths that belong to the person, written into buf (TEL_PATH_MAX bytes
 * suffice), without a closing slash. 0, -ENOENT where the environment names
 * no place, or -ENAMETOOLONG.
 */
int tel_path_config(const struct tel_env *env, char *buf, size_t size);
int tel_path_consent(const struct tel_env *env, char *buf, size_t size);
int tel_path_state(const struct tel_env *env, char *buf, size_t size);

/* ---- the policy ------------------------------------------------------- */

/* A piece of a policy's text: at is an offset into tel_policy.text. */
struct tel_str {
    uint16_t at;
    uint16_t len;
};

enum tel_method { TEL_GET, TEL_POST };
enum tel_default { TEL_OPT_IN_DEFAULT, TEL_OPT_OUT_DEFAULT };

enum tel_ms_kind { TEL_MS_ROUNDED, TEL_MS_BUCKET, TEL_MS_OFF };
enum tel_exit_kind {
    TEL_EXIT_CODE,  /* 0 to 255 as it is */
    TEL_EXIT_CLASS, /* ok or error */
    TEL_EXIT_LIST,  /* a listed code, the rest as error */
    TEL_EXIT_OFF    /* nothing about how the run ended */
};

/*
 * How much of the raw duration and status may leave. Small and without
 * pointers, so that it travels with a run in the table.
 */
struct tel_coarse {
    uint8_t ms;             /* enum tel_ms_kind */
    uint8_t exit;           /* enum tel_exit_kind */
    uint8_t exit_codes[32]; /* a bit a code, for TEL_EXIT_LIST */
};

enum tel_field_kind {
    TEL_FIELD_WORD,     /* the value of an option, if listed */
    TEL_FIELD_FLAG,     /* yes or no: was one of these options given */
    TEL_FIELD_TERMINAL, /* yes or no: is stdout a terminal */
    TEL_FIELD_COUNT,    /* 0 1 2 5 10 20 50 ..., from tel.h only */
    TEL_FIELD_RATIO,    /* 0.00 to 1.00, from tel.h only */
    TEL_FIELD_RUNTIME   /* the interpreter's program name, if listed */
};

struct tel_field {
    struct tel_str key;
    uint8_t kind;          /* enum tel_field_kind */
    uint16_t first_option; /* into tel_policy.items */
    uint16_t options;
    uint16_t first_value; /* into tel_policy.items */
    uint16_t values;
};

struct tel_verb {
    struct tel_str words;   /* "stash push": one space between words */
    struct tel_str purpose; /* what the verb does, for the disclosure */
};

struct tel_alias {
    struct tel_str words;
    struct tel_str target; /* the words of a listed verb */
};

struct tel_modifier {
    struct tel_str words; /* the verb; empty only with verbs = none */
    struct tel_str option;
    struct tel_str name;
};

struct tel_value_option {
    struct tel_str scope; /* the verb it belongs to; empty: everywhere */
    struct tel_str option;
};

struct tel_purpose {
    struct tel_str key;
    struct tel_str purpose;
};

/*
 * One policy, parsed. Everything that a tel_str names is in text. Which
 * elements of an array are valid is said by the count beside it.
 */
struct tel_policy {
    char name[TEL_NAME_MAX + 1]; /* NAME: the file's name without .conf */
    bool installed; /* found below the install prefix, not by the user's word */
    uint16_t text_len;
    uint16_t file_len; /* the file's part of text; a default stands behind it */
    struct tel_str id, version, endpoint, disable;
    struct tel_str purpose, source, controller, contact, retention;
    enum tel_method method;
    enum tel_default consent;
    bool verbs_none;      /* [command] verbs = none */
    bool unlisted_ignore; /* [command] unlisted = ignore */
    bool unbundled;       /* [command] bundled = no */
    struct tel_coarse coarse;
    bool crash; /* [fields] crash = on */
    uint16_t nverbs, naliases, nmodifiers, nvalue_options, nfields, nitems,
        npurposes, nbuild_ids, npasses_on;
    /* Up to the verbs it is all one page: each further page that a recorded
     * program touches costs it some microseconds. */
    struct tel_field fields[TEL_FIELDS_MAX];
    struct tel_purpose purposes[TEL_PURPOSES_MAX];
    struct tel_str items[TEL_ITEMS_MAX];
    struct tel_modifier modifiers[TEL_MODIFIERS_MAX];
    struct tel_value_option value_options[TEL_VALUE_OPTIONS_MAX];
    struct tel_alias aliases[TEL_ALIASES_MAX];
    struct tel_str passes_on[TEL_PASSES_ON_MAX]; /* verbs */
    struct tel_verb verbs[TEL_VERBS_MAX];
    struct tel_str build_ids[TEL_BUILD_IDS_MAX];
    char text[TEL_POLICY_MAX + 256];
};

/*
 * Parses the len bytes of text into *ret_policy, which is undefined on
 * failure. file names the text in the sentence ("file:line: what"). name may
 * be NULL. -EINVAL for a bad policy, -EFBIG above TEL_POLICY_MAX bytes.
 */
int tel_policy_parse(struct tel_policy *ret_policy, const char *name,
                     const char *file, const char *text, size_t len,
                     struct tel_err *err);

/* The last part of path, without .conf; "" where no tool may have that name. */
void tel_policy_name(const char *path, char ret_name[TEL_NAME_MAX + 1]);

/*
 * Reads and parses the file at path. The file must be regular, belong to root
 * or to euid, and not be open to everybody's writing (-EPERM); its name is
 * tel_policy_name's. Other errors: as open(2), read(2) and tel_policy_parse.
 */
int tel_policy_load(struct tel_policy *ret_policy, const char *path, uid_t euid,
                    struct tel_err *err);

/*
 * Finds the policy for NAME along the search path; the first that exists
 * wins, also when it is bad. -ENOENT: there is none (or NAME is not one that
 * a tool may have). -EPERM also where its folder is not root's or euid's, or
 * may be written by anybody. Otherwise as tel_policy_load.
 */
int tel_policy_find(const struct tel_env *env, const char *name,
                    struct tel_policy *ret_policy, struct tel_err *err);

/*
 * The directories of the search path, first to last: writes the one at index
 * into buf and says in *ret_installed whether it belongs to the install
 * prefix. 0, -ENOENT past the last, -ENAMETOOLONG (skip it).
 */
int tel_policy_dir(const struct tel_env *env, size_t index, char *buf,
                   size_t size, bool *ret_installed);

/* Whether name may be a tool's NAME: [A-Za-z0-9._+-]{1,64}, no leading dot. */
bool tel_name_valid(const char *name, size_t len);

/*
 * Whether key may name a field: [a-z][a-z0-9_]{0,15}, and none of the keys
 * that tel itself gives (t, e, v, tv, os, libc, ms, exit, sig, end, crash).
 */
bool tel_key_valid(const char *key, size_t len);

/*
 * Whether the policy lists a build-id that agrees with this one as far as the
 * shorter of the two goes. digits are hexadecimal, in lower case.
 */
bool tel_policy_has_build(const struct tel_policy *policy, const char *digits,
                          size_t len);

/* Whether version is a released one: 1, 1.2 or 1.2.3. Others are "devel". */
bool tel_release_valid(const char *version, size_t len);

/*
 * The name of an event on the wire: words joined by '_', then '_' and the
 * modifier where there is one (modifier.len > 0). The length, or
 * -ENAMETOOLONG.
 */
int tel_policy_event(const struct tel_policy *policy, struct tel_str words,
                     struct tel_str modifier, char *buf, size_t size);

static inline const char *tel_str_at(const struct tel_policy *policy,
                                     struct tel_str str)
{
    return policy->text + str.at;
}

/*
 * The line of the policy file, from 1, in which str stands; 0 where no line
 * does (an element that was not given, or the default of disable).
 */
unsigned tel_policy_line(const struct tel_policy *policy, struct tel_str str);

/*
 * Copies str into buf as a NUL-terminated string: 0 or -ENAMETOOLONG.
 */
int tel_str_copy(const struct tel_policy *policy, struct tel_str str, char *buf,
                 size_t size);

/*
 * The kinds of data that a yes is bound to, one word each, and the variable
 * that stops it: "ms=rounded", "crash=on", "disable=GIT_NO_TELEMETRY",
 * "fmt=word:--format:-o", "log:--oneline=oneline". Writes the one at index into
 * buf: its length, 0 for ms, exit or crash where they are off, -ENOENT past the
 * last, or -ENAMETOOLONG.
 */
int tel_policy_kind(const struct tel_policy *policy, size_t index, char *buf,
                    size_t size);

/* ---- deciding --------------------------------------------------------- */

/*
 * The answer, and the rule (1 to 7) that gave it. why is a constant sentence
 * for a person; variable is the name of the environment variable that
 * decided, or NULL (rule 3: it is the policy's disable).
 */
struct tel_verdict {
    bool on;
    bool local;  /* on, but to be counted here only */
    bool untold; /* off for no more than that its notice was not shown */
    bool unread; /* off, as the consent file can't be believed */
    int rule;
    const char *why;
    const char *variable;
};

/*
 * Rules 1, 2 and 4, which need no file. True: off, and *ret_verdict says why.
 */
bool tel_decide_early(const struct tel_env *env,
                      struct tel_verdict *ret_verdict);

/*
 * All rules, for one policy. Opens the machine policy and the consent file.
 */
void tel_decide(const struct tel_env *env, const struct tel_policy *policy,
                struct tel_verdict *ret_verdict);

enum tel_answer {
    TEL_ANSWER_NONE, /* nothing was ever said */
    TEL_ANSWER_NO,
    TEL_ANSWER_YES,
    TEL_ANSWER_LOCAL, /* yes, but never send */
    TEL_ANSWER_SHOWN  /* the notice of an opt-out tool has been shown */
};

/* What stands in the consent file about one id: pointers into memory of this
 * function's own, not NUL-terminated. */
struct tel_said {
    enum tel_answer answer;
    const char *endpoint; /* that was shown; NULL with a no */
    size_t endpoint_len;
    const char *kinds; /* words of tel_policy_kind, with blanks between */
    size_t kinds_len;
};

/*
 * Looks the id up, whether there is a policy of it or not: 0, also where
 * nothing is said (TEL_ANSWER_NONE), or -errno where the file can't be believed.
 * Holds until the next call about consent. Context: normal.
 */
int tel_consent_said(const struct tel_env *env, const char *id,
                     struct tel_said *ret_said);

/* Whether kind is among those that were shown. */
bool tel_said_covers(const struct tel_said *said, const char *kind);

/*
 * Writes the person's word into the consent file, making its directory
 * (0700) where needed, replacing the file in one step. policy NULL means
 * every tool, present and future, and goes with TEL_ANSWER_NO only (it also
 * turns each earlier yes into a no). -EINVAL, -EPERM (a directory or file of
 * somebody else), -EFBIG, or as open(2). Context: normal.
 */
int tel_consent_write(const struct tel_env *env,
                      const struct tel_policy *policy, enum tel_answer answer,
                      struct tel_err *err);

#ifdef TEL_OPT_OUT

#define TEL_NOTICE_MAX 1536

/*
 * The notice of an opt-out tool, some lines of it, into buf: its length, or
 * -ENAMETOOLONG.
 */
int tel_notice_text(const struct tel_policy *policy, char *buf, size_t size);

/*
 * Shows the notice of a policy whose verdict is "untold" on the terminal fd,
 * and keeps that it was shown, for this endpoint and these kinds of data: 0.
 * Nothing is shown, and nothing kept, where fd is no terminal of which this
 * process is in the foreground (-ENOTTY), the consent file can't be written
 * (as tel_consent_write), somebody else is just writing it (-EBUSY), or there
 * is no need any more (-EALREADY). Context: normal; tel-wrap too calls it, so
 * without malloc and stdio.
 */
int tel_notice_show(const struct tel_env *env, const struct tel_policy *policy,
                    int fd);

#endif

/* ---- matching --------------------------------------------------------- */

/* One value of a field: len 0 where the command line says nothing. */
struct tel_value {
    const char *at;
    size_t len;
};

struct tel_match {
    char event[TEL_EVENT_MAX + 1];
    struct tel_value values[TEL_FIELDS_MAX]; /* beside tel_policy.fields */
};

/*
 * Matches the nargs arguments (without the program itself) to an event.
 * 0, or -ENOENT where the policy says that an unlisted verb is not recorded.
 * Values are listed words of the policy or "yes", "no", "other": never bytes
 * of args. TEL_FIELD_RUNTIME is left empty: tel_match_runtime fills it.
 */
int tel_match(const struct tel_policy *policy, char *const *args, int nargs,
              struct tel_match *ret_match);

/* What one argument is to the policy. */
enum tel_arg_kind {
    TEL_ARG_WORD,   /* not an option: of the verb, or behind it */
    TEL_ARG_OPTION, /* one option, or several letters in one */
    TEL_ARG_VALUE,  /* the value of the option before it: passed over */
    TEL_ARG_DASHES  /* "--": no option stands behind it */
};

struct tel_trace_arg {
    uint8_t kind; /* enum tel_arg_kind */
    /* TEL_ARG_OPTION: as the policy lists it (of several letters the last that
     * is listed; len 0: none is). TEL_ARG_VALUE: whose value it is. */
    struct tel_str option;
};

/* Which argument gave a field its value: -1 where none did. */
struct tel_trace_field {
    int arg;
    int value_arg;         /* in which its value stands, perhaps the same */
    struct tel_str option; /* as the policy lists it */
};

/*
 * Where each part of a match comes from, as indices of the policy's arrays
 * and of args, -1 where nothing did; for tel preview. verb is also set where
 * an alias led to it.
 */
struct tel_trace {
    int verb;
    int alias;
    int modifier;
    int modifier_arg;
    unsigned nwords; /* the first words that are not options... */
    int words[TEL_WORDS_MAX];
    unsigned verb_words; /* ...and how many of them made the verb or alias */
    struct tel_trace_field fields[TEL_FIELDS_MAX];
    struct tel_trace_arg *args; /* the caller's, with room for nargs */
};

/*
 * tel_match, which also says where everything was found. trace may be NULL:
 * that is tel_match. On -ENOENT the words and arguments are told too.
 */
int tel_match_traced(const struct tel_policy *policy, char *const *args,
                     int nargs, struct tel_match *ret_match,
                     struct tel_trace *trace);

/*
 * The value of a TEL_FIELD_RUNTIME field for an interpreter of this program
 * name: the listed word, or "other".
 */
struct tel_value tel_match_runtime(const struct tel_policy *policy,
                                   const struct tel_field *field,
                                   const char *program);

#endif
