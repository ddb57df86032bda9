/* SPDX-License-Identifier: MIT */
/* html: what its parts write: text, figures, axes, labels and colours. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html/charts.h"
#include "report/html/figures.h"
#include "report/html/html.h"
#include "report/html/scale.h"
#include "report/html/style.h"
#include "report/html/svg.h"
#include "report/html/words.h"
#include "support.h"

#define NBSP "\xc2\xa0"
#define GONE "\xef\xbf\xbd" /* U+FFFD */

static void assert_text(const char *text, const char *expected)
{
    char *written = NULL;
    size_t len = 0;
    struct tel_html page = {.out = open_memstream(&written, &len)};

    assert_non_null(page.out);
    tel_html_text(&page, text);
    assert_int_equal(fclose(page.out), 0);
    assert_string_equal(written, expected);
    free(written);
}

static void test_html_markup_is_escaped(void **state)
{
    (void)state;
    assert_text("push", "push");
    assert_text("<b a=\"1\">&amp;", "&lt;b a=&quot;1&quot;&gt;&amp;amp;");
    assert_text("", "");
}

static void test_html_bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    assert_text("a\x01\x1b[2J\x7f", "a" GONE GONE "[2J" GONE);
    assert_text("\xff\xc0\xaf", GONE GONE GONE);
    assert_text("\xed\xa0\x80", GONE GONE GONE); /* a surrogate */
    assert_text("\xe2\x80\xae"
                "abc",
                GONE "abc");           /* turns the writing */
    assert_text("\xef\xbf\xbe", GONE); /* U+FFFE */
    assert_text("\xc3\xa4\xf0\x9f\x99\x82", "\xc3\xa4\xf0\x9f\x99\x82");
}

static void test_html_print_escapes_what_it_puts_in(void **state)
{
    char *written = NULL;
    size_t len = 0;
    struct tel_html page = {.out = open_memstream(&written, &len)};

    (void)state;
    assert_non_null(page.out);
    tel_html_print(&page, "<p id=\"%s\">%u %.2f%% %s</p>", "\"", 7, 1.5, "<");
    assert_int_equal(fclose(page.out), 0);
    assert_string_equal(written, "<p id=\"&quot;\">7 1.50% &lt;</p>");
    free(written);
}

static void test_figures_counts_have_commas(void **state)
{
    struct tel_figure f;

    (void)state;
    assert_string_equal(tel_figure_count(&f, 0), "0");
    assert_string_equal(tel_figure_count(&f, 999), "999");
    assert_string_equal(tel_figure_count(&f, 1000), "1,000");
    assert_string_equal(tel_figure_count(&f, UINT64_MAX),
                        "18,446,744,073,709,551,615");
    assert_string_equal(tel_figure_short(&f, 0), "0");
    assert_string_equal(tel_figure_short(&f, 2500), "2.5" NBSP "k");
    assert_string_equal(tel_figure_short(&f, 999999), "1" NBSP "M");
    assert_string_equal(tel_figure_short(&f, 1.8e19), "18" NBSP "E");
}

static void test_figures_shares_never_lie_about_the_ends(void **state)
{
    struct tel_figure f;

    (void)state;
    assert_string_equal(tel_figure_percent(&f, 0), "0" NBSP "%");
    assert_string_equal(tel_figure_percent(&f, 0.00001), "<0.1" NBSP "%");
    assert_string_equal(tel_figure_percent(&f, 0.061), "6.1" NBSP "%");
    assert_string_equal(tel_figure_percent(&f, 0.99999), ">99.9" NBSP "%");
    assert_string_equal(tel_figure_percent(&f, 1), "100" NBSP "%");
}

static void test_figures_durations_have_the_unit_of_their_size(void **state)
{
    struct tel_figure f;

    (void)state;
    assert_string_equal(tel_figure_ms(&f, 0), "0" NBSP "ms");
    assert_string_equal(tel_figure_ms(&f, 999), "999" NBSP "ms");
    assert_string_equal(tel_figure_ms(&f, 1070), "1.07" NBSP "s");
    assert_string_equal(tel_figure_ms(&f, 59999), "60" NBSP "s");
    assert_string_equal(tel_figure_ms(&f, 125000),
                        "2" NBSP "min" NBSP "5" NBSP "s");
    assert_string_equal(tel_figure_ms(&f, 3600000), "60" NBSP "min");
    assert_string_equal(tel_figure_fine_ms(&f, 1070), "1,070" NBSP "ms");
    assert_string_equal(tel_figure_fine_ms(&f, 12000), "12" NBSP "s");
}

