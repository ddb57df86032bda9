/* SPDX-License-Identifier: MIT */
/* bash, zsh and fish offer what tel, tel-wrap and tel-collect take. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "person.h"
#include "terminal.h"
#include "text.h"

#define FILES TEL_SOURCE "/completions"

/* A command line whose last word is being typed, and what is offered. */
static const struct {
    const char *words[5];
    const char *offered; /* in byte order, each with a blank behind it */
} lines[] = {
    {{"tel", "p"}, "preview purge "},
    {{"tel", "off", "--"}, "--all --help "},
    {{"tel", "env", "--"}, "--crash --help --musl --off "},
    {{"tel", "status", "--j"}, "--json "},
    {{"tel", "on", ""}, "demo other.tool "},
    {{"tel", "status", "--json", "o"}, "other.tool "},
    {{"tel", "help", "lo"}, "log "},
    {{"tel", "nonsense", ""}, ""},
    {{"tel", "flush", ""}, ""},
    {{"tel", "preview", "--r"}, "--raw "},
    {{"tel-collect", "r"}, "report "},
    {{"tel-collect", "serve", "--"},
     "--bodies-max --body-max --config --connections-max --db --deadline "
     "--events-max --help --k --listen --metrics --rate --requests-max "
     "--retention --target-max --tools "},
    {{"tel-wrap", "--"}, "--help --mode= --version "},
    {{"tel-wrap", "only-one-has-th"}, "only-one-has-this-name "},
    {{"tel", "preview", "only-one-has-th"}, ""},
};

static struct scratch *person_at_a_shell(void)
{
    struct scratch *s = person_new(DEMO_POST);

    scratch_write(s, "config/tel/tools.d/other.tool.conf", DEMO_POST);
    scratch_write(s, "bin/only-one-has-this-name", "#!/bin/sh\n");
    scratch_write(s, "work/a-file-of-mine", "");
    scratch_set(s, "PATH",
                scratch_path(s, "bin:%s:/usr/bin:/bin", TEL_STAGE_BIN));
    return s;
}

