/* SPDX-License-Identifier: MIT */
/* tel audit as a program: its report, its status, its limits. */
#include "person.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal.h"
#include "text.h"

#define FLASK_LOG TEL_SOURCE "/tests/cli/corpus/audit/flask.log"

/* Runs tel audit on these bytes by standard input; argument may be NULL. */
static struct result audit(struct scratch *s, const void *bytes, size_t len,
                           const char *argument)
{
    const char *path = scratch_path(s, "input");
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return scratch_run(s, "sh", "-c", "exec \"$0\" audit $2 <\"$1\"", TEL, path,
                       argument != NULL ? argument : "", NULL);
}

static struct result audit_text(struct scratch *s, const char *text,
                                const char *argument)
{
    return audit(s, text, strlen(text), argument);
}

/* The report as JSON; the caller drops it. */
static json_t *report(struct scratch *s, const void *bytes, size_t len)
{
    struct result r = audit(s, bytes, len, "--json");
    json_error_t error;
    json_t *json = json_loads(r.out, JSON_REJECT_DUPLICATES, &error);

    if (json == NULL)
        fail_msg("%s in %s", error.text, r.out);
    result_clear(&r);
    return json;
}

static long long number_of(json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

/* The finding of this kind in this field, borrowed, or NULL. */
static json_t *finding(json_t *json, const char *kind, const char *field)
{
    json_t *one;
    size_t i;

    json_array_foreach(json_object_get(json, "findings"), i, one)
    {
        if (!strcmp(json_string_value(json_object_get(one, "kind")), kind) &&
            !strcmp(json_string_value(json_object_get(one, "field")), field))
            return one;
    }
    return NULL;
}

static size_t findings(json_t *json)
{
    return json_array_size(json_object_get(json, "findings"));
}

static void test_audit_log_of_flask_is_reported_exactly(void **state)
{
    static const char expected[] =
        "FIELD      KIND           LINES    FIRST  WHY\n"
        "remote     token              1        2  looks like a key, a "
        "password or another secret: op\xe2\x80\xa6\n"
        "dir        home               2        4  looks like a path in a home "
        "folder: /home/a\xe2\x80\xa6\n"
        "user.name  user               1        4  its name says: a person's "
        "or an account's name: a\xe2\x80\xa6\n"
        "user.mail  email              1        4  looks like an e-mail "
        "address: al\xe2\x80\xa6@e\xe2\x80\xa6\n"
        "(time)     timestamp          1        8  looks like a date or time "
        "of day: 31/Ja\xe2\x80\xa6\n"
        "id         uuid               1        8  looks like a UUID: "
        "550e8\xe2\x80\xa6\n"
        "\n6 findings in 7 lines.\n"
        "1 line was not understood (the first: line 5), and only searched as "
        "text.\n";
    struct scratch *s = scratch_new();
    char *out = scratch_ok(s, 1, TEL, "audit", FLASK_LOG, NULL);

    (void)state;
    assert_string_equal(out, expected);
    free(out);
    scratch_free(s);
}

static void test_audit_json_says_the_same(void **state)
{
    static const char expected[] =
        "{\"lines\":2,\"empty\":0,\"not_understood\":0,"
        "\"first_not_understood\":0,\"cut\":0,\"first_cut\":0,"
        "\"too_many_fields\":false,\"findings\":[{\"field\":\"user\","
        "\"kind\":\"user\",\"because\":\"name\",\"reason\":\"a person's or an "
        "account's name\",\"example\":\"a\xe2\x80\xa6\",\"lines\":2,"
        "\"first_line\":1},{\"field\":\"x\",\"kind\":\"ipv4\",\"because\":"
        "\"value\",\"reason\":\"an IPv4 address\",\"example\":\"192.\xe2\x80"
        "\xa6\",\"lines\":1,\"first_line\":2}]}\n";
    struct scratch *s = scratch_new();
    struct result r = audit_text(
        s, "user=alice\n{\"user\":\"bob\",\"x\":\"192.168.0.9\"}\n", "--json");

    (void)state;
    assert_string_equal(r.out, expected);
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 1);
    result_clear(&r);
    scratch_free(s);
}

