/* SPDX-License-Identifier: MIT */
/*
 * init: a policy drafted from what a tool says of itself. Private to tel init.
 *
 *     run.c      asks the tool for its help, as harmlessly as can be
 *     help.c     makes lines of what it printed
 *     ask.c      what that help says can be asked besides
 *     verbs.c    lists of commands in it          entry.c  one line of a list
 *     usage.c    commands named in usage lines only
 *     options.c  options, and which of them take a value
 *     draft.c    the policy                       mend.c   made to parse
 *
 * What a tool prints is not trusted: everything has a limit, nothing is taken
 * for a command that does not look like one, and what does not fit is left
 * out and counted.
 *
 * Context: normal, in tel's own process only.
 */
#ifndef TEL_INIT_H
#define TEL_INIT_H

#include "../cli.h"

#define INIT_HELP_MAX 262144 /* bytes that are read of one call */
#define INIT_LINES_MAX 8192
#define INIT_PURPOSE_MAX 100
#define INIT_OPTIONS_MAX 256
#define INIT_NAME_MAX 48 /* of an option */

/* ---- help.c: text as lines ----------------------------------------------- */

/* A piece of a help's text; never NUL-terminated. */
struct piece {
    const char *at;
    size_t len;
};

/* A line without its indent and the blanks behind it; len 0: blank. */
struct init_line {
    struct piece text;
    size_t indent; /* in columns */
};

/* What one call printed, with tabs expanded and all control bytes gone. */
struct init_help {
    char text[2 * INIT_HELP_MAX];
    size_t len;
    struct init_line lines[INIT_LINES_MAX];
    size_t count;
};

void init_help_read(struct init_help *ret_help, const char *bytes, size_t len);

/* The next line that is not blank, from line i on; count where none is. */
size_t init_help_next(const struct init_help *help, size_t i);

/* Whether no line has any text. */
bool init_help_empty(const struct init_help *help);

bool piece_is(struct piece piece, const char *string);
bool piece_has(struct piece piece, const char *string);
bool piece_begins(struct piece piece, const char *string);
struct piece piece_trim(struct piece piece);

/* Takes the first word (up to a space) off the front; len 0: no more. */
struct piece piece_word(struct piece *rest);

/* Without the bytes of edges at both ends. */
struct piece piece_strip(struct piece piece, const char *edges);

/* ---- what is found ------------------------------------------------------- */

struct init_verb {
    char words[TEL_EVENT_MAX + 1];
    char purpose[INIT_PURPOSE_MAX + 1]; /* empty: the help tells none */
};

struct init_alias {
    char words[TEL_EVENT_MAX + 1];
    char target[TEL_EVENT_MAX + 1];
};

enum init_takes {
    INIT_NOTHING,  /* a flag */
    INIT_VALUE,    /* --name VALUE */
    INIT_ATTACHED, /* --name[=VALUE]: the next word is not its value */
};

struct init_option {
    char names[3][INIT_NAME_MAX + 1];
    size_t nnames;
    enum init_takes takes;
    char scope[TEL_EVENT_MAX + 1]; /* the verb it belongs to, or empty */
    char values[160];              /* the listed ones, a space between */
};

struct init_tool {
    char name[TEL_NAME_MAX + 1];
    char version[TEL_VERSION_MAX + 1]; /* empty: none that was released */
    struct init_verb verbs[TEL_VERBS_MAX];
    size_t nverbs;
    struct init_alias aliases[TEL_ALIASES_MAX];
    size_t naliases;
    struct init_option options[INIT_OPTIONS_MAX];
    size_t noptions;
    size_t dropped; /* verbs, aliases and options there was no room for */
};

/* ---- entry.c: one line of a list ------------------------------------------ */

/*
 * Whether word can be a command: lower case, no path, no address, no option,
 * no long number.
 */
bool init_verb_valid(struct piece word);

/* Adds a verb, or its purpose to one that has none. NULL: no room. */
struct init_verb *init_add_verb(struct init_tool *tool, struct piece words,
                                struct piece purpose);
void init_add_alias(struct init_tool *tool, struct piece words,
                    struct piece target);
struct init_verb *init_find_verb(struct init_tool *tool, struct piece words);

/* Appends more of the help to a purpose, and keeps its first sentence. */
void init_purpose(struct init_verb *verb, struct piece text);

