/* SPDX-License-Identifier: MIT */
/* tel-collect export, from outside: what it writes, and when it does not. */
#include "edge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int setup(void **state)
{
    static struct edge e;

    edge_setup(&e);
    *state = &e;
    return 0;
}

static int teardown(void **state)
{
    edge_teardown(*state);
    return 0;
}

/* Runs export to this file, which must end with 2 and one line. */
static void assert_complains(struct edge *e, const char *tools,
                             const char *output, const char *says)
{
    struct result r = scratch_run(e->collect.scratch, TEL_COLLECT, "export",
                                  "--tools", tools, "--output", output, NULL);

    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
    assert_int_equal(count_of(r.err, "\n"), 1);
    if (strstr(r.err, says) == NULL)
        fail_msg("does not say '%s': %s", says, r.err);
    result_clear(&r);
}

static void test_edge_export_holds_data_only(void **state)
{
    /* Each of the four exports is what JSON can say, and has no code. */
    static const char script[] =
        "import('file://' + process.argv[1]).then((module) => {"
        " for (const [name, value] of Object.entries(module).sort()) {"
        "  require('assert').deepStrictEqual("
        "   JSON.parse(JSON.stringify(value)), value);"
        "  console.log(name); } })";
    struct edge *e = *state;
    char *said =
        scratch_ok(e->collect.scratch, 0, "/usr/bin/node", "-e", script,
                   scratch_path(e->collect.scratch, "edge/policies.js"), NULL);

    assert_string_equal(said, "form\nlimits\npolicies\nrefusals\n");
    free(said);
}

static void test_edge_export_writes_the_same_to_stdout(void **state)
{
    struct edge *e = *state;
    struct scratch *scratch = e->collect.scratch;
    char *file = file_read(scratch_path(scratch, "edge/policies.js"), NULL);
    char *said = scratch_ok(scratch, 0, TEL_COLLECT, "export", "--tools",
                            scratch_path(scratch, "tools"), NULL);

    assert_string_equal(said, file);
    /* Both versions of one tool, and nothing that is no verb of it. */
    assert_int_equal(count_of(said, "id: \"git\""), 2);
    assert_non_null(strstr(said, "events: [\"none\", \"other\", \"commit\", "
                                 "\"log\", \"remote_add\", "
                                 "\"commit_amend\"],"));
    assert_non_null(strstr(said, "events: [\"run\"],"));
    assert_non_null(strstr(said, "version: \"devel\""));
    free(said);
    free(file);
}

static void test_edge_export_of_bad_policy_leaves_the_file(void **state)
{
    struct edge *e = *state;
    struct scratch *scratch = e->collect.scratch;
    char *file = NULL;
    char tools[256];
    char output[256];

    snprintf(tools, sizeof(tools), "%s", scratch_path(scratch, "tools"));
    snprintf(output, sizeof(output), "%s", scratch_path(scratch, "out.js"));
    scratch_write(scratch, "out.js", "as it was\n");
    scratch_write(scratch, "tools/bad.conf", "[tool]\nid = bad\nid = bad\n");
    assert_complains(e, tools, output, "bad.conf:3: ");
    file = file_read(output, NULL);
    assert_string_equal(file, "as it was\n");
    free(file);
}

static void test_edge_export_to_nowhere_is_one_line(void **state)
{
    struct edge *e = *state;
    struct scratch *scratch = e->collect.scratch;
    char tools[256];
    char nowhere[256];

    snprintf(tools, sizeof(tools), "%s", scratch_path(scratch, "tools"));
    snprintf(nowhere, sizeof(nowhere), "%s", scratch_path(scratch, "no/where"));
    assert_complains(e, tools, nowhere, "No such file or directory");
    assert_complains(e, tools, scratch->root, "directory");
    assert_complains(e, nowhere, scratch_path(scratch, "out.js"), "no/where");
    assert_complains(e, scratch_path(scratch, "home"),
                     scratch_path(scratch, "out.js"), "holds no policy");
    assert_int_equal(access(scratch_path(scratch, "out.js"), F_OK), -1);
    if (access("/dev/full", W_OK) == 0)
        assert_complains(e, tools, "/dev/full", "No space left");
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_edge_export_holds_data_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_export_writes_the_same_to_stdout, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_export_of_bad_policy_leaves_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_edge_export_to_nowhere_is_one_line,
                                        setup, teardown),
    };

    return edge_run(tests, sizeof(tests) / sizeof(tests[0]), edge_needs_node);
}
