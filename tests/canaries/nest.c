/* SPDX-License-Identifier: MIT */
/* A person's home, tools and policies, in folders that canaries name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shapes.h"

#define TOOL_HEAD                                                        \
    "[tool]\nid = %s\nversion = 1.2\nendpoint = http://127.0.0.1:%u/t\n" \
    "purpose = Try it out\n"
#define OPTIONS "value-options = -C -c --do --with --git-dir --work-tree -m\n"
#define COMMAND "[command]\n" OPTIONS
#define FORMAT "fmt = word --format -o: json table\nquiet = flag --quiet -q\n"
#define EXACT "[fields]\nms = rounded\nexit = code\n"

/* Like git, like docker, without verbs, scripts, one that records no verb
 * but its own; and three real programs. */
static const struct {
    const char *name;
    const char *policy;
} policies[] = {
    {"forge", "method = POST\n" COMMAND "value-options remote = -t\n"
              "[verbs]\ncommit = c\nstash push = s\n"
              "remote add = r\nlog = l\n"
              "[aliases]\nci = commit\nstash = stash push\n"
              "[modifiers]\nlog --oneline = oneline\n"
              "commit --amend = amend\n" EXACT FORMAT "tty = flag @terminal\n"},
    {"docket", "method = GET\n" COMMAND "[verbs]\npull = p\ncontainer ls = l\n"
               "image prune = i\n"
               "[fields]\nms = bucket\nexit = class\n" FORMAT},
    {"plain", "method = POST\n[command]\nverbs = none\n"
              "[fields]\nms = off\nexit = 0 1 2\n"},
    {"scribe", "method = POST\n" COMMAND "[verbs]\nbuild = b\n" EXACT
               "by = runtime: sh bash\n"},
    {"adder", "method = POST\n" COMMAND "[verbs]\nbuild = b\n" EXACT
              "by = runtime: python3\n"},
    {"strict",
     "method = POST\n" COMMAND "unlisted = ignore\n[verbs]\ngo = g\n" EXACT},
    {"solid", "method = POST\n" COMMAND
              "[verbs]\npull = p\ncontainer ls = l\n" EXACT FORMAT},
    {"git", "method = POST\n" COMMAND "[verbs]\nstatus = s\nlog = l\n" EXACT},
    {"sh", "method = POST\n[command]\nverbs = none\n" EXACT},
    {"python3", "method = POST\n[command]\nverbs = none\n" EXACT},
};
#define POLICIES (sizeof(policies) / sizeof(policies[0]))

/* Ends as its last four arguments say. Only what dash has built in. */
#define SCRIBE                                                           \
    "%s\n# %s\n"                                                         \
    "while [ $# -gt 4 ]; do shift; done\n"                               \
    "case $2 in signal) kill -\"$4\" $$ ;; read) read -r line ;; esac\n" \
    "exit \"$4\"\n"
#define ADDER                                                   \
    "%s\n# %s\nimport os, sys\n"                                \
    "if sys.argv[-3] == 'signal':\n"                            \
    "    os.kill(os.getpid(), int(sys.argv[-1]))\n"             \
    "if sys.argv[-3] == 'read':\n    sys.stdin.buffer.read()\n" \
    "sys.exit(int(sys.argv[-1]))\n"

void nest_policies(const struct nest_choice *choice,
                   const struct scratch *scratch, const char *folder)
{
    for (size_t i = 0; i < POLICIES; i++) {
        char text[2048];
        char path[256];

        (void)snprintf(path, sizeof(path), "%s/%s.conf", folder,
                       policies[i].name);
        (void)snprintf(text, sizeof(text), TOOL_HEAD "%s", policies[i].name,
                       choice->port, policies[i].policy);
        scratch_write(scratch, path, text);
    }
}

static void make_dir(const char *path)
{
    if (mkdir(path, 0700) < 0)
        fail_msg("mkdir %s: %s", path, strerror(errno));
}

static void make_link(const char *target, const char *folder, const char *name)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (symlink(target, path) < 0)
        fail_msg("symlink %s: %s", path, strerror(errno));
}

static void place_file(const char *target, const char *folder, const char *name)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (link(target, path) < 0)
        fail_msg("link %s: %s", path, strerror(errno));
}

/* The tools by their names, and tel-wrap under the same ones in links/. */
static void fill_folder(const struct nest *nest, const char *folder)
{
    static const char *const of_c[] = {"forge", "docket", "plain", "strict"};
    char path[512];

    for (size_t i = 0; i < sizeof(of_c) / sizeof(of_c[0]); i++)
        place_file(scratch_path(nest->scratch, "made/tool"), folder, of_c[i]);
    place_file(scratch_path(nest->scratch, "made/solid"), folder, "solid");
    place_file(scratch_path(nest->scratch, "made/scribe"), folder, "scribe");
    place_file(scratch_path(nest->scratch, "made/adder"), folder, "adder");
    (void)snprintf(path, sizeof(path), "%s/by-env", folder);
    make_dir(path);
    place_file(scratch_path(nest->scratch, "made/by-env"), path, "adder");
    (void)snprintf(path, sizeof(path), "%s/links", folder);
    make_dir(path);
    for (size_t i = 0; i < POLICIES; i++)
        make_link(nest->choice.wrap, path, policies[i].name);
}

