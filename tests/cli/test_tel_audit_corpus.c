/* SPDX-License-Identifier: MIT */
/*
 * tel audit over two corpora of telemetry lines: seen/ was written with the
 * code, blind/ by somebody who had not seen it. Each case says what has to be
 * found in which field; what is found beside that counts against precision.
 *
 * A file NAME.cases holds cases with a blank line between: lines "> KIND
 * FIELD" or one "> clean", then the lines for tel audit. Lines that begin
 * with '#' before them are comments.
 */
#include "person.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define CORPUS TEL_SOURCE "/tests/cli/corpus/audit"
#define EXPECTED_MAX 24

struct finding {
    char kind[32];
    char field[160];
};

struct case_of {
    const char *file;
    unsigned line;
    struct finding expected[EXPECTED_MAX];
    unsigned nexpected;
    struct text input;
};

struct score {
    unsigned cases, dirty, clean;
    unsigned found, missed, false_ones;
};

typedef void judge(struct scratch *s, const struct case_of *c,
                   struct score *score);

static json_t *audit(struct scratch *s, const struct case_of *c)
{
    struct result r;
    json_t *report;
    json_error_t error;
    size_t found;

    scratch_write(s, "case", c->input.bytes);
    r = scratch_run(s, "sh", "-c", "exec \"$0\" audit --json <\"$1\"", TEL,
                    scratch_path(s, "case"), NULL);
    report = json_loads(r.out, JSON_REJECT_DUPLICATES, &error);
    if (report == NULL)
        fail_msg("%s:%u: status %d, %s: %s", c->file, c->line, r.status,
                 error.text, r.out);
    found = json_array_size(json_object_get(report, "findings"));
    /* 2 where not one line was of a known form. */
    if (found > 0 ? r.status != 1 : r.status != 0 && r.status != 2)
        fail_msg("%s:%u: status %d", c->file, c->line, r.status);
    result_clear(&r);
    return report;
}

