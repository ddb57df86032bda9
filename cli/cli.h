/* SPDX-License-Identifier: MIT */
/*
 * cli: the person's command, one small file a subcommand.
 *
 * main.c reads the environment once and hands it to the subcommand that its
 * table names. A subcommand is a constant struct tel_command; its run
 * function returns the exit status: TEL_DONE, TEL_NO, or TEL_BAD after one
 * line on stderr. Nothing here loads more than libc.
 *
 * Context: normal, in tel's own process only.
 */
#ifndef TEL_CLI_H
#define TEL_CLI_H

#include <stdio.h>

#include <tel/outbox.h>
#include <tel/runs.h>

enum tel_exit {
    TEL_DONE = 0,
    TEL_NO = 1, /* the answer is no: off, or not known */
    TEL_BAD = 2 /* bad usage or bad input */
};

struct tel_command {
    const char *name;
    const char *usage;   /* what follows "tel " */
    const char *summary; /* one line for tel --help */
    const char *details; /* the rest of tel NAME --help; complete.c reads the
                          * lines of options in it: "  --flag [VALUE]  text" */
    int (*run)(const struct tel_env *env, int argc, char **argv);
};

extern const struct tel_command tel_cli_status;
extern const struct tel_command tel_cli_on;
extern const struct tel_command tel_cli_off;
extern const struct tel_command tel_cli_preview;
extern const struct tel_command tel_cli_stats;
extern const struct tel_command tel_cli_log;
extern const struct tel_command tel_cli_flush;
extern const struct tel_command tel_cli_purge;
extern const struct tel_command tel_cli_audit;
extern const struct tel_command tel_cli_init;
extern const struct tel_command tel_cli_env;
extern const struct tel_command tel_cli_check;
extern const struct tel_command tel_cli_disclose;
extern const struct tel_command tel_cli_complete;

/* ---- main.c: the table of commands --------------------------------------- */

/* The command at index, in the order of tel --help, or NULL past the last. */
const struct tel_command *tel_cli_command(size_t index);

/* ---- args.c: the command line ------------------------------------------ */

struct tel_cli_flag {
    const char *name;   /* with its dashes */
    bool *set;          /* may be NULL */
    const char **value; /* NULL: it takes none; else "--name VALUE" or
                         * "--name=VALUE", of which the last counts */
};

/* What a subcommand accepts, and the words that were found. */
struct tel_cli_args {
    const struct tel_command *command;
    const struct tel_cli_flag *flags;
    size_t nflags;
    int words_max;
    bool stop_at_word; /* what follows the first word is not tel's */
    const char *words[2];
    int nwords;
    int next; /* index in argv after the last argument that was taken */
};

/*
 * Takes argv apart (argv[0] is the subcommand). False: the command is over
 * and ends with *ret_status, help or the one line having been printed.
 */
bool tel_cli_parse(struct tel_cli_args *args, int argc, char **argv,
                   int *ret_status);

void tel_cli_help(const struct tel_command *command, FILE *to);

/* ---- out.c: what is printed -------------------------------------------- */

/* Prints one line on stderr, after "tel: ", as tel_cli_plain would. Returns
 * TEL_BAD. */