static void write_file(const struct nest *nest, const char *file)
{
    char text[400];

    /* It is also read as a script, by sh and by python3. */
    (void)snprintf(text, sizeof(text), "exit(3) # %s\n", file);
    scratch_write(nest->scratch, file + strlen(nest->scratch->root) + 1, text);
}

/* Where HOME alone tells, what is tel's is found below it. */
static void make_home(const struct nest *nest, const char *home)
{
    char local[512];

    (void)snprintf(local, sizeof(local), "%s/.local", home);
    make_dir(local);
    make_link(scratch_path(nest->scratch, "config"), home, ".config");
    make_link(scratch_path(nest->scratch, "state"), local, "state");
}

static void make_tools(const struct nest *nest)
{
    char script[1024];

    scratch_write(nest->scratch, "made/keep", "");
    free(scratch_ok(nest->scratch, 0, "cp", TOOL,
                    scratch_path(nest->scratch, "made/tool"), NULL));
    free(scratch_ok(nest->scratch, 0, "cp", STATIC_TOOL,
                    scratch_path(nest->scratch, "made/solid"), NULL));
    (void)snprintf(script, sizeof(script), SCRIBE, "#!/bin/sh",
                   nest->choice.stem);
    scratch_write(nest->scratch, "made/scribe", script);
    (void)snprintf(script, sizeof(script), ADDER, "#!/usr/bin/python3 -I",
                   nest->choice.stem);
    scratch_write(nest->scratch, "made/adder", script);
    (void)snprintf(script, sizeof(script), ADDER, "#!/usr/bin/env python3",
                   nest->choice.stem);
    scratch_write(nest->scratch, "made/by-env", script);
}

static void say_yes(const struct nest *nest)
{
    for (size_t i = 0; i < POLICIES; i++)
        free(scratch_ok(nest->scratch, 0, TEL, "on", policies[i].name, NULL));
}

/* The scratch itself lies below a canary: paths of tel's own files, and of
 * the table, hold one. */
static void make_scratch(struct nest *nest, struct dice *dice)
{
    char canary[CANARY_MAX + 1];
    const char *before = getenv("TMPDIR");
    char *kept = before != NULL ? strdup(before) : NULL;

    canary_draw(dice, nest->choice.place_stem, canary);
    (void)snprintf(nest->parent, sizeof(nest->parent), "/tmp/%s", canary);
    make_dir(nest->parent);
    (void)setenv("TMPDIR", nest->parent, 1);
    nest->scratch = scratch_new();
    if (kept != NULL)
        (void)setenv("TMPDIR", kept, 1);
    else
        (void)unsetenv("TMPDIR");
    free(kept);
    canary_draw(dice, nest->choice.place_stem, canary);
    (void)snprintf(nest->runtime, sizeof(nest->runtime), "%s/%s",
                   nest->scratch->runtime, canary);
    make_dir(nest->runtime);
    scratch_set(nest->scratch, "XDG_RUNTIME_DIR", nest->runtime);
}

struct nest *nest_new(const struct nest_choice *choice)
{
    struct nest *nest = calloc(1, sizeof(*nest));
    struct dice dice;

    assert_non_null(nest);
    /* Several of them may be there at once. */
    assert_int_equal(getrandom(&dice, sizeof(dice), 0), sizeof(dice));
    nest->choice = *choice;
    make_scratch(nest, &dice);
    nest_policies(choice, nest->scratch, "config/tel/tools.d");
    make_tools(nest);
    for (size_t i = 0; i < FOLDERS; i++) {
        char canary[CANARY_MAX + 1];

        canary_draw(&dice, choice->stem, canary);
        (void)snprintf(nest->folders[i], sizeof(nest->folders[i]), "%s",
                       scratch_path(nest->scratch, "%s", canary));
        make_dir(nest->folders[i]);
        fill_folder(nest, nest->folders[i]);
        canary_draw(&dice, choice->stem, canary);
        (void)snprintf(nest->files[i], sizeof(nest->files[i]), "%s/%s",
                       nest->folders[i], canary);
        write_file(nest, nest->files[i]);
        make_home(nest, nest->folders[i]);
    }
    say_yes(nest);
    return nest;
}

void nest_free(struct nest *nest)
{
    if (nest == NULL)
        return;
    scratch_free(nest->scratch);
    (void)rmdir(nest->parent);
    free(nest);
}