static void test_audit_file_dash_and_pipe_are_alike(void **state)
{
    struct scratch *s = scratch_new();
    struct result file = scratch_run(s, TEL, "audit", FLASK_LOG, NULL);
    struct result dash = scratch_run(
        s, "sh", "-c", "cat \"$1\" | \"$0\" audit -", TEL, FLASK_LOG, NULL);
    struct result none = scratch_run(s, "sh", "-c", "\"$0\" audit <\"$1\"", TEL,
                                     FLASK_LOG, NULL);

    (void)state;
    assert_int_equal(file.status, 1);
    assert_true(result_same(&file, &dash));
    assert_true(result_same(&file, &none));
    result_clear(&file);
    result_clear(&dash);
    result_clear(&none);
    scratch_free(s);
}

static void test_audit_clean_lines_end_with_0(void **state)
{
    struct scratch *s = scratch_new();
    struct result r = audit_text(s, "t=git&e=commit&v=1\n\n", NULL);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "Nothing that looks personal in 1 line.\n");
    assert_string_equal(r.err, "");
    result_clear(&r);
    scratch_free(s);
}

static void test_audit_empty_input_says_so(void **state)
{
    static const char *const inputs[] = {"", "\n", "\n \r\n\t\n"};
    struct scratch *s = scratch_new();

    (void)state;
    for (size_t i = 0; i < COUNT(inputs); i++) {
        struct result r = audit_text(s, inputs[i], NULL);

        assert_int_equal(r.status, 0);
        assert_string_equal(
            r.out,
            "There was nothing to look at: no line, or empty ones only.\n");
        result_clear(&r);
    }
    scratch_free(s);
}

static void test_audit_unknown_lines_are_not_taken_for_clean(void **state)
{
    struct scratch *s = scratch_new();
    struct result some =
        audit_text(s, "e=x&v=1\nwhat is this\nand this\n", NULL);
    struct result all = audit_text(s, "\nwhat is this\nand this\n", NULL);

    (void)state;
    assert_int_equal(some.status, 0);
    assert_non_null(strstr(some.out, "2 lines were not understood (the first: "
                                     "line 2)"));
    assert_int_equal(all.status, 2);
    assert_non_null(strstr(all.err, "audit: line 2: neither JSON"));
    assert_int_equal(count_of(all.err, "\n"), 1);
    result_clear(&some);
    result_clear(&all);
    scratch_free(s);
}

static void test_audit_unreadable_input_is_refused(void **state)
{
    struct scratch *s = scratch_new();
    struct result r;

    (void)state;
    person_refused(s, "No such file or directory", "audit", "/no/such", NULL);
    person_refused(s, "Is a directory", "audit", "/", NULL);
    person_refused(s, "one too many: b", "audit", "a", "b", NULL);
    r = scratch_run(s, "sh", "-c", "exec \"$0\" audit <&-", TEL, NULL);
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "standard input: "));
    result_clear(&r);
    scratch_free(s);
}

static void test_audit_control_bytes_are_not_printed(void **state)
{
    static const char input[] =
        "{\"a\\u001b[2Jb\":\"\\u001b]0;x\\u0007 alice@example.org\"}\n"
        "\033[31m=x&user=\033\033\033abcdef\n"
        "user%1b=%1b%1b%1b%1b%00%7f\302\233abcdefgh\n"
        "path=/home/\033[2Jevil\n"
        "\033]0;title\007 /home/alice \n";
    struct scratch *s = scratch_new();
    struct result r = audit(s, input, sizeof(input) - 1, NULL);

    (void)state;
    assert_int_equal(r.status, 1);
    for (size_t i = 0; i < r.out_len; i++) {
        unsigned char byte = (unsigned char)r.out[i];

        if ((byte < ' ' && byte != '\n') || byte == 0x7f)
            fail_msg("byte %#x at %zu in: %s", byte, i, r.out);
    }
    assert_null(strstr(r.out, "\302\233"));
    result_clear(&r);
    scratch_free(s);
}

