/* SPDX-License-Identifier: MIT */
/* What a yes was not said to is off until it is: real runs, in each way. */
#include "demo.h"
#include "recorded.h"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    demo_install(r->scratch);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

static void run_all(struct recorded *r, bool recorded)
{
    for (size_t i = 0; i < COUNT(demo_ways); i++) {
        demo_run(r->scratch, &demo_ways[i]);
        if (recorded)
            (void)recorded_next(r);
        recorded_nothing_more(r);
    }
}

static void expect_why(struct scratch *s, const char *what)
{
    char *out = scratch_ok(s, 0, TEL, "status", "demo", NULL);

    if (strstr(out, what) == NULL || strstr(out, "tel on demo") == NULL)
        fail_msg("status does not say '%s': %s", what, out);
    free(out);
}

static void write_policy(struct recorded *r, const char *text)
{
    scratch_write(r->scratch, "config/tel/tools.d/demo.conf", text);
}

/* From a yes to this policy on, another is off until it is said again. */
static void change_to(struct recorded *r, const char *changed)
{
    write_policy(r, DEMO);
    free(scratch_ok(r->scratch, 0, TEL, "on", "demo", NULL));
    run_all(r, true);
    write_policy(r, changed);
    run_all(r, false);
    expect_why(r->scratch, "changed since you said yes");
    free(scratch_ok(r->scratch, 1, TEL, "preview", "demo", NULL));
    free(scratch_ok(r->scratch, 0, TEL, "on", "demo", NULL));
    run_all(r, true);
    /* The old one asks for nothing that the new has not: but elsewhere. */
    write_policy(r, DEMO);
}

static void test_changes_of_the_endpoint_are_asked_for(void **state)
{
    change_to(*state, "[tool]\nid = demo\nversion = 1.2\nmethod = POST\n"
                      "endpoint = http://127.0.0.1:9/other\n" DEMO_REST);
    run_all(*state, false);
}

static void test_changes_an_added_field_is_asked_for(void **state)
{
    change_to(*state, DEMO "[fields]\nquiet = flag -q\n");
    run_all(*state, true);
}

static void test_changes_an_added_option_of_a_field_is_asked_for(void **state)
{
    change_to(*state, DEMO_TOOL "[command]\nverbs = none\n"
                                "[fields]\nms = rounded\nexit = code\n"
                                "fmt = word --format --user: a\n"
                                "[modifiers]\n--long = long\n");
}

static void test_changes_an_added_modifier_is_asked_for(void **state)
{
    change_to(*state, DEMO "[modifiers]\n--short = short\n");
    run_all(*state, true);
}

static void test_changes_an_added_crash_is_asked_for(void **state)
{
    change_to(*state, DEMO "[fields]\ncrash = on\n");
    run_all(*state, true);
}

/* Who sets the old one means to have stopped it. */
static void test_changes_another_variable_is_asked_for(void **state)
{
    change_to(*state, DEMO "[tool]\ndisable = SOMETHING_ELSE\n");
    run_all(*state, false);
}

static void test_changes_finer_duration_is_asked_for(void **state)
{
    write_policy(*state, DEMO_TOOL "[command]\nverbs = none\n"
                                   "[fields]\nms = bucket\n");
    free(scratch_ok(((struct recorded *)*state)->scratch, 0, TEL, "on", "demo",
                    NULL));
    run_all(*state, true);
    write_policy(*state, DEMO_TOOL "[command]\nverbs = none\n"
                                   "[fields]\nms = rounded\n");
    run_all(*state, false);
}

/* What is asked for less, or other words about it, is what was agreed to. */
static void test_changes_to_less_need_no_new_yes(void **state)
{
    struct recorded *r = *state;

    write_policy(r, DEMO);
    free(scratch_ok(r->scratch, 0, TEL, "on", "demo", NULL));
    write_policy(r, DEMO_TOOL "purpose = Other words\n[command]\n"
                              "verbs = none\n[fields]\nms = rounded\n");
    run_all(r, true);
}

/* In this build opt-out means nothing; and never for such a policy. */
static void test_changes_opt_out_of_a_listed_folder_is_asked_for(void **state)
{
    struct recorded *r = *state;

    scratch_write(r->scratch, "own/demo.conf",
                  DEMO_TOOL "consent = opt-out\n" DEMO_REST);
    scratch_set(r->scratch, "TEL_CONFIG_PATH", scratch_path(r->scratch, "own"));
    run_all(r, false);
    expect_why(r->scratch, "  7  ");
    free(scratch_ok(r->scratch, 0, TEL, "on", "demo", NULL));
    run_all(r, true);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_changes_of_the_endpoint_are_asked_for),
        TEST(test_changes_an_added_field_is_asked_for),
        TEST(test_changes_an_added_option_of_a_field_is_asked_for),
        TEST(test_changes_an_added_modifier_is_asked_for),
        TEST(test_changes_an_added_crash_is_asked_for),
        TEST(test_changes_another_variable_is_asked_for),
        TEST(test_changes_finer_duration_is_asked_for),
        TEST(test_changes_to_less_need_no_new_yes),
        TEST(test_changes_opt_out_of_a_listed_folder_is_asked_for),
    };

    return cmocka_run_group_tests_name("consent_changes", tests, NULL, NULL);
}
