/* SPDX-License-Identifier: MIT */
/* What tel has recorded of a run, and whether it is what happened. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../runs/table.h"
#include "sweep.h"

#define WATCHER_MS 5000

/* The programs that others start most; a run of theirs is part of a run. */
static const char *const common[] = {
    "sh",       "bash",    "dash", "env",   "perl",   "python3", "python3.11",
    "sed",      "grep",    "cat",  "awk",   "mawk",   "ls",      "uname",
    "tr",       "cut",     "sort", "head",  "tail",   "expr",    "tput",
    "basename", "dirname", "rm",   "mkdir", "mktemp", "id",      "java",
    "gcc",      "as",      "ld",   "git",   "which",  "test"};

static void read_env(struct tel_env *ret_env)
{
    tel_env_read(ret_env, run_environment(), false, geteuid());
}

struct tel_table *records_open(void)
{
    struct tel_table *table = NULL;
    char dir[TEL_PATH_MAX];
    struct tel_env env;

    read_env(&env);
    if (tel_table_dir(&env, 0, dir, sizeof(dir)) < 0 ||
        table_make(dir, geteuid()) < 0 ||
        tel_table_open(dir, geteuid(), &table) < 0 ||
        tel_lease_take(table) < 0) {
        tel_table_close(table);
        return NULL;
    }
    return table;
}

void records_want_sender(struct tel_table *table)
{
    tel_lease_drop(table);
}

