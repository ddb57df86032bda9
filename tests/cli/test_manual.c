/* SPDX-License-Identifier: MIT */
/* The manual and --help name the same options, for every program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "person.h"

/* How long an option at this place is, with its dashes; 0 where none is. */
static size_t option_len(const char *at)
{
    size_t dashes = strspn(at, "-");
    size_t len = dashes + strspn(at + dashes, "abcdefghijklmnopqrstuvwxyz-");

    return (dashes == 1 || dashes == 2) && len > dashes ? len : 0;
}

/* Whether text has this option, with none of the marks' bytes around it. */
static bool has_option(const char *text, const char *option, size_t len)
{
    const char *at = text;

    while ((at = memmem(at, strlen(at), option, len)) != NULL) {
        if (option_len(at) == len && (at == text || at[-1] != '-') &&
            (at == text || strchr(" \t\n*[|,(", at[-1]) != NULL))
            return true;
        at += len;
    }
    return false;
}

/*
 * Every option of from, which stands behind mark at the beginning of a line
 * or of a word, is in to as well. How many there are.
 */
static unsigned expect_all(const char *from, const char *mark, const char *to,
                           const char *what)
{
    const char *at = from;
    unsigned count = 0;

    while ((at = strstr(at, mark)) != NULL) {
        size_t len;

        at += strlen(mark);
        len = option_len(at);
        if (len == 0)
            continue;
        count++;
        if (!has_option(to, at, len))
            fail_msg("%s: %.*s", what, (int)len, at);
    }
    return count;
}

static char *read_page(const char *name)
{
    char path[512];
    char *page;

    (void)snprintf(path, sizeof(path), TEL_SOURCE "/man/%s.scd", name);
    page = file_read(path, NULL);
    assert_non_null(page);
    return page;
}

/* What the manual of tel says of one command: a copy. */
static char *section_of(const char *page, const char *command)
{
    char heading[80];
    const char *start;
    const char *end;

    (void)snprintf(heading, sizeof(heading), "\n*tel %s*", command);
    start = strstr(page, "\n# COMMANDS\n");
    assert_non_null(start);
    start = start != NULL ? strstr(start, heading) : NULL;
    if (start == NULL) {
        fail_msg("tel(1) has no section for tel %s", command);
        return NULL;
    }
    end = start + 1;
    do {
        end = strchr(end + 1, '\n');
        assert_non_null(end);
    } while (end[1] != '*' && end[1] != '#');
    return strndup(start, (size_t)(end - start));
}

static void expect_same(const char *help, const char *manual, const char *name)
{
    /* Where the manual defines one, and does not only speak of it. */
    static const char *const marks[] = {"\n\t*", "[*", "| *", "\n*", ", *"};
    char what[160];
    unsigned count;

    (void)snprintf(what, sizeof(what), "%s --help has, but not its manual",
                   name);
    count = expect_all(help, "\n  ", manual, what);
    (void)snprintf(what, sizeof(what), "the manual of %s has, but not --help",
                   name);
    for (size_t i = 0; i < COUNT(marks); i++)
        (void)expect_all(manual, marks[i], help, what);
    print_message("           %s: %u options\n", name, count);
}

static void test_manual_of_each_command_has_its_options(void **state)
{
    struct scratch *s = scratch_new();
    char *page = read_page("tel.1");
    char *list = scratch_ok(s, 0, TEL, "complete", "--", "", NULL);
    unsigned commands = 0;

    (void)state;
    for (char *line = strtok(list, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        char *name = strndup(line, strcspn(line, "\t"));
        char *section;
        char *help;

        if (name[0] != '-' && strcmp(name, "help") != 0) {
            char *own = scratch_ok(s, 0, TEL, "help", name, NULL);

            section = section_of(page, name);
            /* Each takes --help, and none has to say so. */
            assert_true(asprintf(&help, "%s --help", own) > 0);
            expect_same(help, section, name);
            free(own);
            free(section);
            free(help);
            commands++;
        }
        free(name);
    }
    assert_true(commands >= 9);
    free(list);
    free(page);
    scratch_free(s);
}

static void check_program(const char *page_name, const char *program,
                          const char *const *commands)
{
    struct scratch *s = scratch_new();
    char *page = read_page(page_name);
    char *help = scratch_ok(s, 0, program, "--help", NULL);

    for (; *commands != NULL; commands++) {
        char *more = scratch_ok(s, 0, program, *commands, "--help", NULL);
        char *both = NULL;

        assert_true(asprintf(&both, "%s%s", help, more) > 0);
        free(help);
        free(more);
        help = both;
    }
    expect_same(help, page, page_name);
    free(help);
    free(page);
    scratch_free(s);
}

static void test_manual_of_the_wrapper_has_its_options(void **state)
{
    static const char *const none[] = {NULL};

    (void)state;
    check_program("tel-wrap.1", TEL_STAGE_BIN "/tel-wrap", none);
}

static void test_manual_of_the_sender_has_its_options(void **state)
{
    static const char *const none[] = {NULL};

    (void)state;
    check_program("tel-send.8", TEL_STAGE_LIBEXEC "/tel-send", none);
}

static void test_manual_of_the_collector_has_its_options(void **state)
{
    static const char *const commands[] = {"serve", "report", "export", NULL};

    (void)state;
    check_program("tel-collect.8", TEL_STAGE_BIN "/tel-collect", commands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manual_of_each_command_has_its_options),
        cmocka_unit_test(test_manual_of_the_wrapper_has_its_options),
        cmocka_unit_test(test_manual_of_the_sender_has_its_options),
        cmocka_unit_test(test_manual_of_the_collector_has_its_options),
    };

    return cmocka_run_group_tests_name("manual", tests, NULL, NULL);
}