int tel_cli_bad(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether colours may be used on this stream. */
bool tel_cli_colours(const struct tel_env *env, FILE *to);

/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void tel_cli_json(FILE *to, const char *string);

/*
 * Bytes of a file that may be damaged or hostile, for a terminal too: what is
 * not printable ASCII becomes '?'.
 */
void tel_cli_print_bytes(FILE *to, const char *at, size_t len);

/* A part of the policy; what moves a cursor (tel_text_still) becomes '?'. */
void tel_cli_print(FILE *to, const struct tel_policy *policy,
                   struct tel_str str);

/* Any string; what moves a cursor becomes '?'. */
void tel_cli_plain(FILE *to, const char *string);

/* string as one word of a POSIX shell. */
void tel_cli_quote(FILE *to, const char *string);

/* ---- tools.c: which tools are known ------------------------------------ */

struct tel_names {
    char (*names)[TEL_NAME_MAX + 1]; /* sorted, each once */
    size_t count;
};

/* Every NAME along the search path: 0 or -ENOMEM. Freed by the next one. */
int tel_cli_names(const struct tel_env *env, struct tel_names *ret_names);
void tel_cli_names_free(struct tel_names *names);

/* Puts one more in its place, if it is not there yet: 0 or -ENOMEM. */
int tel_cli_names_add(struct tel_names *names, const char *name);

/*
 * Finds a tool by its NAME (tel_cli_tool: or else by its id). TEL_DONE and
 * *ret_policy, or TEL_NO or TEL_BAD after a line on stderr; *ret_policy is
 * then undefined.
 */
int tel_cli_named(const struct tel_env *env, const char *name,
                  struct tel_policy *ret_policy);
int tel_cli_tool(const struct tel_env *env, const char *tool,
                 struct tel_policy *ret_policy);

/* As tel_cli_tool, but silent: 0, or as tel_policy_find. */
int tel_cli_find(const struct tel_env *env, const char *tool,
                 struct tel_policy *ret_policy, struct tel_err *err);

/* What [purposes] says of a field, or NULL. */
const struct tel_purpose *tel_cli_purpose(const struct tel_policy *policy,
                                          const char *key);

/*
 * A short part of the policy (an id, a key, the endpoint) as a string, in a
 * static ring of 16.
 */
const char *tel_cli_str(const struct tel_policy *policy, struct tel_str str);

/*
 * Where the person's settings are: false after a line on stderr, when
 * neither HOME nor XDG_CONFIG_HOME names a place.
 */
bool tel_cli_has_settings(const struct tel_env *env);

/* The same for what waits and what was sent: HOME or XDG_STATE_HOME. */
bool tel_cli_has_state(const struct tel_env *env, char *path, size_t size);

/* ---- named.c: a policy that is named by its path or its tool ------------- */

/* The path of the first policy file for NAME along the search path. */
bool tel_cli_policy_file(const struct tel_env *env, const char *name, char *buf,
                         size_t size);

/*
 * Writes the path of the policy that word names: word itself where it has a
 * slash, ends with ".conf" or is a file; else that of the tool of this NAME or
 * id. TEL_DONE, or TEL_NO or TEL_BAD after a line on stderr.
 */
int tel_cli_policy_path(const struct tel_env *env, const char *word, char *buf,
                        size_t size);

/*
 * Reads and parses it, whoever the owner is, for it is only looked at: 0; or
 * -EINVAL where it is a bad policy, with the line and what is wrong there; or
 * -errno and a sentence where it cannot be read.
 */
int tel_cli_read_policy(const char *path, struct tel_policy *ret_policy,
                        unsigned *ret_line, struct tel_err *err);

/*
 * The id that the policy at path gives, if only that can be made out of it,
 * into buf, which else stays as it is.
 */
void tel_cli_raw_id(const char *path, char *buf, size_t size);

/*
 * The whole of a file of at most max bytes, NUL-terminated, which the caller
 * frees: 0 or -errno (-EFBIG).
 */
int tel_cli_read_file(const char *path, size_t max, char **ret_text,
                      size_t *ret_len);

/* ---- gone.c: a tool without a policy ------------------------------------- */

#define TEL_GONE_MAX 16

/* The ids that are known of it, and the NAMEs of which something waits. */
struct tel_gone {
    char ids[TEL_GONE_MAX][TEL_NAME_MAX + 1];
    char names[TEL_GONE_MAX][TEL_NAME_MAX + 1];
    size_t nids;
    size_t nnames;
};

/*
 * What is still here of a tool, by its NAME or its id, whether or not there is
 * a policy; nids is 0 where nothing is. 0 or -errno.
 */
int tel_cli_gone(const struct tel_env *env, const char *word,
                 struct tel_gone *ret_gone);

/* ---- script.c: the interpreter of a tool -------------------------------- */

/*
 * The program name that the "#!" line of the tool (a name along PATH, or a
 * path) asks for; false where it is no script or is not there.
 */
bool tel_cli_interpreter(const struct tel_env *env, const char *tool, char *buf,
                         size_t size);

/* ---- waits.c: what has not left yet -------------------------------------- */

#define TEL_TABLES_MAX 2

/* The runs that are over but still in a table, and where the outbox is. */
struct tel_waits {
    struct tel_table *tables[TEL_TABLES_MAX];
    struct tel_finished *finished[TEL_TABLES_MAX]; /* each table's */
    size_t counts[TEL_TABLES_MAX];
    char state[TEL_PATH_MAX]; /* empty where the environment names none */
};

/* How much waits of one tool, and how much of it was dropped. */
struct tel_cli_counts {
    uint64_t waiting; /* to be sent */
    uint64_t kept;    /* never to be sent: tel on --local */
    uint64_t dropped;
};

/* Whether this run of a table is in the outbox already. */
bool tel_cli_waits_moved(const struct tel_waits *waits,
                         const struct tel_finished *finished);

/* Looks once, makes nothing: 0 or -errno. The caller closes it. */
int tel_cli_waits_open(const struct tel_env *env, struct tel_waits *ret_waits);
void tel_cli_waits_close(struct tel_waits *waits);

/* id may be NULL (a bad policy); local says that the tool is counted here. */
int tel_cli_waits_count(const struct tel_waits *waits, const char *name,
                        const char *id, bool local,
                        struct tel_cli_counts *ret_counts);

/*
 * Forgets what waits of the tool NAME, or of all tools where name is NULL:
 * 0 and the number of events, or -errno.
 */
int tel_cli_waits_forget(struct tel_waits *waits, const char *name,
                         uint64_t *ret_events);

/*
 * Removes from both places what hosts have left that were killed while they
 * made the table, and says so: 0, or -errno after a line on stderr.
 */
int tel_cli_sweep(const struct tel_env *env);

/* The pid of the live sender, or 0. */
pid_t tel_cli_waits_sender(const struct tel_waits *waits);

/* ---- words.c: a verdict, said to a person ------------------------------ */

/* Whether programs that are started from here are given the preload object. */
bool tel_cli_preloaded(const struct tel_env *env);

/* The environment variable that decided, or NULL. */
const char *tel_cli_variable(const struct tel_verdict *verdict,
                             const struct tel_policy *policy);

/* How to change a verdict ("unset CI"), written into buf. */
const char *tel_cli_advice(const struct tel_verdict *verdict,
                           const struct tel_policy *policy, char *buf,
                           size_t size);

/* Prints "git is off by rule 2: why (to change it: advice)" and a newline. */
void tel_cli_say_verdict(FILE *to, const struct tel_verdict *verdict,
                         const struct tel_policy *policy);

/* ---- since.c: what a yes did not cover ------------------------------------ */

/*
 * Prints what the policy asks, or whom it tells, that the yes in the consent
 * file was not said to; nothing where there is no yes, no difference, or a
 * file that can't be believed.
 */
void tel_cli_say_since(const struct tel_env *env,
                       const struct tel_policy *policy);

#ifdef TEL_OPT_OUT

/* ---- notice.c: the notices of opt-out tools, on stderr, once ------------- */

/* Of these tools, those that are off for no more than their notice: a few. */
void tel_cli_notices(const struct tel_env *env, const struct tel_names *names);
/* Of this one, whose verdict is untold. */
void tel_cli_notice(const struct tel_env *env, const struct tel_policy *policy);

#endif

#endif