/*
 * Divides a line into what is named and what is said of it, at the first wide
 * gap or at column (of the text, 0: not known). False: there is no gap, and
 * *ret_name is the whole line.
 */
bool init_split(struct piece line, size_t column, struct piece *ret_name,
                struct piece *ret_text);

/*
 * Takes a line of a list of commands into the tool. False: it is none.
 * *ret_verb is the verb, or NULL where the line told an alias only; *column
 * becomes that of its description, where it has one.
 */
bool init_entry(struct init_tool *tool, struct piece line, size_t *column,
                struct init_verb **ret_verb);

/* Takes "add   bisect   clone" or "add, bisect, clone": false, if it isn't. */
bool init_several(struct init_tool *tool, struct piece line, size_t least);

/* ---- verbs.c, usage.c, options.c: what a help names ------------------------ */

/* Adds the commands that the help lists. Returns how many are new. */
size_t init_read_verbs(struct init_tool *tool, const struct init_help *help);

/* "usage: x {a,b} ...", "OBJECT := { a | b }": as init_read_verbs. */
size_t init_read_sets(struct init_tool *tool, const struct init_help *help);

/*
 * The commands below verb that the usage lines of its help name ("usage: x
 * remote add <name>"), without verb itself. As init_read_verbs.
 */
size_t init_read_usage(struct init_tool *tool, const char *name,
                       const char *verb, const struct init_help *help);

/* Adds the options of the help; scope is the verb they belong to, or "". */
void init_read_options(struct init_tool *tool, const struct init_help *help,
                       const char *scope);

/* A list of values in what is said of an option, or nothing. */
void init_read_values(struct piece text, char *buf, size_t size);

/* ---- ask.c: what may be asked next ----------------------------------------- */

enum init_form {
    INIT_ASK_NOTHING,
    INIT_ASK_VERB_HELP, /* TOOL VERB --help */
    INIT_ASK_HELP_VERB, /* TOOL help VERB */
    INIT_ASK_VERB_H,    /* TOOL VERB -h */
};

/* What a help says of how to learn more. */
struct init_ask {
    const char *all[3];      /* arguments that list every command, up to NULL */
    bool help, dash_help, h; /* TOOL help, TOOL -help, TOOL -h */
    bool version;            /* TOOL --version */
    enum init_form form;
};

void init_ask(const char *name, const struct init_help *help,
              struct init_ask *ret_ask);

/* The first released version in what the tool printed, into tool. */
void init_read_version(struct init_tool *tool, const struct init_help *help);

/* ---- run.c: calls of the tool ----------------------------------------------- */

struct init_run {
    const char *path;                /* of the program */
    const char *name;                /* of the tool: its argv[0] */
    char home[64];                   /* the scratch folder; empty: none yet */
    char disable[TEL_NAME_MAX + 32]; /* "GIT_NO_TELEMETRY=1" */
};

enum init_end { INIT_ENDED, INIT_TOO_LONG, INIT_TOO_MUCH };

/* Finds the program of a tool along PATH: 0 or -ENOENT, -EACCES, ... */
int init_find(const struct tel_env *env, const char *tool, char *buf,
              size_t size);

/*
 * Makes the scratch folder: 0 or -errno. From then on signals that end tel do
 * so in init_run_close.
 */
int init_run_open(struct init_run *run);
/* Removes the folder and all that the tool left there. */
void init_run_close(struct init_run *run);

/*
 * Calls the program with up to three arguments (then NULL) and reads what it
 * prints on both streams: 0 and *ret_end, or -errno where it can't be started
 * (-EINTR: a signal wants tel to end).
 * Afterwards no process that it started is left.
 */
int init_call(struct init_run *run, const char *const args[3],
              struct init_help *ret_help, enum init_end *ret_end);

/* ---- draft.c, mend.c: the policy -------------------------------------------- */

/*
 * The draft as a string that the caller frees, or NULL (no memory): it parses
 * once its endpoint line is no comment.
 */
char *init_draft(struct init_tool *tool);

/*
 * Turns the lines that the policy's parser refuses into comments. The same
 * string, or another; NULL: no memory, or it can't be mended.
 */
char *init_mend(char *draft);

/* How the line of the endpoint begins. */
#define INIT_ENDPOINT "# endpoint"

#endif
