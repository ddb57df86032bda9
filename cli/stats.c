/* SPDX-License-Identifier: MIT */
/*
 * tel stats: this account's own totals, from what has left, what waits, and
 * what is counted here only.
 */
#include "cli.h"

#include <string.h>

#include <tel/sent.h>

#include "stats/stats.h"

/* What is being added up. */
struct sum {
    struct totals totals;
    const char *id; /* of the one tool that was asked for, or NULL */
    int error;
};

static void add(struct sum *sum, const struct tel_event *event,
                enum totals_place place, const char *day)
{
    if (sum->error == 0 &&
        (sum->id == NULL || strcmp(sum->id, event->tool) == 0))
        sum->error = totals_add(&sum->totals, event, place, day);
}

/* What was refused or went unanswered is no run more: it is sent again, or
 * counts for nobody. */
static int add_sent(struct sum *sum, const char *state)
{
    struct tel_sent_request request;
    struct tel_sent sent;
    int r = tel_sent_open(state, &sent);

    if (r < 0)
        return r;
    while (tel_sent_next(&sent, &request)) {
        struct tel_event event;
        char day[11] = "";
        size_t at = 0;

        if (!request.accepted || request.day.len >= sizeof(day))
            continue;
        memcpy(day, request.day.at, request.day.len);
        while ((r = tel_sent_event(&request, &at, &event, NULL)) != 0) {
            if (r > 0)
                add(sum, &event, TOTALS_SENT, day);
        }
    }
    tel_sent_close(&sent);
    return 0;
}

static void add_waiting(const struct tel_outbox_event *waiting, void *context)
{
    struct tel_event event;

    if (tel_event_from_json(waiting->json, strlen(waiting->json), &event,
                            NULL) == 0)
        add(context, &event, waiting->local ? TOTALS_KEPT : TOTALS_WAITS, NULL);
}

/* Whether the runs of the tool NAME are counted here only. */
static bool is_local(const struct tel_env *env, const char *name)
{
    static struct tel_policy policy;
    struct tel_verdict verdict;

    if (tel_policy_find(env, name, &policy, NULL) < 0)
        return false;
    tel_decide(env, &policy, &verdict);
    return verdict.local;
}

static int add_here(struct sum *sum, const struct tel_env *env,
                    const char *state)
{
    struct tel_waits waits;
    int r = tel_cli_waits_open(env, &waits);

    if (r < 0)
        return r;
    for (size_t i = 0; i < TEL_TABLES_MAX; i++) {
        for (size_t n = 0; n < waits.counts[i]; n++) {
            const struct tel_finished *finished = &waits.finished[i][n];

            if (!tel_cli_waits_moved(&waits, finished))
                add(sum, &finished->event,
                    is_local(env, finished->name) ? TOTALS_KEPT : TOTALS_WAITS,
                    NULL);
        }
    }
    r = tel_outbox_each(state, NULL, add_waiting, sum);
    tel_cli_waits_close(&waits);
    return r;
}

static int show(const struct tel_env *env, const char *state, const char *tool,
                const char *id, bool json)
{
    struct sum sum = {.id = id};
    int r = add_sent(&sum, state);

    if (r == 0)
        r = add_here(&sum, env, state);
    if (r == 0)
        r = sum.error;
    totals_sort(&sum.totals);
    if (r == 0 && json)
        stats_json(&sum.totals, stdout);
    else if (r == 0 && sum.totals.ntools > 0)
        stats_table(env, &sum.totals, stdout);
    else if (r == 0)
        printf("Nothing was recorded yet%s%s, or nothing of it is kept.\n",
               tool != NULL ? " of " : "", tool != NULL ? tool : "");
    totals_clear(&sum.totals);
    return r < 0 ? tel_cli_bad("%s: %s", state, strerror(-r)) : TEL_DONE;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    static struct tel_policy policy;
    bool json = false;
    const struct tel_cli_flag flags[] = {{"--json", &json}};
    struct tel_cli_args args = {
        .command = &tel_cli_stats, .flags = flags, .nflags = 1, .words_max = 1};
    char state[TEL_PATH_MAX];
    const char *id = NULL;
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (!tel_cli_has_state(env, state, sizeof(state)))
        return TEL_BAD;
    if (args.nwords > 0) {
        status = tel_cli_tool(env, args.words[0], &policy);
        if (status != TEL_DONE)
            return status;
        id = tel_cli_str(&policy, policy.id);
    }
    return show(env, state, args.words[0], id, json);
}

const struct tel_command tel_cli_stats = {
    .name = "stats",
    .usage = "stats [TOOL] [--json]",
    .summary = "your own totals: commands, failures, durations",
    .details =
        "Adds up what was recorded on this account, of every tool or of TOOL\n"
        "(a name or an id): what has left and was accepted, as far back as\n"
        "the log goes, what waits, and what tel on --local keeps here.\n\n"
        "  --json  the same as one JSON object\n",
    .run = run,
};
