/* SPDX-License-Identifier: MIT */
/*
 * runs: one run from begin to end, in a table in shared memory.
 *
 * Recorders (the shim, the wrapper) claim a slot when a program starts and
 * store how it ended; the sender takes out what is over. The table's form,
 * by byte offset, with its rules for crashes, stands at the head of
 * runs/table.h.
 *
 * A recorder calls:
 *
 *     struct tel_run run;
 *     if (tel_run_begin(&program, &run) <= TEL_BEGIN_CONTINUED)
 *         ...
 *     tel_run_note(&run, TEL_RAW_EXIT, status);    it may be ending
 *     tel_run_end(&run, TEL_RAW_EXIT, status);     it surely is
 *
 * The sender calls, for each place that tel_table_dir names:
 *
 *     struct tel_table *table;
 *     tel_table_open(dir, euid, &table);
 *     for (;;) {
 *         tel_table_look(table);                   notice new and ended runs
 *         n = tel_table_finished(table, list, max);
 *         ... tel_table_mark each with the group's key, write the outbox file,
 *             tel_table_free each ...
 *         poll(tel_table_fd(table), ...);
 *     }
 *     tel_table_close(table);
 *
 * Exactly once: mark before the file is written under a name made of that
 * key; free only after the file is durable. A sender that finds a marked
 * slot looks for the file: there it frees the slot, else it moves it anew.
 *
 * Errors: 0 or a negative errno, out-parameters untouched on failure.
 * Context: preload for the recorder's half, normal for the sender's.
 */
#ifndef TEL_RUNS_H
#define TEL_RUNS_H

#include <tel/event.h>

/* ---- recorders --------------------------------------------------------- */

/* The program that this process is, or is about to become. */
struct tel_program {
    char *const *envp;
    const char *path;  /* as executed (AT_EXECFN) */
    char *const *args; /* the tool's arguments, without its own name */
    int nargs;
    const char *interpreter; /* of a script; NULL: none, or look */
    bool secure;             /* AT_SECURE */
    uid_t euid;
    bool look;    /* for an interpreter, in the file at path */
    bool watched; /* a watcher will store the real end */
};

/*
 * A recorded run: where its end is stored. Zeroed means: not recorded.
 */
struct tel_run {
    uint64_t *word;   /* mapped; NULL where nothing is recorded */
    uint64_t claim;   /* generation and pid, as they stand in the word */
    int64_t start_ns; /* on clock */
    int clock;        /* a clockid_t that needs no system call */
    bool crashes;     /* its policy says crash = on */
};

/* What tel_run_begin found. */
enum tel_begin {
    TEL_BEGIN_RECORDED,     /* *ret_run is armed */
    TEL_BEGIN_CONTINUED,    /* this pid's run goes on; *ret_run is armed */
    TEL_BEGIN_OFF,          /* a rule says off */
    TEL_BEGIN_UNCONFIGURED, /* no policy, and no run of this pid */
    TEL_BEGIN_UNTOLD,       /* off, but a notice would change that */
    TEL_BEGIN_NOT_RECORDED  /* inside a run, unlisted, bad policy, no table, */
                            /* or any doubt */
};

/*
 * Finds the policy, decides, matches, claims; starts a sender where none is
 * alive and it is safe. Leaves errno alone, leaves no descriptor open and at
 * most one page mapped.
 */
enum tel_begin tel_run_begin(const struct tel_program *program,
                             struct tel_run *ret_run);

/*
 * Stores how the run ended: memory stores only, no system call. The last
 * store before the process is gone wins. Nothing happens where run is not
 * armed or its slot has become another run's.
 *
 * note is for where the process may yet go on (a vforked child that shares
 * its parent's memory calls _exit): the run still counts as running for the
 * programs that it starts. end is for where it surely does not.
 */
void tel_run_note(const struct tel_run *run, enum tel_raw_end end, int code);
void tel_run_end(const struct tel_run *run, enum tel_raw_end end, int code);

/* Gives the slot back: the run did not begin after all (exec failed). */
void tel_run_abandon(const struct tel_run *run);

/*
 * How the process behind a pidfd ended, as wait(2) would say it: 0 once it is
 * gone and reaped, -EAGAIN before that, or an error where the kernel does not
 * tell (before Linux 6.15). tel_pidfd_tells says whether this kernel does.
 * Context: child.
 */
int tel_pidfd_status(int pidfd, int *ret_wait_status);
bool tel_pidfd_tells(void);

/*
 * Whether the children of this process are born into another pid namespace
 * than its own (unshare(1) -p without -f). The first of them is process 1
 * there, and when it ends nothing can be forked any more: no process may be
 * started that the program did not ask for. One or two system calls.
 */
bool tel_children_are_elsewhere(void);

/*
 * Waits for a child without an exit signal (clone(2)) that is in a session of
 * its own and about to end. A stop signal for the host's group may have met
 * it just before it left; no SIGCONT for the group would reach it any more,
 * and so it is sent one here. Context: child.
 */
void tel_await_helper(pid_t child);