static const char *text_of(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool is_finding(json_t *finding, const struct finding *expected)
{
    return strcmp(text_of(finding, "kind"), expected->kind) == 0 &&
           strcmp(text_of(finding, "field"), expected->field) == 0;
}

static void compare(struct scratch *s, const struct case_of *c,
                    struct score *score)
{
    json_t *report = audit(s, c);
    json_t *findings = json_object_get(report, "findings");
    unsigned right = 0;
    json_t *finding;
    size_t i;

    json_array_foreach(findings, i, finding)
    {
        unsigned e = 0;

        while (e < c->nexpected && !is_finding(finding, &c->expected[e]))
            e++;
        if (e < c->nexpected) {
            right++;
            continue;
        }
        score->false_ones++;
        printf("%s:%u: not expected: %s %s\n", c->file, c->line,
               text_of(finding, "kind"), text_of(finding, "field"));
    }
    for (unsigned e = 0; e < c->nexpected; e++) {
        bool there = false;

        json_array_foreach(findings, i, finding)
        {
            there = there || is_finding(finding, &c->expected[e]);
        }
        if (!there)
            printf("%s:%u: missed: %s %s\n", c->file, c->line,
                   c->expected[e].kind, c->expected[e].field);
    }
    score->found += right;
    score->missed += c->nexpected - right;
    json_decref(report);
}

static bool is_end(char c)
{
    return c == '\0' || strchr(" \t\n\"'&=?{}[](),;<>|", c) != NULL;
}

/* What stands between signs of the form, six bytes or more, and is no name. */
static void check_examples(json_t *findings, const struct case_of *c)
{
    const char *at = c->input.bytes;

    while (*at != '\0') {
        size_t len = 0;
        json_t *finding;
        char word[256];
        size_t i;

        while (!is_end(at[len]))
            len++;
        if (len >= 6 && len < sizeof(word)) {
            memcpy(word, at, len);
            word[len] = '\0';
            json_array_foreach(findings, i, finding)
            {
                if (strstr(text_of(finding, "example"), word) != NULL)
                    fail_msg("%s:%u: whole in an example: %s", c->file, c->line,
                             word);
            }
        }
        at += len + (at[len] != '\0');
    }
}

static void check_masks(struct scratch *s, const struct case_of *c,
                        struct score *score)
{
    json_t *report = audit(s, c);
    json_t *findings = json_object_get(report, "findings");
    json_t *finding;
    size_t i;

    (void)score;
    check_examples(findings, c);
    json_array_foreach(findings, i, finding)
    {
        const char *example = text_of(finding, "example");

        /* Something is left out of each. */
        if (strcmp(text_of(finding, "kind"), "cardinality") != 0 &&
            strstr(example, "\xe2\x80\xa6") == NULL)
            fail_msg("%s:%u: not masked: %s", c->file, c->line, example);
    }
    json_decref(report);
}

/* ---- the corpus ------------------------------------------------------------- */

static void add_expected(struct case_of *c, const char *line)
{
    struct finding *f = &c->expected[c->nexpected];

    if (strncmp(line, "> clean", 7) == 0)
        return;
    if (c->nexpected == EXPECTED_MAX ||
        sscanf(line, "> %31s %159[^\n]", f->kind, f->field) != 2) {
        fail_msg("%s:%u: bad line: %s", c->file, c->line, line);
        return;
    }
    c->nexpected++;
}

static void end_case(struct scratch *s, struct case_of *c, judge *judge_case,
                     struct score *score)
{
    if (c->line == 0)
        return;
    if (c->input.len == 0)
        fail_msg("%s:%u: a case without lines", c->file, c->line);
    score->cases++;
    score->dirty += c->nexpected > 0;
    score->clean += c->nexpected == 0;
    judge_case(s, c, score);
    text_clear(&c->input);
    *c = (struct case_of){.file = c->file};
}

static void read_cases(struct scratch *s, const char *path, judge *judge_case,
                       struct score *score)
{
    char *text = file_read(path, NULL);
    struct case_of c = {.file = strrchr(path, '/') + 1};
    unsigned number = 0;
    char *line;
    char *rest = text;

    assert_non_null(text);
    while ((line = strsep(&rest, "\n")) != NULL) {
        number++;
        if (line[0] == '\0') {
            end_case(s, &c, judge_case, score);
        } else if (c.input.len == 0 && line[0] == '>') {
            if (c.line == 0)
                c.line = number;
            add_expected(&c, line);
        } else if (c.line > 0) {
            text_add(&c.input, "%s\n", line);
        } else if (line[0] != '#') {
            fail_msg("%s:%u: no case: %s", c.file, number, line);
        }
    }
    end_case(s, &c, judge_case, score);
    free(text);
}

static int is_cases(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 6 && strcmp(entry->d_name + len - 6, ".cases") == 0;
}

static struct score run_folder(const char *folder, judge *judge_case)
{
    struct scratch *s = scratch_new();
    struct score score = {0};
    struct dirent **entries = NULL;
    char path[4096];
    int count;

    snprintf(path, sizeof(path), CORPUS "/%s", folder);
    count = scandir(path, &entries, is_cases, alphasort);
    if (count < 1)
        fail_msg("%s: no cases there", path);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), CORPUS "/%s/%s", folder,
                 entries[i]->d_name);
        read_cases(s, path, judge_case, &score);
        free(entries[i]);
    }
    free(entries);
    scratch_free(s);
    return score;
}

static double percent(unsigned part, unsigned all)
{
    return all > 0 ? 100.0 * part / all : 100.0;
}

static void print_score(const char *name, const struct score *score)
{
    printf("%s: %u cases, %u dirty, %u clean; %u found, %u missed, %u false: "
           "recall %.1f %%, precision %.1f %%\n",
           name, score->cases, score->dirty, score->clean, score->found,
           score->missed, score->false_ones,
           percent(score->found, score->found + score->missed),
           percent(score->found, score->found + score->false_ones));
}

static void test_audit_corpus_recall_and_precision(void **state)
{
    struct score seen = run_folder("seen", compare);
    struct score blind;
    struct score all;

    (void)state;
    print_score("seen", &seen);
    blind = run_folder("blind", compare);
    print_score("blind", &blind);
    all = (struct score){
        seen.cases + blind.cases,   seen.dirty + blind.dirty,
        seen.clean + blind.clean,   seen.found + blind.found,
        seen.missed + blind.missed, seen.false_ones + blind.false_ones,
    };
    print_score("all", &all);
    /* What was written with the code is held to the letter. */
    assert_int_equal(seen.missed, 0);
    assert_int_equal(seen.false_ones, 0);
    assert_true(all.dirty >= 200);
    assert_true(all.clean >= 100);
    assert_true(percent(all.found, all.found + all.missed) >= 95.0);
    assert_true(percent(all.found, all.found + all.false_ones) >= 99.0);
}

static void test_audit_corpus_no_example_shows_a_value(void **state)
{
    (void)state;
    run_folder("seen", check_masks);
    run_folder("blind", check_masks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_corpus_recall_and_precision),
        cmocka_unit_test(test_audit_corpus_no_example_shows_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