bool records_await_sender(struct tel_table *table)
{
    int64_t deadline = clock_ns(CLOCK_MONOTONIC) + WATCHER_MS * 1000000LL;

    while (tel_lease_holder(table) == 0) {
        if (clock_ns(CLOCK_MONOTONIC) > deadline) {
            return false;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    return true;
}

void records_need_no_sender(struct tel_table *table)
{
    if (tel_lease_take(table) < 0) {
        fprintf(stderr, "sweep: a sender outlived its end\n");
        _exit(2);
    }
}

void records_look(struct tel_table *table)
{
    tel_table_look(table);
}

/*
 * Two ways of seeing that a watcher has not been heard yet: the run is
 * pending, where the kernel told nothing of the zombie, or it is over by the
 * kernel's word and not by the watcher's.
 */
void records_await(struct tel_table *table)
{
    int64_t deadline = clock_ns(CLOCK_MONOTONIC) + WATCHER_MS * 1000000LL;
    struct tel_finished list[RECORDS_MAX];
    struct tel_table_counts counts;
    bool all;

    do {
        size_t n;

        tel_table_look(table);
        tel_table_count(table, &counts);
        n = tel_table_finished(table, list, RECORDS_MAX);
        all = counts.pending == 0;
        for (size_t i = 0; i < n; i++) {
            all = all && word_state(list[i].word) == SLOT_ENDED;
        }
        if (!all) {
            (void)nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
        }
    } while (!all && clock_ns(CLOCK_MONOTONIC) < deadline);
}

void records_take(struct tel_table *table, struct records *ret_records)
{
    struct tel_finished list[RECORDS_MAX];
    struct tel_table_counts counts;
    int64_t deadline = clock_ns(CLOCK_MONOTONIC) + WATCHER_MS * 1000000LL;

    tel_lease_renew(table);
    do {
        tel_table_look(table);
        tel_table_count(table, &counts);
    } while (counts.pending + counts.running > 0 &&
             clock_ns(CLOCK_MONOTONIC) < deadline);
    ret_records->count = tel_table_finished(table, list, RECORDS_MAX);
    for (size_t i = 0; i < ret_records->count; i++) {
        struct record *record = &ret_records->list[i];

        memcpy(record->name, list[i].name, sizeof(record->name));
        record->event = list[i].event;
        record->has_end = word_end(list[i].word) == END_EXIT ||
                          word_end(list[i].word) == END_SIGNAL;
        record->by_signal = word_end(list[i].word) == END_SIGNAL;
        record->code = word_code(list[i].word);
        tel_table_free(table, &list[i]);
    }
}

/* The one run that there is, if it is of this name. */
static const struct record *only_run(const struct records *records,
                                     const char *name, char *why, size_t size)
{
    const struct record *found = NULL;

    for (size_t i = 0; i < records->count; i++) {
        const struct record *record = &records->list[i];

        if (strcmp(record->name, name) != 0 || found != NULL) {
            (void)snprintf(why, size, "one run too many, of %s", record->name);
            return NULL;
        }
        found = record;
    }
    if (found == NULL) {
        (void)snprintf(why, size, "nothing was recorded");
    }
    return found;
}

static bool told_truly(const struct record *record, const struct run_plan *plan,
                       int status, char *why, size_t size)
{
    const struct tel_event *event = &record->event;
    enum tel_end end = status < 0 ? TEL_END_SIGNAL : TEL_END_CODE;
    int code = status < 0 ? -status : status;

    if (event->end != end || event->code != code ||
        strcmp(event->event, "run") != 0 ||
        strcmp(event->tool, plan->command->name) != 0) {
        (void)snprintf(why, size, "%s %s: end %d code %d, and it was %d",
                       event->tool, event->event, event->end, event->code,
                       status);
        return false;
    }
    if (record->has_end &&
        (record->code != code || record->by_signal != (status < 0))) {
        (void)snprintf(why, size, "stored %s %d, and it was %d",
                       record->by_signal ? "signal" : "exit", record->code,
                       status);
        return false;
    }
    if (!record->has_end && plan->way != WAY_PRELOAD) {
        (void)snprintf(why, size, "the wrapper stored no end");
        return false;
    }
    return true;
}

/* Nothing under this name; programs that it starts are runs of their own. */
static bool none_of(const struct records *records, const char *name, char *why,
                    size_t size)
{
    for (size_t i = 0; i < records->count; i++) {
        if (strcmp(records->list[i].name, name) == 0) {
            (void)snprintf(why, size, "%s was recorded", name);
            return false;
        }
    }
    return true;
}

static bool is_wrapped(enum way way)
{
    return way == WAY_IN_PLACE || way == WAY_SUPERVISE;
}

enum verdict records_judge(const struct records *records,
                           const struct run_plan *plan,
                           const struct outcome *outcome, char *why,
                           size_t size)
{
    const struct command *command = plan->command;
    const struct record *record;

    if (plan->way == WAY_BARE) {
        (void)snprintf(why, size, "recorded without tel");
        return records->count == 0 ? RECORDED_NOTHING : RECORDED_WRONG;
    }
    if (!command->can_have_policy ||
        (!is_wrapped(plan->way) && command->loads != LOADS_YES)) {
        if (!none_of(records, command->name, why, size)) {
            return RECORDED_WRONG;
        }
        return command->can_have_policy ? RECORDED_NOTHING : RECORDED_NAMELESS;
    }
    if (plan->way == WAY_SENDER) {
        /* What it has moved by now is for other tests to follow. */
        (void)snprintf(why, size, "no sender was started");
        return records->sender ? RECORDED : RECORDED_WRONG;
    }
    record = only_run(records, command->name, why, size);
    if (record == NULL ||
        !told_truly(record, plan, outcome->status, why, size)) {
        return RECORDED_WRONG;
    }
    return record->has_end ? RECORDED : RECORDED_NO_END;
}

static void say_yes(const struct tel_env *env, const char *name)
{
    static struct tel_policy policy;
    struct tel_err err;

    int r = tel_policy_find(env, name, &policy, &err);

    if (r == 0) {
        r = tel_consent_write(env, &policy, TEL_ANSWER_YES, &err);
    }
    if (r < 0 && r != -ENOENT) {
        fprintf(stderr, "sweep: %s: %s\n", name, err.text);
        _exit(2);
    }
}

/* The consent file as it is now. */
static void read_consent(struct text *ret_text)
{
    char buf[16384];
    FILE *file = fopen(BOX_HOME "/.config/tel/consent", "re");

    text_clear(ret_text);
    if (file != NULL) {
        text_add_bytes(ret_text, buf, fread(buf, 1, sizeof(buf), file));
        (void)fclose(file);
    }
}

void records_consent(const struct command *command, struct text *ret_text)
{
    static struct text shared;
    struct tel_env env;

    read_env(&env);
    files_reset(&shared);
    if (shared.len == 0) {
        for (size_t i = 0; i < COUNT(common); i++) {
            say_yes(&env, common[i]);
        }
        read_consent(&shared);
    }
    say_yes(&env, command->name);
    read_consent(ret_text);
}