/*
 * Whether valgrind runs this program, told by how it gets into one. It reports
 * on each process of a host, and on system calls that it does not know.
 */
bool tel_is_under_valgrind(const struct tel_env *env);

/*
 * The program name of the interpreter that the "#!" line of the file at path
 * gives, or of what env is asked for there ("#!/usr/bin/env node"), into buf:
 * 0, -ENOEXEC for what is no script, or as open(2).
 */
int tel_script_interpreter(const char *path, char *buf, size_t size);

/* ---- the crash object -------------------------------------------------- */

/* The part of a run's slot that takes its crash; zeroed: there is none. */
struct tel_crash_place {
    void *at;
};

/*
 * Finds the slot of a run that crashes, and maps the part of it that takes a
 * crash. name (TEL_NAME_MAX + 1 bytes) is by which its policy is found. 0, or
 * a negative errno. Leaves no descriptor open; costs six system calls.
 */
int tel_crash_open(const struct tel_env *env, const struct tel_run *run,
                   struct tel_crash_place *ret_place, char *ret_name);

/*
 * Stores how the run ended, and where: memory stores only. May be called
 * again with more; what was stored last counts, if the run has ended by sig.
 */
void tel_crash_store(const struct tel_crash_place *place,
                     const struct tel_run *run, int sig,
                     const struct tel_crash *crash);

/*
 * The run's word, to be put back where a signal turns out to be another
 * process's: one that was vforked and shares this memory.
 */
uint64_t tel_run_state(const struct tel_run *run);
void tel_run_restore(const struct tel_run *run, uint64_t state);

/* The pid that claimed the run. */
pid_t tel_run_pid(const struct tel_run *run);

/* The table's name in its directory. */
#define TEL_TABLE_FILE "runs-1"

/*
 * The places a table may be in, most preferred first: writes the directory
 * at index (0 or 1) into buf. 0, -ENOENT past the last, -ENAMETOOLONG.
 */
int tel_table_dir(const struct tel_env *env, size_t index, char *buf,
                  size_t size);

/* ---- the sender and tel: context normal ------------------------------- */

struct tel_table;

/*
 * Removes from the table's directory what hosts have left there that were
 * killed while they made the table: how many, or a negative errno (-EPERM: it
 * is not euid's own). The table itself stays.
 */
int tel_table_sweep(const char *dir, uid_t euid);

/*
 * Opens the table in dir and maps all of it. -ENOENT where there is none,
 * -EPERM where directory or file are not euid's own, -EBADMSG where it is no
 * table. The caller closes it.
 */
int tel_table_open(const char *dir, uid_t euid, struct tel_table **ret_table);
void tel_table_close(struct tel_table *table); /* accepts NULL */

/*
 * Looks at every slot: opens a pidfd for each live owner it does not know
 * yet, frees half-made claims whose owner is gone, and learns how owners
 * ended where the kernel tells.
 */
void tel_table_look(struct tel_table *table);

/*
 * A descriptor that polls readable when a run may have ended or begun. It
 * stays the table's.
 */
int tel_table_fd(const struct tel_table *table);

/* Counts by the last tel_table_look. */
struct tel_table_counts {
    unsigned running;  /* live owners, not yet over */
    unsigned finished; /* over, to be taken out */
    unsigned pending;  /* over, but a watcher may still tell how: look again */
                       /* within 20 ms */
    unsigned foreign;  /* slots of another /proc: not ours to judge */
};
void tel_table_count(const struct tel_table *table,
                     struct tel_table_counts *ret_counts);

/* One run that is over. */
struct tel_finished {
    unsigned slot;
    uint64_t word;               /* the slot's word when it was read */
    uint64_t key;                /* 0: not marked yet */
    char name[TEL_NAME_MAX + 1]; /* NAME, by which its policy is found */
    struct tel_event event;      /* complete, coarsened */
};

/* Writes up to max finished runs into list; the number written. */
size_t tel_table_finished(struct tel_table *table, struct tel_finished *list,
                          size_t max);
void tel_table_mark(struct tel_table *table,
                    const struct tel_finished *finished, uint64_t key);
void tel_table_free(struct tel_table *table,
                    const struct tel_finished *finished);

/*
 * Runs that were dropped because the table was full, for the tool NAME since
 * the table was made; NULL: for all tools.
 */
uint64_t tel_table_dropped(const struct tel_table *table, const char *name);

/*
 * The lease: which sender is alive for this table and this /proc.
 * take: 0, or -EBUSY where another live sender holds it. It runs out after
 * TEL_LEASE_S seconds unless renewed.
 */
#define TEL_LEASE_S 600
int tel_lease_take(struct tel_table *table);
void tel_lease_renew(struct tel_table *table);
void tel_lease_drop(struct tel_table *table);
/* The pid of the live sender, or 0. */
pid_t tel_lease_holder(const struct tel_table *table);

/*
 * Whether a sender is given this variable, NAME=VALUE, of whoever starts it:
 * where files are, what switches off, proxies and certificates. No other one
 * has a say in what it does. Context: preload.
 */
bool tel_sender_given(const char *variable);

#endif
