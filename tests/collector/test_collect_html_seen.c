/* SPDX-License-Identifier: MIT */
/*
 * report --html, as a browser shows it: on a desktop and on phones, light and
 * dark. With TEL_SHOTS=DIRECTORY in the environment pictures are left there.
 */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "pages.h"

struct seen {
    struct scratch *scratch;
    struct browser *browser;
    char *look, *breach;
};

static const struct {
    int width, height;
} sizes[] = {{360, 740}, {1280, 900}, {390, 844}};

static const struct {
    const char *name;
    void (*make)(const char *db);
    size_t sizes; /* how many of them it is looked at in */
} pages[] = {
    {"month", pages_month, 3}, {"odd", pages_odd, 2},
    {"long", pages_long, 2},   {"hostile", pages_hostile, 1},
    {"empty", pages_empty, 1},
};

static const char *const schemes[] = {"light", "dark"};

static int setup(void **state)
{
    static struct seen seen;

    seen.scratch = scratch_new();
    seen.look = file_read(TEL_SOURCE "/tests/collector/look.js", NULL);
    seen.breach = file_read(TEL_SOURCE "/tests/collector/breach.js", NULL);
    assert_non_null(seen.look);
    assert_non_null(seen.breach);
    *state = &seen;
    return 0;
}

static int teardown(void **state)
{
    struct seen *seen = *state;

    browser_stop(seen->browser);
    scratch_free(seen->scratch);
    free(seen->look);
    free(seen->breach);
    memset(seen, 0, sizeof(*seen));
    return 0;
}

static void write_page(struct seen *seen, const char *name,
                       void (*make)(const char *db))
{
    const char *db = scratch_path(seen->scratch, "%s.db", name);

    make(db);
    free(scratch_ok(seen->scratch, 0, TEL_COLLECT, "report", "--db", db,
                    "--html", scratch_path(seen->scratch, "%s.html", name),
                    NULL));
}

/* Fails with what a script lists, or is content with an empty list. */
static void assert_none(struct seen *seen, const char *script, const char *what)
{
    json_t *list = browser_eval(seen->browser, script);

    if (!json_is_array(list) || json_array_size(list) > 0)
        fail_msg("%s: %s", what, json_dumps(list, JSON_INDENT(1)));
    json_decref(list);
}

static void shoot(struct seen *seen, const char *name)
{
    const char *folder = getenv("TEL_SHOTS");
    char path[512];

    if (folder == NULL)
        return;
    snprintf(path, sizeof(path), "%s/%s.png", folder, name);
    browser_shoot(seen->browser, path);
}

static void look_at(struct seen *seen, const char *page, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sizeof(schemes) / sizeof(schemes[0]); j++) {
            char name[64];

            snprintf(name, sizeof(name), "%s-%d-%s", page, sizes[i].width,
                     schemes[j]);
            browser_size(seen->browser, sizes[i].width, sizes[i].height,
                         schemes[j]);
            browser_open(seen->browser,
                         scratch_path(seen->scratch, "%s.html", page));
            assert_none(seen, seen->look, name);
            /* The page itself, and nothing that it asked for. */
            assert_int_equal(browser_requests(seen->browser), 1);
            if (browser_complaint(seen->browser) != NULL)
                fail_msg("%s: %s", name, browser_complaint(seen->browser));
            shoot(seen, name);
        }
    }
}

static void test_seen_page_is_in_order_at_every_size(void **state)
{
    struct seen *seen = *state;

    seen->browser = browser_start(seen->scratch);
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        write_page(seen, pages[i].name, pages[i].make);
        look_at(seen, pages[i].name, pages[i].sizes);
    }
}

static void test_seen_page_follows_the_scheme(void **state)
{
    static const char colour[] =
        "getComputedStyle(document.body).backgroundColor";
    struct seen *seen = *state;
    json_t *seen_as[2];

    seen->browser = browser_start(seen->scratch);
    write_page(seen, "month", pages_month);
    for (size_t i = 0; i < 2; i++) {
        browser_size(seen->browser, 1280, 900, schemes[i]);
        browser_open(seen->browser, scratch_path(seen->scratch, "month.html"));
        seen_as[i] = browser_eval(seen->browser, colour);
    }
    assert_string_equal(json_string_value(seen_as[0]), "rgb(244, 245, 247)");
    assert_string_equal(json_string_value(seen_as[1]), "rgb(14, 17, 22)");
    json_decref(seen_as[0]);
    json_decref(seen_as[1]);
}

static void test_seen_policy_is_in_force(void **state)
{
    struct seen *seen = *state;

    seen->browser = browser_start(seen->scratch);
    write_page(seen, "month", pages_month);
    browser_open(seen->browser, scratch_path(seen->scratch, "month.html"));
    assert_none(seen, seen->breach, "went through");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_seen_page_is_in_order_at_every_size),
        TEST(test_seen_page_follows_the_scheme),
        TEST(test_seen_policy_is_in_force),
    };

    return cmocka_run_group_tests_name("report --html, seen", tests, NULL,
                                       NULL);
}
