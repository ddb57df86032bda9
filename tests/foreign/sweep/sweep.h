/* SPDX-License-Identifier: MIT */
/*
 * sweep: what the parts of the sweep share. Private to this folder.
 *
 * Every command of the machine is run bare twice and then once each way that
 * tel records it, in a sandbox; whatever a host could show is compared.
 *
 *     commands_find -> sandbox_start (one a worker) -> compare_command
 *                                                        run_once, files_list,
 *                                                        records_take
 */
#ifndef TEL_SWEEP_H
#define TEL_SWEEP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <tel/runs.h>

#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- commands: sweep_commands.c ---------------------------------------- */

/* Whether the preload object can be loaded into it. */
enum loads {
    LOADS_YES,
    LOADS_STATIC, /* no program interpreter: static, or no ELF at all */
    LOADS_OTHER   /* another class, machine or libc */
};

struct command {
    char *path;
    const char *name; /* the last part of path */
    enum loads loads;
    bool can_have_policy; /* its name is one that a policy may have */
    bool set_id;          /* setuid or setgid: runs without its privileges */
    dev_t device;         /* of the file behind all symbolic links */
    ino_t inode;
    const char *excluded; /* the reason, or NULL */
};

struct commands {
    struct command *list;
    size_t count;
};

/* All of them, sorted by path; shim: the object that is to be loaded. Ends
 * the program where memory runs out. */
void commands_find(struct commands *ret_commands, const char *shim);
void commands_free(struct commands *commands);
size_t commands_distinct_files(const struct commands *commands);

/* ---- text: sweep_text.c ------------------------------------------------- */

/* realloc and strdup that end the program where memory runs out. */
void *grow(void *old, size_t bytes);
char *copy_of(const char *string);

/* Marks (a byte a line) the lines in which b differs from a. */
void text_mark_differences(const struct text *a, const struct text *b,
                           struct text *marks);
/* Whether b has as many lines as a and differs in marked ones only. */
bool text_differs_within(const struct text *a, const struct text *b,
                         const struct text *marks);
/* Prints the first line in which b differs from a. */
void text_print_difference(FILE *out, const char *what, const struct text *a,
                           const struct text *b);

/* ---- the sandbox: sweep_sandbox.c -------------------------------------- */

/*
 * What a sandbox holds, besides the machine's programs (read-only), a /proc of
 * its own, five devices, and the scratch places below, all in memory. No
 * network, no capability, no setuid, an unprivileged user.
 */
#define BOX_UID 1000
#define BOX_HOME "/home/sweep"
#define BOX_WORK BOX_HOME "/work"
#define BOX_RUNTIME "/run/user/1000"
#define BOX_TEL "/tel"
#define BOX_SHIM BOX_TEL "/libtel_shim.so"
#define BOX_WRAP BOX_TEL "/tel-wrap"
#define BOX_POLICIES BOX_TEL "/tools.d"
#define BOX_STATE BOX_RUNTIME "/state"
/* Where the shim looks for it: as on the machine. */
#define BOX_SENDER TEL_LIBEXECDIR "/tel-send"

struct sandbox {
    int shim; /* descriptors of what is copied into it */
    int wrap;
    int sender;
    const struct commands *commands; /* each gets a policy */
    int (*work)(void *context);      /* what is done there */
    void *context;
};

/* A worker's exit status where there can be no sandbox. */
#define BOX_NONE 77

/* Starts a worker; the caller waits for it. -errno where it can't be. */
pid_t sandbox_start(const struct sandbox *sandbox);

/* ---- the files left behind: sweep_files.c ------------------------------- */

/* Makes all scratch places empty but for the given consent file. */
void files_reset(const struct text *consent);
/* One line for each thing in them: path, type, mode, size, content. */
void files_list(struct text *list);

/* ---- one run: sweep_run.c ----------------------------------------------- */

enum way {
    WAY_BARE,
    WAY_PRELOAD,
    WAY_SENDER, /* preloaded, and no sender lives: one is started */
    WAY_IN_PLACE,
    WAY_SUPERVISE,
    WAYS
};

