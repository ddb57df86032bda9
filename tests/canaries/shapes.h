/* SPDX-License-Identifier: MIT */
/*
 * shapes: runs of differing shapes, filled with canaries. What a shape is
 * (tool, way, verb, options, how it ends) follows from one number, and all
 * that is personal in it from another: two runs of the same shape differ in
 * nothing that a policy lists.
 *
 *     struct nest *nest = nest_new(&choice);    a person's home and tools
 *     struct shape shape;
 *     shape_draw(nest, number, filling, false, &shape);
 *     pid_t pid = shape_start(&shape, said_fd);
 *     waitpid(pid, ...);
 *     nest_free(nest);
 */
#ifndef TEL_TEST_SHAPES_H
#define TEL_TEST_SHAPES_H

#include "canary.h"
#include "support.h"

/* The places in which a person works: homes, and folders of tools too. */
#define FOLDERS 8

struct nest_choice {
    const char *stem;       /* of what is personal */
    const char *place_stem; /* of where tel's own files are */
    const char *shim;
    const char *wrap;
    unsigned port; /* of the collector */
};

struct nest {
    struct nest_choice choice;
    struct scratch *scratch;
    char parent[64];            /* of the scratch; its name holds a canary */
    char runtime[256];          /* XDG_RUNTIME_DIR */
    char folders[FOLDERS][256]; /* even ones for even fillings */
    char files[FOLDERS][300];   /* one in each, as a tool's input */
};

/* Makes it, with policies and a yes for every tool. */
struct nest *nest_new(const struct nest_choice *choice);
void nest_free(struct nest *nest);

/* Writes the policies, as they are installed, into a folder below scratch. */
void nest_policies(const struct nest_choice *choice,
                   const struct scratch *scratch, const char *folder);

/* What the option --format of a run was. */
enum format { FORMAT_NONE, FORMAT_JSON, FORMAT_TABLE, FORMAT_OTHER, FORMATS };

#define WORDS_MAX 40
#define VARIABLES_MAX 40

struct shape {
    const char *path; /* what is executed */
    char *argv[WORDS_MAX];
    char *envp[VARIABLES_MAX];
    const char *cwd;
    const char *input; /* stdin */
    bool leads;        /* a process group of its own */
    bool waits;        /* it has to be killed, once it has said a byte */
    bool silent;       /* what it is says nothing on its own */
    const char *tool;  /* as the policy calls it */
    const char *event; /* NULL: it is not to be recorded */
    enum format format;
    size_t words;
    size_t variables;
    size_t used;
    char room[16384]; /* the strings of all these */
};

/*
 * The shape of this number, filled by that one. first: of those that may be
 * the first to start a sender, which knows its starter's home: that one is
 * tel's.
 */
void shape_draw(const struct nest *nest, uint64_t number, uint64_t filling,
                bool first, struct shape *ret_shape);

/*
 * Starts it, with stderr to said, or nowhere where it is not silent. One that
 * waits has been killed when this returns. The caller waits for it.
 */
pid_t shape_start(const struct shape *shape, int said);

#endif