static void test_audit_odd_bytes_hide_nothing(void **state)
{
    static const char input[] =
        "\xef\xbb\xbfuser=alice\r\n"
        "{\"a\":\"\xff\xfe bob@example.org\"}\n"
        "{\"b\":\"\\u0000carol@example.org\",\"b\\u0000\":1}\n"
        "c=\0&d=%00dave%40example.org\n"
        "{\"e\":1,\"e\":\"erin@example.org\",\"e\":2}\n"
        "{\"f\":[1,2,\"frank@example.org\"\n"
        "{\"g\":1e999,\"h\":12345678901234567890123456789012}\n"
        "{\"i\":\"\\ud83d\\ude00 \\ud83d ivan\\u0040example.org\"}";
    struct scratch *s = scratch_new();
    json_t *json = report(s, input, sizeof(input) - 1);

    (void)state;
    assert_int_equal(number_of(json, "lines"), 8);
    assert_int_equal(number_of(finding(json, "user", "user"), "first_line"), 1);
    assert_int_equal(number_of(finding(json, "email", "a"), "first_line"), 2);
    assert_int_equal(number_of(finding(json, "email", "b"), "first_line"), 3);
    assert_int_equal(number_of(finding(json, "email", "d"), "first_line"), 4);
    assert_int_equal(number_of(finding(json, "email", "e"), "first_line"), 5);
    assert_int_equal(number_of(finding(json, "email", "f[]"), "first_line"), 6);
    assert_int_equal(number_of(finding(json, "id", "h"), "first_line"), 7);
    assert_int_equal(number_of(finding(json, "email", "i"), "first_line"), 8);
    assert_int_equal(findings(json), 8);
    /* The one that was cut off. */
    assert_int_equal(number_of(json, "not_understood"), 1);
    assert_int_equal(number_of(json, "first_not_understood"), 6);
    json_decref(json);
    scratch_free(s);
}

static void test_audit_deep_nesting_is_survived(void **state)
{
    struct scratch *s = scratch_new();
    struct text input = {0};
    json_t *json;

    (void)state;
    for (int i = 0; i < 100000; i++)
        text_add(&input, "%s", i % 2 ? "[" : "{\"a\":");
    text_add(&input, "\"x\" bob@example.org\n");
    for (int i = 0; i < 400; i++)
        text_add(&input, "[");
    text_add(&input, "\"carol@example.org\"");
    for (int i = 0; i < 400; i++)
        text_add(&input, "]");
    json = report(s, input.bytes, input.len);
    assert_non_null(finding(json, "email", "(text)"));
    assert_int_equal(number_of(json, "not_understood"), 1);
    assert_int_equal(findings(json), 2);
    json_decref(json);
    text_clear(&input);
    scratch_free(s);
}

static void test_audit_huge_line_is_cut_and_said(void **state)
{
    const size_t limit = (size_t)1 << 20;
    struct scratch *s = scratch_new();
    struct text input = {0};
    struct result r;

    (void)state;
    text_add(&input, "e=");
    while (input.len < 3 * limit)
        text_add(&input, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa+");
    text_add(&input, "&user=alice\nuser=bob\n");
    r = audit(s, input.bytes, input.len, NULL);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.out, "\nuser "));
    assert_non_null(strstr(r.out, "        1        2  its name says"));
    assert_non_null(strstr(r.out, "1 line was longer than 1048576 bytes (the "
                                  "first: line 1)"));
    result_clear(&r);
    text_clear(&input);
    scratch_free(s);
}

static void test_audit_lines_of_a_finding_are_counted_once(void **state)
{
    static const char input[] = "e=x\n"
                                "a=b@example.org&a=c@example.org\n"
                                "\n"
                                "{\"a\":\"d@example.org\"}\n";
    struct scratch *s = scratch_new();
    json_t *json = report(s, input, strlen(input));
    json_t *one = finding(json, "email", "a");

    (void)state;
    assert_non_null(one);
    assert_int_equal(findings(json), 1);
    assert_int_equal(number_of(one, "lines"), 2);
    assert_int_equal(number_of(one, "first_line"), 2);
    assert_int_equal(number_of(json, "lines"), 4);
    assert_int_equal(number_of(json, "empty"), 1);
    json_decref(json);
    scratch_free(s);
}

static void test_audit_many_fields_are_bounded_and_said(void **state)
{
    struct scratch *s = scratch_new();
    struct text input = {0};
    json_t *json;

    (void)state;
    for (int i = 0; i < 1500; i++)
        text_add(&input, "field%d=%s\n", i, i == 1400 ? "/home/alice" : "x");
    json = report(s, input.bytes, input.len);
    assert_true(json_is_true(json_object_get(json, "too_many_fields")));
    assert_int_equal(
        number_of(finding(json, "home", "(other fields)"), "first_line"), 1401);
    json_decref(json);
    text_clear(&input);
    scratch_free(s);
}

