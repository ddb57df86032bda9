/* SPDX-License-Identifier: MIT */
/* tel status: which tools are known, on or off and by which rule. */
#include "cli.h"

#include <errno.h>
#include <string.h>

/* One tool, as it is shown. */
struct row {
    const char *name;
    const char *id; /* NULL: its policy is bad, or gone */
    struct tel_verdict verdict;
    char advice[256];
    struct tel_cli_counts counts;
};

struct view {
    bool json;
    bool colours;
    int width; /* of the widest NAME */
    unsigned rows;
};

/* How to mend a policy that can't be used. */
static const char *advice_on_bad(int error)
{
    switch (error) {
    case -EPERM:
        return "chown it to root or to you, chmod o-w it";
    case -EINVAL:
    case -EFBIG:
        return "mend the policy";
    default:
        return "make it readable";
    }
}

/* A tool without a policy, of which something may wait: as read_row. */
static int read_orphan(const struct tel_waits *waits, struct row *row)
{
    int rc = tel_cli_waits_count(waits, row->name, NULL, false, &row->counts);

    row->verdict.why = "it has no policy any more";
    snprintf(row->advice, sizeof(row->advice), "tel off %s forgets what waits",
             row->name);
    if (rc == 0 && row->counts.waiting + row->counts.kept == 0)
        rc = -ENOENT;
    return rc;
}

/* Fills in *row: 0, -ENOENT where there is no policy and nothing waits, or
 * -errno. err must outlive the row. */
static int read_row(const struct tel_env *env, const struct tel_waits *waits,
                    const char *name, struct tel_err *err, struct row *row)
{
    static struct tel_policy policy;
    int rc = tel_policy_find(env, name, &policy, err);

    memset(row, 0, sizeof(*row));
    row->name = name;
    if (rc == -ENOENT)
        return read_orphan(waits, row);
    if (rc == 0) {
        row->id = tel_cli_str(&policy, policy.id);
        tel_decide(env, &policy, &row->verdict);
        row->verdict.variable = tel_cli_variable(&row->verdict, &policy);
        tel_cli_advice(&row->verdict, &policy, row->advice,
                       sizeof(row->advice));
    } else {
        if (err->text[0] == '\0')
            snprintf(err->text, sizeof(err->text), "%s.conf: %s", name,
                     strerror(-rc));
        row->verdict.why = err->text;
        snprintf(row->advice, sizeof(row->advice), "%s", advice_on_bad(rc));
    }
    return tel_cli_waits_count(waits, name, row->id, row->verdict.local,
                               &row->counts);
}

static void print_state(const struct view *view, const struct row *row)
{
    const char *state = "off";
    const char *colour = row->id == NULL ? "\033[31m" : "";

    if (row->verdict.on) {
        state = row->verdict.local ? "local" : "on";
        colour = row->verdict.local ? "\033[33m" : "\033[32m";
    }
    printf("%s%-5s%s", view->colours ? colour : "", state,
           view->colours && colour[0] != '\0' ? "\033[m" : "");
}

static void print_row(const struct view *view, const struct row *row)
{
    if (view->rows == 0)
        printf("%-*s  STATE  RULE   WAITS  DROPPED  WHY\n", view->width,
               "TOOL");
    printf("%-*s  ", view->width, row->name);
    print_state(view, row);
    if (row->id == NULL)
        printf("  %4s", "-");
    else
        printf("  %4d", row->verdict.rule);
    printf("  %6llu  %7llu  ", (unsigned long long)row->counts.waiting,
           (unsigned long long)row->counts.dropped);
    tel_cli_plain(stdout, row->verdict.why);
    printf(" (to change it: %s)", row->advice);
    if (row->counts.kept > 0)
        printf("; %llu kept here only", (unsigned long long)row->counts.kept);
    putchar('\n');
}

