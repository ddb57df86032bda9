/* SPDX-License-Identifier: MIT */
/*
 * What real runs are recorded as, by preload and by the wrapper: the options
 * of a command line as fields and modifiers, for a tool as getopt reads it and
 * for one with single-dash names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorded.h"
#include "terminal.h"

#define POLICY                                                           \
    "fmt = word --format -f: json table\n"                               \
    "color = word --color=: always never\n"                              \
    "quiet = flag --quiet -q\nverbose = flag -v\ntty = flag @terminal\n" \
    "rt = runtime: sh\n"                                                 \
    "[command]\nvalue-options = -C -m --file\n"                          \
    "value-options add = -t\n%s"                                         \
    "[verbs]\nadd = a\nlist = l\nremote add = r\n[aliases]\nls = list\n" \
    "[modifiers]\nlist --all = all\nlist -a = all\nadd -json = json\n"

struct row {
    const char *line;     /* '@' before it: on a terminal */
    const char *expected; /* what is said, but for tty=no and rt=sh */
};

static const struct row bundled[] = {
    {"add", "add quiet=no verbose=no"},
    {"add --format json", "add fmt=json quiet=no verbose=no"},
    {"add --format=json", "add fmt=json quiet=no verbose=no"},
    {"add -f json", "add fmt=json quiet=no verbose=no"},
    {"add -fjson", "add fmt=json quiet=no verbose=no"},
    {"add -f=json", "add fmt=json quiet=no verbose=no"},
    {"add -qvfjson", "add fmt=json quiet=yes verbose=yes"},
    {"add -qvf table", "add fmt=table quiet=yes verbose=yes"},
    {"add -f canary", "add fmt=other quiet=no verbose=no"},
    {"add --format=", "add fmt=other quiet=no verbose=no"},
    {"add --format", "add quiet=no verbose=no"},
    {"add --form json", "add quiet=no verbose=no"},
    {"add --format json --format=canary", "add fmt=other quiet=no verbose=no"},
    {"add --color", "add quiet=no verbose=no"},
    {"add --color always", "add quiet=no verbose=no"},
    {"add --color=always", "add color=always quiet=no verbose=no"},
    {"--color list", "list quiet=no verbose=no"},
    {"add -qv", "add quiet=yes verbose=yes"},
    {"add -qmv", "add quiet=yes verbose=no"},
    {"add -qm -v", "add quiet=yes verbose=no"},
    {"add -m --quiet --file -v", "add quiet=no verbose=no"},
    {"add -- -q --format=json", "add quiet=no verbose=no"},
    {"add --quiet=canary", "add quiet=yes verbose=no"},
    {"add -5 - -q", "add quiet=yes verbose=no"},
    {"-C add list", "list quiet=no verbose=no"},
    {"-Cadd --file=add list -a", "list_all quiet=no verbose=no"},
    {"ls -qa", "list_all quiet=yes verbose=no"},
    {"ls --all=canary", "list_all quiet=no verbose=no"},
    {"ls -m --all", "list quiet=no verbose=no"},
    {"add -t -q", "add quiet=no verbose=no"},
    {"ls -t -q", "list quiet=yes verbose=no"},
    {"remote -v add canary", "remote_add quiet=no verbose=yes"},
    {"add -json", "add_json quiet=no verbose=no"},
    {"add -quiet", "add quiet=yes verbose=no"},
    {"canary -v", "other quiet=no verbose=yes"},
    {"-v", "none quiet=no verbose=yes"},
    {"@add", "add quiet=no verbose=no"},
    {"@ls -aq", "list_all quiet=yes verbose=no"},
};

static const struct row whole[] = {
    {"add -json", "add_json quiet=no verbose=no"},
    {"add -json=true", "add_json quiet=no verbose=no"},
    {"add -quiet", "add quiet=no verbose=no"},
    {"add -qv", "add quiet=no verbose=no"},
    {"add -q -v", "add quiet=yes verbose=yes"},
    {"add -fjson", "add quiet=no verbose=no"},
    {"add -f=json", "add fmt=json quiet=no verbose=no"},
    {"-Cq add", "add quiet=no verbose=no"},
};

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    scratch_set(r->scratch, "PATH", "/usr/bin:/bin");
    scratch_write(r->scratch, "bin/task", "#!/bin/sh\nexit 0\n");
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

static void run(struct recorded *r, const char *line, bool wrapped)
{
    char *argv[16] = {(char[]){TEL_WRAP}, NULL};
    size_t n = wrapped;
    char *rest = NULL;
    char *copy = strdup(line);

    argv[n++] = (char *)(uintptr_t)scratch_path(r->scratch, "bin/task");
    for (char *word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest))
        argv[n++] = word;
    scratch_set(r->scratch, "LD_PRELOAD", wrapped ? NULL : TEL_STAGE_SHIM);
    if (line[0] == '@') {
        struct terminal *t;

        argv[1 + wrapped]++;
        t = terminal_start(r->scratch, argv);
        assert_int_equal(terminal_end(t), 0);
        terminal_free(t);
    } else {
        struct result result = scratch_runv(r->scratch, argv);

        assert_int_equal(result.status, 0);
        result_clear(&result);
    }
    scratch_set(r->scratch, "LD_PRELOAD", NULL);
    free(copy);
}

static void expect(struct recorded *r, const struct row *row)
{
    struct tel_finished finished = recorded_next(r);
    char said[512];
    char expected[512];
    size_t len;

    (void)snprintf(said, sizeof(said), "%s", finished.event.event);
    for (unsigned i = 0; i < finished.event.nfields; i++) {
        len = strlen(said);
        (void)snprintf(said + len, sizeof(said) - len, " %s=%s",
                       finished.event.fields[i].key,
                       finished.event.fields[i].value);
    }
    (void)snprintf(expected, sizeof(expected), "%s tty=%s rt=sh", row->expected,
                   row->line[0] == '@' ? "yes" : "no");
    if (strcmp(said, expected) != 0)
        fail_msg("%s: %s instead of %s", row->line, said, expected);
}

static void check(struct recorded *r, const char *command,
                  const struct row *rows, size_t count)
{
    char policy[2048];

    (void)snprintf(policy, sizeof(policy), POLICY, command);
    recorded_tool(r, "task", policy);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].line[0] == '@' && !terminal_works())
            continue;
        for (int wrapped = 0; wrapped < 2; wrapped++) {
            run(r, rows[i].line, wrapped);
            expect(r, &rows[i]);
        }
    }
    recorded_nothing_more(r);
}

static void test_shim_fields_as_getopt_reads_them(void **state)
{
    check(*state, "", bundled, sizeof(bundled) / sizeof(bundled[0]));
}

static void test_shim_fields_of_single_dash_names(void **state)
{
    check(*state, "bundled = no\n", whole, sizeof(whole) / sizeof(whole[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shim_fields_as_getopt_reads_them,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_shim_fields_of_single_dash_names,
                                        setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