/* 24 MiB of lines that differ, and one of 16 MiB, in 24 MiB of addresses. */
static void test_audit_large_input_needs_little_memory(void **state)
{
    struct scratch *s = scratch_new();
    struct result r;

    (void)state;
    skip_unless(!SANITIZED, "a sanitizer needs more memory");
    r = scratch_run(
        s, "sh", "-c",
        "{ seq 1000000 1150000 | sed 's/.*/{\"e\":\"x\",\"k\":\"v&\",\"list\":"
        "[\"a&\",\"b&\"],\"f&\":\"some words, number &\",\"url\":\"&\"}/'; "
        "head -c 16777216 /dev/zero | tr '\\0' a; } | "
        "(ulimit -v 24576; exec \"$0\" audit)",
        TEL, NULL);
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.out, "in 150002 lines."));
    assert_non_null(strstr(r.out, "cardinality"));
    assert_non_null(strstr(r.out, "too many different values (512 or more)"));
    assert_non_null(strstr(r.out, "more than 1000 fields"));
    result_clear(&r);
    scratch_free(s);
}

static void write_long_log(struct scratch *s, const char *path)
{
    struct text text = {0};

    while (text.len < (size_t)9 << 20)
        text_add(&text, "t=git&e=commit&v=1&tv=2.39.5&os=linux&libc=musl\n");
    scratch_write(s, path, text.bytes);
    text_clear(&text);
}

static void test_audit_progress_is_for_a_terminal_only(void **state)
{
    struct scratch *s = scratch_new();
    struct terminal *terminal;
    struct result r;

    (void)state;
    write_long_log(s, "log");
    r = scratch_run(s, TEL, "audit", scratch_path(s, "log"), NULL);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");
    result_clear(&r);
    if (terminal_works()) {
        char *argv[] = {(char *)(uintptr_t)TEL, (char *)(uintptr_t) "audit",
                        (char *)(uintptr_t)scratch_path(s, "log"), NULL};

        terminal = terminal_start(s, argv);
        terminal_wait(terminal, "MiB read");
        terminal_wait(terminal, "MiB read");
        terminal_wait(terminal, "Nothing that looks personal");
        assert_int_equal(terminal_end(terminal), 0);
        terminal_free(terminal);
    }
    scratch_free(s);
}

static void test_audit_colours_are_for_a_terminal_only(void **state)
{
    struct scratch *s = scratch_new();
    struct terminal *terminal;
    char *argv[] = {(char *)(uintptr_t)TEL, (char *)(uintptr_t) "audit",
                    (char *)(uintptr_t)FLASK_LOG, NULL};

    (void)state;
    skip_unless(terminal_works(), "no pseudo-terminals");
    scratch_set(s, "TERM", "xterm");
    terminal = terminal_start(s, argv);
    assert_int_equal(terminal_end(terminal), 1);
    assert_non_null(strstr(terminal->shown, "\033[33mhome"));
    terminal_free(terminal);
    scratch_set(s, "NO_COLOR", "1");
    terminal = terminal_start(s, argv);
    assert_int_equal(terminal_end(terminal), 1);
    assert_null(strstr(terminal->shown, "\033[33m"));
    terminal_free(terminal);
    scratch_free(s);
}

static void test_audit_leaves_no_file(void **state)
{
    struct scratch *s = scratch_new();
    char *before = person_files(s);
    char *after;

    (void)state;
    free(scratch_ok(s, 1, TEL, "audit", FLASK_LOG, NULL));
    after = person_files(s);
    assert_string_equal(before, after);
    free(before);
    free(after);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_log_of_flask_is_reported_exactly),
        cmocka_unit_test(test_audit_json_says_the_same),
        cmocka_unit_test(test_audit_file_dash_and_pipe_are_alike),
        cmocka_unit_test(test_audit_clean_lines_end_with_0),
        cmocka_unit_test(test_audit_empty_input_says_so),
        cmocka_unit_test(test_audit_unknown_lines_are_not_taken_for_clean),
        cmocka_unit_test(test_audit_unreadable_input_is_refused),
        cmocka_unit_test(test_audit_control_bytes_are_not_printed),
        cmocka_unit_test(test_audit_odd_bytes_hide_nothing),
        cmocka_unit_test(test_audit_deep_nesting_is_survived),
        cmocka_unit_test(test_audit_huge_line_is_cut_and_said),
        cmocka_unit_test(test_audit_lines_of_a_finding_are_counted_once),
        cmocka_unit_test(test_audit_many_fields_are_bounded_and_said),
        cmocka_unit_test(test_audit_large_input_needs_little_memory),
        cmocka_unit_test(test_audit_progress_is_for_a_terminal_only),
        cmocka_unit_test(test_audit_colours_are_for_a_terminal_only),
        cmocka_unit_test(test_audit_leaves_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
