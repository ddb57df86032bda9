/* SPDX-License-Identifier: MIT */
/* The cases of one command: bare twice, then each way, and what differs. */
#include <string.h>

#include "sweep.h"

/* How often a bare run may yet show the output that looked like a
 * difference. */
#define AGAIN 5

const char *const case_options[CASES] = {"--version", "--help",
                                         "--no-such-option-zq"};
const char *const way_names[WAYS] = {"bare", "preload", "in-place",
                                     "supervise"};

static void count(uint64_t *counter)
{
    (void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void name_parts(unsigned parts, char *buf, size_t size)
{
    static const char *const names[] = {"status", "stdout", "stderr",
                                        "files",  "held",   "time limit"};

    buf[0] = '\0';
    for (size_t i = 0; i < COUNT(names); i++) {
        if ((parts & 1U << i) != 0) {
            (void)snprintf(buf + strlen(buf), size - strlen(buf), "%s%s",
                           buf[0] != '\0' ? ", " : "", names[i]);
        }
    }
}

static void note_unstable(const struct comparison *comparison,
                          const struct run_plan *plan, unsigned parts)
{
    char names[128];

    name_parts(parts, names, sizeof(names));
    fprintf(comparison->notes.unstable, "%s %s: %s%s\n", plan->command->path,
            plan->option, names,
            plan->way != WAY_BARE ? " (seen in a later bare run)" : "");
}

static void print_difference(FILE *out, const struct run_plan *plan,
                             unsigned parts, const struct outcome *bare,
                             const struct outcome *other)
{
    char names[128];

    name_parts(parts, names, sizeof(names));
    fprintf(out, "DIFFERENT %s %s, %s: %s\n", plan->command->path, plan->option,
            way_names[plan->way], names);
    if ((parts & PART_STATUS) != 0) {
        fprintf(out, "    status %d, not %d\n", other->status, bare->status);
    }
    if ((parts & PART_OUT) != 0) {
        text_print_difference(out, "stdout", &bare->out, &other->out);
    }
    if ((parts & PART_ERR) != 0) {
        text_print_difference(out, "stderr", &bare->err, &other->err);
    }
    if ((parts & PART_FILES) != 0) {
        text_print_difference(out, "files", &bare->files, &other->files);
    }
}

/* Whether a bare run, repeated, shows this outcome too. */
static bool seen_bare(const struct run_plan *plan, const struct outcome *other)
{
    struct run_plan bare = *plan;
    bool seen = false;

    bare.way = WAY_BARE;
    for (unsigned i = 0; i < AGAIN && !seen; i++) {
        struct records records;
        struct outcome again;

        run_once(&bare, &again, &records);
        seen = outcome_difference(&again, other) == 0;
        outcome_clear(&again);
    }
    return seen;
}

static void judge(const struct comparison *comparison,
                  const struct run_plan *plan, const struct outcome *outcome,
                  const struct records *records)
{
    struct totals *totals = comparison->totals;
    char why[256] = "";
    enum verdict verdict =
        records_judge(records, plan, outcome, why, sizeof(why));

    count(&totals->verdicts[plan->way][verdict]);
    if (verdict == RECORDED_WRONG) {
        count(&totals->faults);
        fprintf(comparison->notes.faults, "RECORD %s %s, %s: %s\n",
                plan->command->path, plan->option, way_names[plan->way], why);
    } else if (verdict == RECORDED_NO_END) {
        fprintf(comparison->notes.unended, "%s %s: %s %d\n",
                plan->command->path, plan->option,
                outcome->status < 0 ? "signal" : "exit",
                outcome->status < 0 ? -outcome->status : outcome->status);
    }
}

static void compare_way(const struct comparison *comparison,
                        const struct run_plan *plan, const struct outcome *bare)
{
    struct totals *totals = comparison->totals;
    struct records records;
    struct outcome other;
    unsigned parts;

    run_once(plan, &other, &records);
    parts = outcome_difference(bare, &other);
    if (parts == 0) {
        count(&totals->same[plan->way]);
    } else if (seen_bare(plan, &other)) {
        count(&totals->unstable_by_way[plan->way]);
        note_unstable(comparison, plan, parts);
    } else {
        count(&totals->different[plan->way]);
        count(&totals->faults);
        print_difference(comparison->notes.faults, plan, parts, bare, &other);
    }
    if (!other.timed_out) {
        judge(comparison, plan, &other, &records);
    }
    outcome_clear(&other);
}

static void compare_case(const struct comparison *comparison,
                         struct run_plan *plan)
{
    struct records records;
    struct outcome first;
    struct outcome second;
    unsigned parts;

    count(&comparison->totals->cases);
    plan->way = WAY_BARE;
    run_once(plan, &first, &records);
    if (first.timed_out) {
        second = (struct outcome){.timed_out = true};
    } else {
        judge(comparison, plan, &first, &records);
        run_once(plan, &second, &records);
    }
    parts = outcome_difference(&first, &second);
    if (parts != 0) {
        count(&comparison->totals->unstable);
        note_unstable(comparison, plan, parts);
    }
    for (enum way way = WAY_PRELOAD; parts == 0 && way < WAYS; way++) {
        plan->way = way;
        if (comparison->ways[way]) {
            compare_way(comparison, plan, &first);
        }
    }
    outcome_clear(&first);
    outcome_clear(&second);
}

void compare_command(const struct comparison *comparison,
                     const struct command *command)
{
    struct text consent = {0};
    struct run_plan plan = {.command = command,
                            .consent = &consent,
                            .table = comparison->table,
                            .limit_s = comparison->limit_s};

    records_consent(command, &consent);
    for (size_t i = 0; i < CASES; i++) {
        plan.option = case_options[i];
        compare_case(comparison, &plan);
    }
    text_clear(&consent);
    count(&comparison->totals->done);
}