struct outcome {
    int status;     /* exit status, or -signal */
    bool timed_out; /* it was ended after the time limit */
    bool held;      /* its output was still held open after its end */
    struct text out;
    struct text err;
    struct text files;
};

/* Which parts of two outcomes differ: a set of bits. */
enum {
    PART_STATUS = 1,
    PART_OUT = 2,
    PART_ERR = 4,
    PART_FILES = 8,
    PART_HELD = 16,
    PART_TIME = 32
};

struct run_plan {
    const struct command *command;
    const char *option;
    enum way way;
    const struct text *consent;
    struct tel_table *table;
    unsigned limit_s;
};

struct records;

/* Runs it in fresh scratch places, and ends all that it has left. */
void run_once(const struct run_plan *plan, struct outcome *ret_outcome,
              struct records *ret_records);
void outcome_clear(struct outcome *outcome);
unsigned outcome_difference(const struct outcome *a, const struct outcome *b);
/* The environment of a bare run, NULL-terminated. */
char *const *run_environment(void);

/* ---- what was recorded: sweep_records.c --------------------------------- */

#define RECORDS_MAX 16

struct record {
    char name[TEL_NAME_MAX + 1];
    struct tel_event event; /* as the sender moves it */
    bool has_end;           /* the recorder itself stored one */
    bool by_signal;
    int code;
};

struct records {
    bool sender; /* one was started */
    size_t count;
    struct record list[RECORDS_MAX];
};

/* A table in the runtime folder, whose lease this process holds, so that no
 * sender is started; NULL where it can't be. */
struct tel_table *records_open(void);
/* Gives the lease away, so that the next run starts a sender; waits for that
 * one, or false where none comes; takes the lease again from a dead one. */
void records_want_sender(struct tel_table *table);
bool records_await_sender(struct tel_table *table);
void records_need_no_sender(struct tel_table *table);
/* The tool has ended and is not reaped yet: learns what the kernel tells. */
void records_look(struct tel_table *table);
/* Waits until the watcher of a run in place has stored how it ended. */
void records_await(struct tel_table *table);
/* Takes out everything; nothing that was recorded is alive any more. */
void records_take(struct tel_table *table, struct records *ret_records);

enum verdict {
    RECORDED,          /* exactly one run, ended as it did */
    RECORDED_NO_END,   /* the same by the kernel's word; the object saw none */
    RECORDED_NOTHING,  /* and nothing was to be: not loadable */
    RECORDED_NAMELESS, /* the same: no policy can have this name */
    RECORDED_WRONG,
    VERDICTS
};

/* Judges the records of a run; says in why what is wrong. */
enum verdict records_judge(const struct records *records,
                           const struct run_plan *plan,
                           const struct outcome *outcome, char *why,
                           size_t size);

/* The consent file's text, with a yes for this command and for the programs
 * that others start most. */
void records_consent(const struct command *command, struct text *ret_text);

/* ---- comparing: sweep_compare.c ----------------------------------------- */

#define CASES 3
extern const char *const case_options[CASES];
extern const char *const way_names[WAYS];

/* Shared by all workers; changed by atomic additions only. */
struct totals {
    uint64_t next; /* the command to take next */
    uint64_t done;
    uint64_t cases;
    uint64_t unstable;
    uint64_t faults; /* differences and wrong records */
    uint64_t same[WAYS];
    uint64_t different[WAYS];
    uint64_t unstable_by_way[WAYS];
    uint64_t verdicts[WAYS][VERDICTS];
};

/* One worker's notes, read by the main program once it has ended. */
struct notes {
    FILE *faults;
    FILE *unstable; /* a line each */
    FILE *unended;  /* a line each */
};

struct comparison {
    struct totals *totals;
    struct notes notes;
    struct tel_table *table;
    bool ways[WAYS];
    unsigned limit_s;
};

/* All cases of one command, all ways. */
void compare_command(const struct comparison *comparison,
                     const struct command *command);

#endif