static void need_shell(const char *path)
{
    skip_unless(access(path, X_OK) == 0, "there is no %s here", path);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The first word of each line, sorted, each with a blank behind it. */
static void sort_words(char *text, struct text *sorted)
{
    char *words[512] = {NULL};
    size_t count = 0;

    for (char *line = strtok(text, "\n"); line != NULL && count < 512;
         line = strtok(NULL, "\n")) {
        line[strcspn(line, "\t")] = '\0';
        words[count++] = line;
    }
    qsort(words, count, sizeof(words[0]), by_bytes);
    for (size_t i = 0; i < count; i++)
        text_add(sorted, "%s ", words[i]);
}

/* What a shell offers for lines[i]: it runs script with the words. */
static void expect_offered(struct scratch *s, const char *shell,
                           const char *script, size_t i, bool whole_words)
{
    char *argv[12] = {(char *)(uintptr_t)shell, (char *)(uintptr_t) "-c",
                      (char *)(uintptr_t)script};
    struct text sorted = {0};
    struct text expected = {0};
    struct result r;
    size_t n = 3;

    if (strstr(shell, "bash") != NULL)
        argv[n++] = (char *)(uintptr_t)shell;
    argv[n++] = (char *)(uintptr_t)FILES;
    for (size_t j = 0; j < 5 && lines[i].words[j] != NULL; j++)
        argv[n++] = (char *)(uintptr_t)lines[i].words[j];
    r = scratch_runv(s, argv);
    assert_string_equal(r.err, "");
    sort_words(r.out, &sorted);
    text_add(&expected, "%s", lines[i].offered);
    if (whole_words && strstr(lines[i].offered, "--mode=") != NULL) {
        expected.len = 0;
        text_add(&expected, "--help --mode=auto --mode=in-place "
                            "--mode=supervise --version ");
    }
    if (sorted.len == 0)
        text_add(&sorted, "%s", "");
    if (strcmp(sorted.bytes, expected.bytes) != 0)
        fail_msg("%s: %s %s: '%s', not '%s'", shell, lines[i].words[0],
                 lines[i].words[1], sorted.bytes, expected.bytes);
    text_clear(&sorted);
    text_clear(&expected);
    result_clear(&r);
}

static void test_completion_of_bash_is_what_the_programs_take(void **state)
{
    static const char script[] =
        "dir=$1; shift; . \"$dir/bash/$1\"; COMP_WORDS=(\"$@\");"
        "COMP_CWORD=$(($# - 1)); f=_${1//-/_}; $f; "
        "printf '%s\\n' \"${COMPREPLY[@]}\" | sed '/^$/d'";
    struct scratch *s;

    (void)state;
    need_shell("/bin/bash");
    s = person_at_a_shell();
    for (size_t i = 0; i < COUNT(lines); i++)
        expect_offered(s, "/bin/bash", script, i, false);
    scratch_free(s);
}

static void test_completion_of_fish_is_what_the_programs_take(void **state)
{
    static const char script[] =
        "set dir $argv[1]; set -e argv[1]; source $dir/fish/$argv[1].fish;"
        "complete -C (string join ' ' -- $argv)";
    struct scratch *s;

    (void)state;
    need_shell("/usr/bin/fish");
    s = person_at_a_shell();
    for (size_t i = 0; i < COUNT(lines); i++)
        expect_offered(s, "/usr/bin/fish", script, i, true);
    scratch_free(s);
}

/* bash has a second way, where "=" parts words. */
static void test_completion_of_bash_knows_the_modes(void **state)
{
    static const char script[] =
        ". \"$1/bash/tel-wrap\"; COMP_WORDS=(tel-wrap --mode = in);"
        "COMP_CWORD=3; _tel_wrap; printf '%s\\n' \"${COMPREPLY[@]}\"";
    struct scratch *s;
    char *out;

    (void)state;
    need_shell("/bin/bash");
    s = person_at_a_shell();
    out = scratch_ok(s, 0, "/bin/bash", "-c", script, "bash", FILES, NULL);
    assert_string_equal(out, "in-place\n");
    free(out);
    scratch_free(s);
}

/* zsh's completion works at a terminal only. */
static void test_completion_of_zsh_completes_at_a_terminal(void **state)
{
    static const struct {
        const char *typed;
        const char *shown;
    } keys[] = {
        {"tel statu\t", "tel status "},
        {"tel on oth\t", "tel on other.tool "},
        {"tel env --cr\t", "tel env --crash "},
        {"tel off --\t", "every tool, those installed later too"},
        {"tel preview demo a-fi\t", "a-file-of-mine"},
        {"tel-wrap --mode=in\t", "tel-wrap --mode=in-place "},
        {"tel-wrap only-one-h\t", "tel-wrap only-one-has-this-name "},
        {"tel-collect serve --to\t", "tel-collect serve --tools "},
    };
    char *argv[] = {(char *)(uintptr_t) "/bin/zsh", (char *)(uintptr_t) "-f",
                    (char *)(uintptr_t) "-i", NULL};
    struct terminal *terminal;
    struct scratch *s;

    (void)state;
    need_shell("/bin/zsh");
    skip_unless(terminal_works(), "no pseudo-terminals");
    s = person_at_a_shell();
    scratch_set(s, "TERM", "dumb");
    terminal = terminal_start(s, argv);
    terminal_send(terminal, "PS1='ready''> ' RPS1= PROMPT_EOL_MARK=\n");
    terminal_wait(terminal, "ready> ");
    terminal_send(terminal, "fpath=(" FILES "/zsh $fpath); autoload -Uz "
                            "compinit; compinit -u -D; unsetopt beep; cd ");
    terminal_send(terminal, scratch_path(s, "work\n"));
    terminal_wait(terminal, "ready> ");
    for (size_t i = 0; i < COUNT(keys); i++) {
        terminal_send(terminal, keys[i].typed);
        terminal_wait(terminal, keys[i].shown);
        terminal_send(terminal, "\25print next''line\n");
        terminal_wait(terminal, "nextline");
        terminal_wait(terminal, "ready> ");
    }
    terminal_send(terminal, "exit\n");
    assert_int_equal(terminal_end(terminal), 0);
    terminal_free(terminal);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_completion_of_bash_is_what_the_programs_take),
        cmocka_unit_test(test_completion_of_bash_knows_the_modes),
        cmocka_unit_test(test_completion_of_fish_is_what_the_programs_take),
        cmocka_unit_test(test_completion_of_zsh_completes_at_a_terminal),
    };

    return cmocka_run_group_tests_name("completion", tests, NULL, NULL);
}
