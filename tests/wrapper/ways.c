/* SPDX-License-Identifier: MIT */
/* The same play with the bare tool and in both ways of the wrapper. */
#include "ways.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[WAYS] = {"bare", "in place", "supervised"};

int ways_setup(void **state)
{
    struct recorded *r = recorded_new();
    char path[512];

    recorded_tool(r, "puppet", "[command]\nverbs = none\n");
    scratch_write(r->scratch, "bin/keep", "");
    assert_int_equal(symlink(PUPPET, scratch_path(r->scratch, "bin/puppet")),
                     0);
    (void)snprintf(path, sizeof(path), "%s:/usr/bin:/bin",
                   scratch_path(r->scratch, "bin"));
    scratch_set(r->scratch, "PATH", path);
    scratch_set(r->scratch, "TERM", "xterm");
    scratch_set(r->scratch, "PS1", "sh> ");
    /* A wrapper that is built with sanitizers must leave its tool the limit
     * of cores, and can't look for leaks when it is traced itself. */
    scratch_set(r->scratch, "ASAN_OPTIONS",
                "detect_leaks=0:disable_coredump=0");
    *state = r;
    return 0;
}

int ways_teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Shells show process ids behind "[1] " and "line 1: ", some padded. */
static void mask_pids(char *text)
{
    char *to = text;
    char *from = text;

    while (*from != '\0') {
        size_t blank = strspn(from, " ");
        size_t digits = strspn(from + blank, "0123456789");

        if (to - text >= 2 && (to[-1] == ']' || to[-1] == ':') &&
            isdigit((unsigned char)to[-2]) && blank > 0 && digits > 0) {
            from += blank + digits;
            *to++ = ' ';
            *to++ = '#';
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

char *one_way(void **state, enum way way, void (*act)(struct play *))
{
    static const char *const words[WAYS] = {"", TEL_WRAP " --mode=in-place --",
                                            TEL_WRAP " --mode=supervise --"};
    struct play play = {.recorded = *state, .way = way};

    if (way == WAY_IN_PLACE && !tel_pidfd_tells()) {
        print_message("not in place: this kernel is before 6.15\n");
        return NULL;
    }
    play.scratch = play.recorded->scratch;
    scratch_set(play.scratch, "W", words[way]);
    text_add(&play.notes, "%s", "");
    act(&play);
    terminal_free(play.terminal);
    recorded_nothing_more(play.recorded);
    mask_pids(play.notes.bytes);
    return play.notes.bytes;
}

/* Fails, and shows both from a little before they part. */
static void compare(const char *bare, const char *notes, const char *name)
{
    size_t at = 0;

    while (bare[at] != '\0' && bare[at] == notes[at]) {
        at++;
    }
    if (bare[at] == notes[at]) {
        return;
    }
    at = at > 200 ? at - 200 : 0;
    print_message("--- bare\n%.700s\n--- %s\n%.700s\n", bare + at, name,
                  notes + at);
    fail_msg("%s is not as the bare tool", name);
}

void each_way(void **state, void (*act)(struct play *))
{
    char *bare;

    if (!terminal_works()) {
        skip();
    }
    bare = one_way(state, WAY_BARE, act);
    for (enum way way = WAY_IN_PLACE; way < WAYS; way++) {
        char *notes = one_way(state, way, act);

        if (notes != NULL) {
            compare(bare, notes, names[way]);
        }
        free(notes);
    }
    free(bare);
}

void play_run(struct play *play, const char *script)
{
    struct result result =
        scratch_run(play->scratch, "bash", "-c", script, NULL);

    text_add(&play->notes, "out:\n%serr:\n%sstatus: %d\n", result.out,
             result.err, result.status);
    result_clear(&result);
}

#define ARGS_MAX 16

/* Appends the arguments up to NULL to the n that argv holds. */
static void gather(char *argv[ARGS_MAX], size_t n, va_list args)
{
    while ((argv[n] = va_arg(args, char *)) != NULL) {
        assert_true(++n < ARGS_MAX);
    }
}

void play_start(struct play *play, const char *program, ...)
{
    char *argv[ARGS_MAX] = {(char *)(uintptr_t)program};
    va_list args;

    va_start(args, program);
    gather(argv, 1, args);
    va_end(args);
    play->terminal = terminal_start(play->scratch, argv);
    play->terminal->label = names[play->way];
}

void play_lead(struct play *play, const char *word, ...)
{
    char wrap[] = TEL_WRAP;
    char in_place[] = "--mode=in-place";
    char supervise[] = "--mode=supervise";
    char tool[] = "puppet";
    char *argv[ARGS_MAX] = {wrap, in_place, tool, (char *)(uintptr_t)word};
    va_list args;

    if (play->way == WAY_SUPERVISED) {
        argv[1] = supervise;
    }
    va_start(args, word);
    gather(argv, 4, args);
    va_end(args);
    play->terminal =
        terminal_start(play->scratch, play->way == WAY_BARE ? argv + 2 : argv);
    play->terminal->label = names[play->way];
}

void play_shell(struct play *play, const char *shell)
{
    if (strcmp(shell, "bash") == 0) {
        play_start(play, "bash", "--norc", "--noprofile", "--noediting", "-i",
                   NULL);
    } else {
        play_start(play, shell, "-i", NULL);
    }
    terminal_wait(play->terminal, "sh> ");
}

void play_type(struct play *play, const char *keys, const char *wait)
{
    terminal_send(play->terminal, keys);
    terminal_wait(play->terminal, wait);
}

void play_end(struct play *play)
{
    int status = terminal_end(play->terminal);

    text_add(&play->notes, "%s\nstatus: %d\n", play->terminal->shown, status);
    terminal_free(play->terminal);
    play->terminal = NULL;
}

void play_end_unseen(struct play *play)
{
    text_add(&play->notes, "status: %d\n", terminal_end(play->terminal));
    terminal_free(play->terminal);
    play->terminal = NULL;
}

void play_leave(struct play *play)
{
    terminal_send(play->terminal, "exit 0\n");
    play_end(play);
}

/* "(comm) state" of a process; 0 where it is gone or a zombie. */
static char state_of(pid_t pid, char *comm, size_t size)
{
    char *text = proc_read(pid, "stat", NULL);
    char *open = text != NULL ? strchr(text, '(') : NULL;
    char *end = text != NULL ? strrchr(text, ')') : NULL;
    char state = 0;

    if (open != NULL && end != NULL) {
        (void)snprintf(comm, size, "%.*s", (int)(end - open - 1), open + 1);
        if (end[2] != 'Z' && end[2] != 'X') {
            state = end[2];
        }
    }
    free(text);
    return state;
}

/* Whether a process runs the puppet of this scratch. */
static bool is_tool(const struct play *play, pid_t pid)
{
    char entry[192];
    char comm[32];
    size_t len = 0;
    bool found = false;
    char *text;

    if (state_of(pid, comm, sizeof(comm)) == 0 || strcmp(comm, "puppet") != 0) {
        return false;
    }
    (void)snprintf(entry, sizeof(entry), "XDG_STATE_HOME=%s/state",
                   play->scratch->root);
    text = proc_read(pid, "environ", &len);
    found = text != NULL && memmem(text, len, entry, strlen(entry)) != NULL;
    free(text);
    return found;
}

struct search {
    const struct play *play;
    pid_t pid;
};

static bool find_tool(void *context)
{
    struct search *search = context;
    DIR *proc = opendir("/proc");
    struct dirent *item;

    assert_non_null(proc);
    search->pid = 0;
    while (search->pid == 0 && (item = readdir(proc)) != NULL) {
        pid_t pid = atoi(item->d_name);

        if (pid > 1 && is_tool(search->play, pid)) {
            search->pid = pid;
        }
    }
    closedir(proc);
    return search->pid != 0;
}

static bool finds_none(void *context)
{
    return !find_tool(context);
}

void play_until_none(struct play *play)
{
    struct search search = {.play = play};

    until(finds_none, &search);
}

pid_t play_tool(struct play *play)
{
    struct search search = {.play = play};

    until(find_tool, &search);
    return search.pid;
}

pid_t play_known(struct play *play)
{
    pid_t tool = play_tool(play);
    char *text;
    char *end;
    pid_t parent = 0;

    if (play->way != WAY_SUPERVISED) {
        return tool;
    }
    text = proc_read(tool, "stat", NULL);
    end = text != NULL ? strrchr(text, ')') : NULL;
    if (end != NULL) {
        parent = atoi(end + 4);
    }
    free(text);
    assert_true(parent > 1);
    return parent;
}

struct wanted {
    pid_t pid;
    char state;
};

static bool has_state(void *context)
{
    const struct wanted *wanted = context;
    char comm[32];

    return state_of(wanted->pid, comm, sizeof(comm)) == wanted->state;
}

void play_until_state(pid_t pid, char state)
{
    struct wanted wanted = {.pid = pid, .state = state};

    until(has_state, &wanted);
}

void play_until_gone(pid_t pid)
{
    play_until_state(pid, 0);
}

void play_expect(struct play *play, enum tel_end end, int code)
{
    if (play->way != WAY_BARE) {
        recorded_expect(play->recorded, "run", end, code);
    }
}

void play_expect_one(struct play *play)
{
    if (play->way != WAY_BARE) {
        (void)recorded_next(play->recorded);
    }
}

static bool is_empty(void *context)
{
    struct play *play = context;
    struct tel_table_counts counts;
    struct tel_finished run;

    tel_table_look(play->recorded->table);
    if (tel_table_finished(play->recorded->table, &run, 1) == 1) {
        tel_table_free(play->recorded->table, &run);
    }
    tel_table_count(play->recorded->table, &counts);
    return counts.running + counts.finished + counts.pending == 0;
}

void play_drain(struct play *play)
{
    until(is_empty, play);
}
