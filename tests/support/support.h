/* SPDX-License-Identifier: MIT */
/*
 * support: what the tests share: a scratch folder, an environment made from
 * nothing, real processes with their output caught, and waiting for a
 * condition with a deadline.
 *
 *     struct scratch *s = scratch_new();
 *     scratch_set(s, "LD_PRELOAD", TEL_STAGE_SHIM);
 *     scratch_write(s, "config/tel/tools.d/true.conf", POLICY);
 *     struct result r = scratch_run(s, "true", "--version", NULL);
 *     assert_int_equal(r.status, 0);
 *     result_clear(&r);
 *     scratch_free(s);          ends its background processes, removes it
 *
 * A scratch holds home/, config/ (XDG_CONFIG_HOME), state/ (XDG_STATE_HOME)
 * and, on a tmpfs, its own runtime folder (XDG_RUNTIME_DIR). Every function
 * fails the running test where it cannot do what it says.
 */
#ifndef TEL_SUPPORT_H
#define TEL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

struct scratch {
    char root[128];    /* on disk */
    char runtime[128]; /* on a tmpfs, 0700 */
    char *vars[64];    /* the environment, NULL-terminated */
    pid_t children[32];
};

struct scratch *scratch_new(void);
/* Ends what scratch_start started and the senders of this scratch. */
void scratch_free(struct scratch *scratch);

/* Sets or (value NULL) removes a variable of the environment. */
void scratch_set(struct scratch *scratch, const char *name, const char *value);

/* An absolute path below root, from a printf format; a static ring of 16. */
const char *scratch_path(const struct scratch *scratch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes a file below root, with its folders; executable where it begins
 * with "#!". */
void scratch_write(const struct scratch *scratch, const char *path,
                   const char *text);

/* The whole of a file (an absolute path), NUL-terminated, or NULL where there
 * is none. The caller frees it. */
char *file_read(const char *path, size_t *ret_len);

struct result {
    int status; /* exit status, or -signal */
    char *out;  /* stdout, NUL-terminated */
    size_t out_len;
    char *err; /* stderr */
    size_t err_len;
    pid_t pid;
};

/* Runs a program (by PATH of the scratch) to its end. The arguments end with
 * NULL. Fails the test after 60 s. */
struct result scratch_run(struct scratch *scratch, const char *program, ...)
    __attribute__((sentinel));
struct result scratch_runv(struct scratch *scratch, char *const *argv);
void result_clear(struct result *result);
/* Whether both ended alike and said the same. */
bool result_same(const struct result *a, const struct result *b);

/* Runs it, and fails the test unless it ends with this status; returns its
 * stdout, which the caller frees. */
char *scratch_ok(struct scratch *scratch, int status, const char *program, ...)
    __attribute__((sentinel));

/* Starts a program in the background with stdout and stderr to the file
 * below root named log (NULL: /dev/null). */
pid_t scratch_start(struct scratch *scratch, const char *log,
                    char *const *argv);
/* Sends sig (0: none) to a started program and waits for its end: exit
 * status, or -signal. */
int scratch_stop(struct scratch *scratch, pid_t pid, int sig);

/*
 * Whether the programs of this build are emulated: then what the emulator
 * can't do (qemu-user) is printed, for a test to pass over.
 */
bool emulator_lacks(const char *what);

/* From one status to the next where all are tried; emulation is slow. */
#ifdef TEL_EMULATOR
#define STATUS_STEP 15
#else
#define STATUS_STEP 1
#endif

/* Where something is not possible, skips the running test and says why. */
void skip_unless(bool possible, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The whole of a file of /proc/PID, as file_read; and its first child, or 0
 * where it has none. */
char *proc_read(pid_t pid, const char *file, size_t *ret_len);
pid_t proc_child(pid_t pid);

/* How many processes there are that were given this scratch's environment. */
unsigned scratch_processes(const struct scratch *scratch);

/* Calls condition until it is true; fails the test after 20 s. */
void until(bool (*condition)(void *), void *context);

/* Removes a folder and all below it. */
void remove_tree(const char *path);

/* The path of a program of this build, in the stage. */
#define TEL TEL_STAGE_BIN "/tel"
#define TEL_WRAP TEL_STAGE_BIN "/tel-wrap"
#define TEL_COLLECT TEL_STAGE_BIN "/tel-collect"
#define TEL_SEND TEL_STAGE_LIBEXEC "/tel-send"

/* Counts the occurrences of needle in text. */
size_t count_of(const char *text, const char *needle);

#endif