static void test_figures_days_are_those_of_the_calendar(void **state)
{
    struct tel_figure f;

    (void)state;
    assert_string_equal(tel_figure_day(&f, 20757), "2026-10-31");
    assert_string_equal(tel_figure_short_day(&f, 20757), "31" NBSP "Oct");
    assert_string_equal(tel_figure_short_day(&f, 11016), "29" NBSP "Feb");
    assert_string_equal(tel_figure_month(&f, 11016), "Feb" NBSP "2000");
    (void)tel_figure_short_day(&f, INT64_MAX);
    (void)tel_figure_month(&f, INT64_MAX);
}

static struct tel_published told(uint64_t n)
{
    return (struct tel_published){.n = n};
}

/* As the table of the report has it. */
static void test_charts_failures_held_back_are_below_something(void **state)
{
    const struct tel_published held = {.held = true};
    struct tel_figure f;

    (void)state;
    assert_string_equal(
        tel_chart_failed_text(
            &f, &(struct tel_ends){told(90), told(10), told(0), held}, 1),
        "10.0" NBSP "%");
    assert_string_equal(
        tel_chart_failed_text(
            &f, &(struct tel_ends){told(95), held, told(0), told(0)}, 5),
        "<5.0" NBSP "%");
    assert_string_equal(
        tel_chart_failed_text(
            &f, &(struct tel_ends){held, told(10), told(0), told(0)}, 5),
        "-");
    assert_string_equal(
        tel_chart_failed_text(
            &f, &(struct tel_ends){told(0), told(0), told(0), told(50)}, 5),
        "-");
    assert_string_equal(
        tel_chart_failed_text(
            &f, &(struct tel_ends){told(50), told(0), told(0), told(0)}, 5),
        "0" NBSP "%");
}

static void test_words_say_how_much_as_one_would(void **state)
{
    struct tel_words w;

    (void)state;
    assert_string_equal(tel_words_often(&w, 0.061, 0.124, "2.40.0"),
                        "twice as often as in 2.40.0");
    assert_string_equal(tel_words_often(&w, 0.1, 0.134, "2.40.0"),
                        "34" NBSP "% more often than in 2.40.0");
    assert_string_equal(tel_words_often(&w, 0.1, 0.05, "2.40.0"),
                        "half as often as in 2.40.0");
    assert_string_equal(tel_words_often(&w, 0.1, 0.07, "2.40.0"),
                        "30" NBSP "% less often than in 2.40.0");
    assert_string_equal(tel_words_often(&w, 0.1, 0.35, "2.40.0"),
                        "3.5 times as often as in 2.40.0");
    assert_string_equal(tel_words_often(&w, 0.00001, 0.5, "2.40.0"),
                        "far more often than in 2.40.0");
    assert_string_equal(tel_words_often(&w, 0, 0.5, "2.40.0"),
                        "where 2.40.0 did not");
    assert_string_equal(tel_words_long(&w, 820, 1070, NULL),
                        "30" NBSP "% longer");
    assert_string_equal(tel_words_long(&w, 820, 1640, "1"),
                        "twice as long as in 1");
    assert_string_equal(tel_words_long(&w, 1000, 880, "1"),
                        "12" NBSP "% less time than in 1");
    assert_string_equal(tel_words_long(&w, 1000, 500, "1"),
                        "half the time of 1");
    assert_string_equal(tel_words_long(&w, 10, 250, "1"),
                        "25 times as long as in 1");
}