static void print_string(const char *key, const char *value)
{
    printf(",\"%s\":", key);
    if (value != NULL)
        tel_cli_json(stdout, value);
    else
        fputs("null", stdout);
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

static void print_json(const struct view *view, const struct row *row)
{
    printf("%s\n{\"name\":", view->rows == 0 ? "" : ",");
    tel_cli_json(stdout, row->name);
    print_string("id", row->id);
    printf(",\"on\":%s,\"local\":%s,\"rule\":%d", truth(row->verdict.on),
           truth(row->verdict.local), row->verdict.rule);
    print_string("why", row->verdict.why);
    print_string("variable", row->verdict.variable);
    print_string("advice", row->advice);
    printf(",\"waiting\":%llu,\"kept\":%llu,\"dropped\":%llu}",
           (unsigned long long)row->counts.waiting,
           (unsigned long long)row->counts.kept,
           (unsigned long long)row->counts.dropped);
}

static bool is_wanted(const struct row *row, const char *tool, bool by_id)
{
    if (tool == NULL)
        return true;
    if (by_id)
        return row->id != NULL && strcmp(row->id, tool) == 0;
    return strcmp(row->name, tool) == 0;
}

/* Shows the tools that tool names, NULL being all: 0 or -errno. */
static int show_rows(const struct tel_env *env, const struct tel_waits *waits,
                     const struct tel_names *names, const char *tool,
                     bool by_id, struct view *view)
{
    for (size_t i = 0; i < names->count; i++) {
        struct tel_err err = {""};
        struct row row;
        int rc = read_row(env, waits, names->names[i], &err, &row);

        if (rc == -ENOENT)
            continue;
        if (rc < 0)
            return rc;
        if (!is_wanted(&row, tool, by_id))
            continue;
        if (view->json)
            print_json(view, &row);
        else
            print_row(view, &row);
        view->rows++;
    }
    return 0;
}

static void print_none(const struct tel_env *env)
{
    char path[TEL_PATH_MAX];
    bool installed;

    printf("No tool is known. Policies are looked for in:\n");
    for (size_t i = 0;; i++) {
        int rc = tel_policy_dir(env, i, path, sizeof(path), &installed);

        if (rc == -ENOENT)
            return;
        if (rc == 0)
            printf("  %s\n", path);
    }
}

static void print_tail(const struct tel_env *env, const struct view *view,
                       uint64_t waiting, pid_t sender)
{
    bool preloaded = tel_cli_preloaded(env);

    if (view->json) {
        printf("],\"preloaded\":%s,\"sender\":", truth(preloaded));
        if (sender != 0)
            printf("%d}\n", (int)sender);
        else
            printf("null}\n");
        return;
    }
    if (view->rows == 0) {
        print_none(env);
        return;
    }
    if (preloaded)
        printf("\nThis shell preloads tel into what it starts "
               "(tel env --off ends that).\n");
    else
        printf("\nThis shell does not preload tel: of what it starts, only "
               "tel-wrap is recorded.\n");
    if (sender != 0)
        printf("The sender is process %d.\n", (int)sender);
    else if (waiting > 0)
        printf("No sender is running: one comes with the next recorded run "
               "that may start it\n(see tel-send(8)), or by tel flush.\n");
    else
        printf("No sender is running.\n");
}

static int show(const struct tel_env *env, const struct tel_names *names,
                const char *tool, bool by_id, bool json)
{
    struct view view = {.json = json,
                        .colours = !json && tel_cli_colours(env, stdout),
                        .width = (int)strlen("TOOL")};
    struct tel_cli_counts total;
    struct tel_waits waits;
    int rc;

    for (size_t i = 0; i < names->count; i++) {
        if ((int)strlen(names->names[i]) > view.width)
            view.width = (int)strlen(names->names[i]);
    }
    rc = tel_cli_waits_open(env, &waits);
    if (rc < 0)
        return tel_cli_bad("status: %s", strerror(-rc));
    /* Once for all, so that a folder that cannot be read is told before the
     * first line. */
    rc = tel_cli_waits_count(&waits, NULL, NULL, false, &total);
    if (rc == 0 && json)
        printf("{\"tools\":[");
    if (rc == 0)
        rc = show_rows(env, &waits, names, tool, by_id, &view);
    if (rc == 0)
        print_tail(env, &view, total.waiting, tel_cli_waits_sender(&waits));
    else
        tel_cli_bad("%s: %s", waits.state, strerror(-rc));
    tel_cli_waits_close(&waits);
#ifdef TEL_OPT_OUT
    if (rc == 0)
        tel_cli_notices(env, names);
#endif
    return rc == 0 ? TEL_DONE : TEL_BAD;
}

static bool is_name(const struct tel_names *names, const char *tool)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], tool) == 0)
            return true;
    }
    return false;
}

struct adding {
    struct tel_names *names;
    int rc;
};

static void add_waiting(const struct tel_outbox_event *event, void *context)
{
    struct adding *adding = context;

    if (adding->rc == 0)
        adding->rc = tel_cli_names_add(adding->names, event->name);
}

/* Every tool that has a policy, and every one of which something waits. */
static int find_names(const struct tel_env *env, struct tel_names *ret_names)
{
    struct adding adding = {ret_names, 0};
    char state[TEL_PATH_MAX];
    int rc = tel_cli_names(env, ret_names);

    /* An outbox that cannot be read is told by show(). */
    if (rc == 0 && tel_path_state(env, state, sizeof(state)) == 0)
        (void)tel_outbox_each(state, NULL, add_waiting, &adding);
    if (adding.rc < 0) {
        tel_cli_names_free(ret_names);
        return adding.rc;
    }
    return rc;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    static struct tel_policy policy;
    bool json = false;
    const struct tel_cli_flag flags[] = {{"--json", &json}};
    struct tel_cli_args args = {.command = &tel_cli_status,
                                .flags = flags,
                                .nflags = 1,
                                .words_max = 1};
    struct tel_names names;
    const char *tool;
    bool by_id = false;
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (!tel_cli_has_settings(env))
        return TEL_BAD;
    if (find_names(env, &names) < 0)
        return tel_cli_bad("status: %s", strerror(ENOMEM));
    tool = args.nwords > 0 ? args.words[0] : NULL;
    status = TEL_DONE;
    if (tool != NULL && !is_name(&names, tool)) {
        by_id = true;
        status = tel_cli_tool(env, tool, &policy);
    }
    if (status == TEL_DONE)
        status = show(env, &names, tool, by_id, json);
    tel_cli_names_free(&names);
    return status;
}

const struct tel_command tel_cli_status = {
    .name = "status",
    .usage = "status [TOOL] [--json]",
    .summary = "which tools are on or off, and why",
    .details =
        "Shows for each tool that has a policy, or for TOOL (a name or an\n"
        "id), whether it is recorded, the rule that decides it and how to\n"
        "change that (they are numbered in tel(1), WHO DECIDES); how many\n"
        "events wait to be sent, and how many were dropped; and whether\n"
        "this shell preloads tel into what it starts.\n\n"
        "  --json  the same as one JSON object\n",
    .run = run,
};
