/* SPDX-License-Identifier: MIT */
/* Each variable of CI, alone, switches each way of recording off. */
#include "demo.h"
#include "recorded.h"

/* The preload, and one way of the wrapper: where it is off there is no other. */
#define WAYS 2
#define VENDORS TEL_SOURCE "/tests/config/ci-vendors.txt"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "demo", "[command]\nverbs = none\n");
    demo_install(r->scratch);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Runs demo in each way: each is recorded, or none is. */
static void run_each_way(struct recorded *r, bool recorded, const char *name,
                         const char *value)
{
    scratch_set(r->scratch, name, value);
    for (size_t i = 0; i < WAYS; i++) {
        struct tel_table_counts counts;

        demo_run(r->scratch, &demo_ways[i]);
        if (recorded) {
            recorded_expect(r, "run", TEL_END_CODE, 0);
            continue;
        }
        tel_table_look(r->table);
        tel_table_count(r->table, &counts);
        if (counts.running + counts.finished + counts.pending > 0)
            fail_msg("recorded under %s=%s: %s", name, value,
                     demo_ways[i].name);
    }
    scratch_set(r->scratch, name, NULL);
    recorded_nothing_more(r);
}

static void try_variable(struct recorded *r, char *word)
{
    static const char *const values[] = {"1", "false", "0", "no", " "};
    char *part = strchr(word, '~');

    if (part != NULL) {
        *part++ = '\0';
        run_each_way(r, false, word, part);
        run_each_way(r, true, word, "/usr/bin/node");
    } else {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
            run_each_way(r, false, word, values[i]);
    }
    run_each_way(r, true, word, "");
}

static void test_ci_each_variable_of_ci_info_is_off(void **state)
{
    char *text = file_read(VENDORS, NULL);
    unsigned variables = 0;
    unsigned vendors = 0;
    char *lines = text;

    assert_non_null(text);
    for (char *line; (line = strsep(&lines, "\n")) != NULL;) {
        char *rest = line;

        if (line[0] == '#' || line[0] == '\0')
            continue;
        vendors += strsep(&rest, " ")[0] != '(';
        assert_non_null(rest);
        for (char *word; (word = strsep(&rest, " ")) != NULL; variables++)
            try_variable(*state, word);
    }
    free(text);
    print_message("           %u variables of %u vendors\n", variables,
                  vendors);
    assert_int_equal(vendors, 55);
    assert_int_equal(variables, 67);
}

/* There CI=false switches the detection of all the others off; here not. */
static void test_ci_false_does_not_undo_another(void **state)
{
    struct recorded *r = *state;

    scratch_set(r->scratch, "CI", "false");
    run_each_way(r, false, "GITHUB_ACTIONS", "true");
    scratch_set(r->scratch, "CI", "");
    run_each_way(r, true, "GITHUB_ACTIONS", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ci_each_variable_of_ci_info_is_off,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_ci_false_does_not_undo_another,
                                        setup, teardown),
    };

    return cmocka_run_group_tests_name("consent_ci", tests, NULL, NULL);
}