static void test_scale_linear_ends_on_a_round_number(void **state)
{
    static const struct {
        double top, high;
        size_t ticks;
        bool whole;
    } cases[] = {
        {0, 1, 2, true},       {1, 1, 2, true},        {1, 1, 5, false},
        {9, 10, 3, true},      {0.13, 0.15, 4, false}, {0.094, 0.1, 5, false},
        {2300, 3000, 4, true}, {95, 100, 5, true},     {101, 150, 4, true},
        {4e18, 4e18, 5, true}, {1e-9, 1e-9, 5, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tel_scale scale;

        tel_scale_linear(&scale, cases[i].top, cases[i].whole);
        assert_true(fabs(scale.high - cases[i].high) <= 1e-9 * scale.high);
        assert_int_equal(scale.nticks, cases[i].ticks);
        assert_true(scale.high >= cases[i].top * (1 - 1e-9));
        assert_true(tel_scale_at(&scale, scale.high) > 99.99);
        assert_true(tel_scale_at(&scale, 0) < 0.01);
    }
}

static void test_scale_ms_holds_every_duration(void **state)
{
    (void)state;
    for (uint64_t low = 0; low <= 3600000; low += low / 2 + 1) {
        for (uint64_t high = low; high <= 3600000; high += high / 2 + 1) {
            struct tel_scale scale;
            double from;
            double to;

            tel_scale_ms(&scale, (double)low, (double)high);
            from = tel_scale_at(&scale, (double)low);
            to = tel_scale_at(&scale, (double)high);
            assert_true(scale.low <= (double)low);
            assert_true((double)high <= scale.high);
            assert_true(scale.nticks >= 2);
            assert_true(0 <= from && from <= to && to <= 100);
        }
    }
}

static void test_svg_labels_keep_both_ends_of_a_name(void **state)
{
    char fitted[128];

    (void)state;
    tel_svg_fit("push", 170, fitted, sizeof(fitted));
    assert_string_equal(fitted, "push");
    tel_svg_fit("remote_add_with_a_name_that_is_long_amend", 170, fitted,
                sizeof(fitted));
    assert_int_equal(strncmp(fitted, "remote_", 7), 0);
    assert_non_null(strstr(fitted, "\xe2\x80\xa6"));
    assert_string_equal(fitted + strlen(fitted) - 5, "amend");
    assert_true(strlen(fitted) < 30);
}

static void test_svg_labels_are_cut_between_characters(void **state)
{
    static const char name[] =
        "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3"
        "\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6";

    (void)state;
    for (int px = 20; px < 200; px++) {
        char fitted[128];

        tel_svg_fit(name, px, fitted, sizeof(fitted));
        assert_text(fitted, fitted); /* nothing was replaced */
    }
}

/* The colour that a custom property has in the rest of a style sheet. */
static unsigned colour_of(const char *style, const char *name)
{
    char property[32];
    const char *at = NULL;

    snprintf(property, sizeof(property), "--%s: #", name);
    at = strstr(style, property);
    if (at != NULL)
        return (unsigned)strtoul(at + strlen(property), NULL, 16);
    fail_msg("no colour %s", name);
    return 0;
}

/* As WCAG 2 defines it. */
static double luminance(unsigned colour)
{
    static const double weights[] = {0.0722, 0.7152, 0.2126};
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        double part = (double)(colour >> 8 * i & 255) / 255;

        sum +=
            weights[i] *
            (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void assert_contrast(const char *scheme, const char *style,
                            const char *one, const char *other, double least)
{
    double a = luminance(colour_of(style, one)) + 0.05;
    double b = luminance(colour_of(style, other)) + 0.05;
    double ratio = a > b ? a / b : b / a;

    if (ratio < least)
        fail_msg("%s: %s on %s: %.2f, not %.1f", scheme, one, other, ratio,
                 least);
}

static void test_style_colours_can_be_read_in_both_schemes(void **state)
{
    static const struct {
        const char *one, *other;
        double least;
    } pairs[] = {
        /* Letters. */
        {"ink", "card", 7},
        {"ink", "page", 7},
        {"muted", "card", 4.5},
        {"muted", "page", 4.5},
        {"accent", "card", 4.5},
        {"accent", "page", 4.5},
        {"bad", "badge", 4.5},
        {"good", "goodbadge", 4.5},
        /* Shapes that have to be seen, and told from what they touch. */
        {"error", "card", 3},
        {"signal", "card", 3},
        {"lost", "card", 3},
        {"accent", "track", 3},
        {"bad", "card", 3},
        {"good", "card", 3},
        {"ok", "error", 1.9},
        {"ok", "card", 1.9},
        {"v1", "v2", 1.9},
        {"v2", "v3", 1.7},
        {"v1", "card", 3},
        {"v2", "card", 3},
    };
    const char *light = tel_html_style;
    const char *dark = strstr(light, "(prefers-color-scheme: dark)");

    (void)state;
    assert_non_null(dark);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_contrast("light", light, pairs[i].one, pairs[i].other,
                        pairs[i].least);
        assert_contrast("dark", dark, pairs[i].one, pairs[i].other,
                        pairs[i].least);
    }
}

/* Nothing in it leads out, nor ends the element that it stands in. */
static void test_style_stands_alone(void **state)
{
    (void)state;
    assert_null(strstr(tel_html_style, "url("));
    assert_null(strstr(tel_html_style, "@import"));
    assert_null(strpbrk(tel_html_style, "<&"));
    assert_int_equal(strlen(tel_html_style_hash), 44);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_markup_is_escaped),
        cmocka_unit_test(test_html_bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(test_html_print_escapes_what_it_puts_in),
        cmocka_unit_test(test_figures_counts_have_commas),
        cmocka_unit_test(test_figures_shares_never_lie_about_the_ends),
        cmocka_unit_test(test_figures_durations_have_the_unit_of_their_size),
        cmocka_unit_test(test_figures_days_are_those_of_the_calendar),
        cmocka_unit_test(test_charts_failures_held_back_are_below_something),
        cmocka_unit_test(test_words_say_how_much_as_one_would),
        cmocka_unit_test(test_scale_linear_ends_on_a_round_number),
        cmocka_unit_test(test_scale_ms_holds_every_duration),
        cmocka_unit_test(test_svg_labels_keep_both_ends_of_a_name),
        cmocka_unit_test(test_svg_labels_are_cut_between_characters),
        cmocka_unit_test(test_style_colours_can_be_read_in_both_schemes),
        cmocka_unit_test(test_style_stands_alone),
    };

    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
