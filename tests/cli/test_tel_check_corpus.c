/* SPDX-License-Identifier: MIT */
/*
 * tel check on policies whose findings are known: every "# expect: ITEM LINE"
 * must be found, on that line, and nothing else may be. corpus/README has the
 * form of the files.
 */
#include "person.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINDINGS_MAX 64
#define RECALL_LEAST 0.95
#define PRECISION_LEAST 0.99

struct finding {
    char item[32];
    json_int_t line; /* 0: none */
    bool matched;
};

struct findings {
    struct finding each[FINDINGS_MAX];
    size_t count;
};

/* What was counted over a part of the corpus. */
struct score {
    unsigned policies;
    unsigned bad; /* of them, those with an expectation */
    unsigned expected;
    unsigned missed;
    unsigned false_alarms;
};

static void add(struct findings *findings, const char *item, json_int_t line)
{
    struct finding *finding = &findings->each[findings->count++];

    assert_true(findings->count < FINDINGS_MAX);
    snprintf(finding->item, sizeof(finding->item), "%s", item);
    finding->line = line;
    finding->matched = false;
}

/* The comment lines at the top. A file without any is a fault of the corpus. */
static void read_expected(const char *path, struct findings *findings)
{
    char *text = file_read(path, NULL);
    bool clean = false;
    char *rest = text;
    char *line;

    assert_non_null(text);
    findings->count = 0;
    while ((line = strsep(&rest, "\n")) != NULL && line[0] == '#') {
        char item[32];
        unsigned at = 0;

        if (sscanf(line, "# expect: %31s %u", item, &at) < 1)
            continue;
        if (strcmp(item, "clean") == 0)
            clean = true;
        else
            add(findings, item, at);
    }
    if (clean != (findings->count == 0))
        fail_msg("%s: expects nothing, or both findings and none", path);
    free(text);
}

static void read_found(const char *out, struct findings *findings)
{
    json_error_t error;
    json_t *root = json_loads(out, JSON_REJECT_DUPLICATES, &error);
    json_t *item;
    json_t *finding;
    size_t i;
    size_t n;

    if (root == NULL)
        fail_msg("check --json: %s in %s", error.text, out);
    findings->count = 0;
    json_array_foreach(json_object_get(root, "items"), i, item)
    {
        const char *id = json_string_value(json_object_get(item, "id"));

        json_array_foreach(json_object_get(item, "findings"), n, finding)
        {
            add(findings, id,
                json_integer_value(json_object_get(finding, "line")));
        }
    }
    assert_int_equal(json_is_true(json_object_get(root, "ok")),
                     findings->count == 0);
    json_decref(root);
}

/* Marks the finding that agrees, where there is one. An expectation without a
 * line agrees with any line. */
static void match(struct finding *expected, struct findings *found)
{
    for (size_t i = 0; i < found->count; i++) {
        struct finding *finding = &found->each[i];

        if (!finding->matched && strcmp(finding->item, expected->item) == 0 &&
            (expected->line == 0 || expected->line == finding->line)) {
            finding->matched = expected->matched = true;
            return;
        }
    }
}

static void compare(const char *name, struct findings *expected,
                    struct findings *found, struct score *score)
{
    for (size_t i = 0; i < expected->count; i++)
        match(&expected->each[i], found);
    for (size_t i = 0; i < expected->count; i++) {
        if (expected->each[i].matched)
            continue;
        score->missed++;
        printf("%s: missed: %s %d\n", name, expected->each[i].item,
               (int)expected->each[i].line);
    }
    for (size_t i = 0; i < found->count; i++) {
        if (found->each[i].matched)
            continue;
        score->false_alarms++;
        printf("%s: false alarm: %s %d\n", name, found->each[i].item,
               (int)found->each[i].line);
    }
    score->policies++;
    score->bad += expected->count > 0;
    score->expected += (unsigned)expected->count;
}

static int is_policy(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static void judge(const char *part, struct score *score)
{
    static struct findings expected;
    static struct findings found;
    struct scratch *s = scratch_new();
    struct dirent **names;
    char folder[512];
    int count;

    snprintf(folder, sizeof(folder), "%s/tests/cli/corpus/check/%s", TEL_SOURCE,
             part);
    count = scandir(folder, &names, is_policy, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[1024];
        struct result r;

        snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        read_expected(path, &expected);
        r = scratch_run(s, TEL, "check", "--json", path, NULL);
        assert_string_equal(r.err, "");
        read_found(r.out, &found);
        assert_int_equal(r.status, found.count > 0);
        compare(names[i]->d_name, &expected, &found, score);
        result_clear(&r);
        free(names[i]);
    }
    free(names);
    scratch_free(s);
}

static double recall(const struct score *score)
{
    return 1.0 - (double)score->missed / score->expected;
}

static double precision(const struct score *score)
{
    unsigned hits = score->expected - score->missed;

    return (double)hits / (hits + score->false_alarms);
}

static void say(const char *part, const struct score *score)
{
    printf("%s: %u policies (%u bad), %u findings expected, %u missed, %u "
           "false alarms: recall %.1f%%, precision %.1f%%\n",
           part, score->policies, score->bad, score->expected, score->missed,
           score->false_alarms, 100 * recall(score), 100 * precision(score));
}

static void test_check_of_the_corpus_finds_what_is_known(void **state)
{
    struct score seen = {0};
    struct score blind = {0};
    struct score all;

    (void)state;
    judge("seen", &seen);
    judge("blind", &blind);
    all = (struct score){seen.policies + blind.policies, seen.bad + blind.bad,
                         seen.expected + blind.expected,
                         seen.missed + blind.missed,
                         seen.false_alarms + blind.false_alarms};
    say("seen", &seen);
    say("blind", &blind);
    say("all", &all);
    /* What was written beside the code has no excuse. */
    assert_int_equal(seen.missed + seen.false_alarms, 0);
    assert_true(all.bad >= 60);
    assert_true(recall(&all) >= RECALL_LEAST);
    assert_true(precision(&all) >= PRECISION_LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_of_the_corpus_finds_what_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
