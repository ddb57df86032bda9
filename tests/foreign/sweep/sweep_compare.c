/* SPDX-License-Identifier: MIT */
/* The cases of one command: bare twice, then each way, and what differs. */
#include <string.h>
#include <time.h>

#include "sweep.h"

/* How often a bare run may yet show the output that looked like a
 * difference. */
#define AGAIN 20

const char *const case_options[CASES] = {"--version", "--help",
                                         "--no-such-option-zq"};
const char *const way_names[WAYS] = {"bare", "preload", "sender", "in-place",
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

    /* What one was doing when it was ended says nothing. */
    name_parts((parts & PART_TIME) != 0 ? (unsigned)PART_TIME : parts, names,
               sizeof(names));
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

/* In which lines of a part later bare runs differ from the first one. */
struct vary {
    struct text out;
    struct text err;
    struct text files;
};

/* The parts of a difference that bare runs do not account for. */
static unsigned unexplained(const struct outcome *first,
                            const struct outcome *other,
                            const struct vary *vary, unsigned parts)
{
    if (text_differs_within(&first->out, &other->out, &vary->out)) {
        parts &= ~(unsigned)PART_OUT;
    }
    if (text_differs_within(&first->err, &other->err, &vary->err)) {
        parts &= ~(unsigned)PART_ERR;
    }
    if (text_differs_within(&first->files, &other->files, &vary->files)) {
        parts &= ~(unsigned)PART_FILES;
    }
    return parts;
}

/* A time of day that is printed is another one then. */
static void await_next_second(void)
{
    time_t now = time(NULL);

    while (time(NULL) == now) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
}

/*
 * Whether bare runs, repeated, show what looks like a difference: one of them
 * the very same outcome, or all together other words in each line that
 * differs (a clock's seconds never come again). Status and held output have
 * to be the same.
 */
static bool seen_bare(const struct run_plan *plan, const struct outcome *first,
                      const struct outcome *other, unsigned parts)
{
    struct run_plan bare = *plan;
    struct vary vary = {{0}, {0}, {0}};
    bool seen = false;

    bare.way = WAY_BARE;
    for (unsigned i = 0; i < AGAIN && !seen; i++) {
        struct records records;
        struct outcome again;

        if (i == 1) {
            await_next_second();
        }
        run_once(&bare, &again, &records);
        text_mark_differences(&first->out, &again.out, &vary.out);
        text_mark_differences(&first->err, &again.err, &vary.err);
        text_mark_differences(&first->files, &again.files, &vary.files);
        seen = (outcome_difference(&again, other) & parts) == 0 ||
               unexplained(first, other, &vary, parts) == 0;
        outcome_clear(&again);
    }
    text_clear(&vary.out);
    text_clear(&vary.err);
    text_clear(&vary.files);
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

/*
 * varying: the parts in which two bare runs differed already. The case is not
 * counted as the same then, but its other parts have to be, and its record.
 * Whether the case has been found to be unstable now or before.
 */
static bool compare_way(const struct comparison *comparison,
                        const struct run_plan *plan, const struct outcome *bare,
                        unsigned varying)
{
    struct totals *totals = comparison->totals;
    struct records records;
    struct outcome other;
    bool unstable = varying != 0;
    unsigned parts;

    run_once(plan, &other, &records);
    parts = outcome_difference(bare, &other) & ~varying;
    if (parts == 0) {
        count(varying == 0 ? &totals->same[plan->way]
                           : &totals->unstable_by_way[plan->way]);
    } else if (seen_bare(plan, bare, &other, parts)) {
        count(&totals->unstable_by_way[plan->way]);
        note_unstable(comparison, plan, parts);
        unstable = true;
    } else {
        count(&totals->different[plan->way]);
        count(&totals->faults);
        print_difference(comparison->notes.faults, plan, parts, bare, &other);
    }
    if (!other.timed_out) {
        judge(comparison, plan, &other, &records);
    }
    outcome_clear(&other);
    return unstable;
}

static void compare_case(const struct comparison *comparison,
                         struct run_plan *plan)
{
    struct records records;
    struct outcome first;
    struct outcome second = {.timed_out = true};
    unsigned varying;
    bool unstable;

    count(&comparison->totals->cases);
    plan->way = WAY_BARE;
    run_once(plan, &first, &records);
    if (!first.timed_out) {
        judge(comparison, plan, &first, &records);
        run_once(plan, &second, &records);
    }
    varying = outcome_difference(&first, &second);
    unstable = varying != 0;
    if (unstable) {
        note_unstable(comparison, plan, varying);
    }
    for (enum way way = WAY_PRELOAD; way < WAYS; way++) {
        plan->way = way;
        if (comparison->ways[way] && (varying & PART_TIME) == 0) {
            unstable |= compare_way(comparison, plan, &first, varying);
        }
    }
    if (unstable) {
        count(&comparison->totals->unstable);
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
