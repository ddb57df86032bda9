/* SPDX-License-Identifier: MIT */
/*
 * The modules of collector/edge/ and the C of event/ and collector/ say the
 * same of many thousands of texts: whether each is an event, whether the
 * policies allow it, else why not, and what it adds to which totals.
 *
 *     test_edge_event [COUNT]       texts of each form; default 15,000
 */
#include "edge.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawn.h"
#include "count/tools.h"
#include "count/totals.h"

static unsigned wanted = 15000;

struct trial {
    struct edge edge;
    struct tel_tools *tools;
    struct tel_sums *sums;
    struct drawn drawn;
    struct text asked;    /* what the modules read */
    struct text expected; /* what they must say */
    unsigned verdicts[TEL_REFUSALS];
    struct text corpus[64];
    size_t ncorpus;
};

static int setup(void **state)
{
    static struct trial t;

    memset(&t, 0, sizeof(t));
    edge_setup(&t.edge);
    assert_int_equal(
        tel_tools_load(scratch_path(t.edge.collect.scratch, "tools"), &t.tools,
                       NULL),
        0);
    assert_int_equal(tel_sums_new(&t.sums), 0);
    t.drawn.state = 42;
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    struct trial *t = *state;

    tel_sums_free(t->sums);
    tel_tools_free(t->tools);
    text_clear(&t->asked);
    text_clear(&t->expected);
    while (t->ncorpus > 0)
        text_clear(&t->corpus[--t->ncorpus]);
    edge_teardown(&t->edge);
    return 0;
}

static void expect_accepted(struct trial *t, const struct tel_event *event)
{
    const struct tel_sum *list = NULL;
    char json[TEL_EVENT_TEXT_MAX];
    size_t count = 0;

    assert_true(tel_event_to_json(event, json, sizeof(json)) > 0);
    assert_int_equal(tel_totals_add(t->sums, event), 0);
    tel_sums_list(t->sums, &list, &count);
    text_add(&t->expected, "accepted %s", json);
    for (size_t i = 0; i < count; i++) {
        const struct tel_cell *cell = &list[i].cell;

        text_add(&t->expected, " %s|%s|%s|%s|%s|%llu", cell->tool,
                 cell->version, cell->event, cell->item, cell->value,
                 (unsigned long long)list[i].n);
    }
    text_add(&t->expected, "\n");
    tel_sums_clear(t->sums);
}

/* Asks for the text, and notes what C makes of it. */
static void ask(struct trial *t, enum tel_method method,
                const struct text *text)
{
    enum tel_refusal refusal = TEL_REFUSED_FORM;
    struct tel_event event;
    int r = method == TEL_GET
                ? tel_event_from_query(text->bytes, text->len, &event, NULL)
                : tel_event_from_json(text->bytes, text->len, &event, NULL);

    text_add(&t->asked, method == TEL_GET ? "GET " : "POST ");
    for (size_t i = 0; i < text->len; i++)
        text_add(&t->asked, "%02x", (unsigned char)text->bytes[i]);
    text_add(&t->asked, "\n");
    if (r == 0)
        refusal = tel_tools_allowed(t->tools, &event);
    t->verdicts[refusal]++;
    if (refusal == TEL_ACCEPTED)
        expect_accepted(t, &event);
    else
        text_add(&t->expected, "%s\n", tel_refusal_name(refusal));
}

/* The text's line of what was asked; a static buffer. */
static const char *asked_at(const struct trial *t, size_t line)
{
    static char buf[4096];
    const char *at = t->asked.bytes;

    while (line-- > 0)
        at = strchr(at, '\n') + 1;
    snprintf(buf, sizeof(buf), "%.*s", (int)strcspn(at, "\n"), at);
    return buf;
}

static void compare(struct trial *t)
{
    struct scratch *scratch = t->edge.collect.scratch;
    char *said = NULL;
    const char *a = NULL;
    const char *b = t->expected.bytes;

    scratch_write(scratch, "asked", t->asked.bytes);
    said = scratch_ok(scratch, 0, "/usr/bin/node", EDGE_SOURCE "judge.mjs",
                      t->edge.folder, scratch_path(scratch, "asked"), NULL);
    a = said;
    for (size_t line = 0; *a != '\0' || *b != '\0'; line++) {
        size_t alen = strcspn(a, "\n");
        size_t blen = strcspn(b, "\n");

        if (alen != blen || memcmp(a, b, alen) != 0)
            fail_msg("JavaScript says %.*s, C says %.*s of %s", (int)alen, a,
                     (int)blen, b, asked_at(t, line));
        a += alen + (a[alen] == '\n');
        b += blen + (b[blen] == '\n');
    }
    free(said);
}

static void test_edge_event_written_agrees_with_c(void **state)
{
    struct trial *t = *state;

    for (unsigned i = 0; i < 2 * wanted; i++) {
        enum tel_method method = i % 2 == 0 ? TEL_GET : TEL_POST;
        struct text text = {0};

        draw_text(&t->drawn, method, &text);
        ask(t, method, &text);
        text_clear(&text);
    }
    compare(t);
    /* Every verdict but one is well tried: what tel writes can be read. */
    for (unsigned i = 0; i < TEL_REFUSALS; i++) {
        if (i == TEL_REFUSED_FORM)
            assert_int_equal(t->verdicts[i], 0);
        else
            assert_in_range(t->verdicts[i], wanted / 100, 2 * wanted);
    }
}

static void load_corpus(struct trial *t)
{
    static const char folder[] = TEL_SOURCE "/fuzz/corpus/event";
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);

    assert_true(count > 2);
    for (int i = 0; i < count; i++) {
        struct text *text = &t->corpus[t->ncorpus];
        char path[512];
        size_t len = 0;
        char *bytes = NULL;

        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        bytes = entries[i]->d_name[0] != '.' ? file_read(path, &len) : NULL;
        if (bytes != NULL && t->ncorpus < 63) {
            text_add_bytes(text, bytes, len);
            t->ncorpus++;
        }
        free(bytes);
        free(entries[i]);
    }
    free(entries);
    assert_true(t->ncorpus > 20);
}

static void test_edge_event_changed_agrees_with_c(void **state)
{
    struct trial *t = *state;

    load_corpus(t);
    for (size_t i = 0; i < t->ncorpus; i++) {
        ask(t, TEL_GET, &t->corpus[i]);
        ask(t, TEL_POST, &t->corpus[i]);
    }
    for (unsigned i = 0; i < 2 * wanted; i++) {
        enum tel_method method = i % 2 == 0 ? TEL_GET : TEL_POST;
        const struct text *seed =
            &t->corpus[draw(&t->drawn, (unsigned)t->ncorpus)];
        struct text text = {0};

        if (draw(&t->drawn, 4) == 0)
            text_add_bytes(&text, seed->bytes, seed->len);
        else
            draw_text(&t->drawn, method, &text);
        draw_change(&t->drawn, &text);
        ask(t, method, &text);
        text_clear(&text);
    }
    compare(t);
    for (unsigned i = 0; i < TEL_REFUSALS; i++)
        assert_in_range(t->verdicts[i], wanted / 200, 2 * wanted);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_edge_event_written_agrees_with_c,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_edge_event_changed_agrees_with_c,
                                        setup, teardown),
    };

    if (argc > 1)
        wanted = (unsigned)strtoul(argv[1], NULL, 10);
    return edge_run(tests, sizeof(tests) / sizeof(tests[0]), edge_needs_node);
}
