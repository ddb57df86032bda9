/* SPDX-License-Identifier: MIT */
/*
 * tel init --from: what is read in a help of each style, and what is not. The
 * helps are of no real tool.
 */
#include "drafts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The draft for the tool "x" from this help; the caller frees it. */
static char *draft_of(const char *help, int status)
{
    struct scratch *s = scratch_new();
    char *draft;

    scratch_write(s, "help", help);
    draft = scratch_ok(s, status, TEL, "init", "--from",
                       scratch_path(s, "help"), "x", NULL);
    scratch_free(s);
    return draft;
}

static void expect_verbs(const char *help, const char *verbs)
{
    char *draft = draft_of(help, verbs[0] != '\0' ? 0 : 1);

    assert_string_equal(draft_verbs(draft_parse(draft)), verbs);
    free(draft);
}

static void expect_both(const char *help, const char *verbs,
                        const char *aliases)
{
    char *draft = draft_of(help, 0);

    assert_string_equal(draft_verbs(draft_parse(draft)), verbs);
    assert_string_equal(draft_aliases(draft_parse(draft)), aliases);
    free(draft);
}

static void expect_options(const char *help, const char *options)
{
    char *draft = draft_of(help, 1);

    assert_string_equal(draft_options(draft_parse(draft)), options);
    free(draft);
}

/* ---- lists of commands, style by style --------------------------------------- */

static void test_help_git_style_groups_are_read(void **state)
{
    (void)state;
    expect_verbs("usage: x [--bare] <command> [<args>]\n"
                 "\n"
                 "These are x commands used in various situations:\n"
                 "\n"
                 "begin something (see also: x help tutorial)\n"
                 "   sow       Put seeds into the earth\n"
                 "   water     Pour, or sprinkle, a can of water\n"
                 "\n"
                 "look after it\n"
                 "   weed      Pull out what was not sown\n"
                 "\n"
                 "'x help -a' and 'x help -g' list available subcommands and\n"
                 "some guides. See 'x help <command>'.\n",
                 "sow=Put seeds into the earth|"
                 "water=Pour, or sprinkle, a can of water|"
                 "weed=Pull out what was not sown");
}

static void test_help_lists_of_other_things_are_left_out(void **state)
{
    (void)state;
    expect_verbs("Main Commands\n"
                 "   sow       Put seeds into the earth\n"
                 "\n"
                 "Working with neighbours\n"
                 "   lend      Give a spade away\n"
                 "\n"
                 "Public repository, command and file interfaces\n"
                 "   seeds     What a seed is\n"
                 "\n"
                 "External commands\n"
                 "   tractor\n",
                 "sow=Put seeds into the earth|lend=Give a spade away");
    expect_verbs("Available Commands:\n"
                 "  sow    Put seeds\n"
                 "\n"
                 "Additional help topics:\n"
                 "  soil   On earth\n"
                 "\n"
                 "Weather:\n"
                 "  rain   When it rains\n",
                 "sow=Put seeds");
    expect_verbs("CORE COMMANDS\n"
                 "  sow:         Put seeds\n"
                 "  sow-in-rows: Put them side by side\n"
                 "\n"
                 "HELP TOPICS\n"
                 "  soil:        On earth\n"
                 "\n"
                 "LEARN MORE\n"
                 "  read         the manual\n",
                 "sow=Put seeds|sow-in-rows=Put them side by side");
    expect_verbs("x: 'wed' is no command.\n"
                 "\n"
                 "The most similar commands are\n"
                 "   weed\n"
                 "   wet\n",
                 "");
}

static void test_help_apt_style_is_read(void **state)
{
    (void)state;
    expect_verbs("x 1.0 (amd64)\n"
                 "Usage: x [options] command\n"
                 "       x [options] sow|weed bed1 [bed2 ...]\n"
                 "\n"
                 "x is a gardener's tool.\n"
                 "\n"
                 "Most used commands:\n"
                 "  sow - put seeds (a bed is b1 not b1.bed)\n"
                 "  hard-weed - weed by digging, pulling and burning\n"
                 "\n"
                 "See x(8) for more information about the commands.\n"
                 "Options are in x.conf(5).\n"
                 "                          This x has green thumbs.\n",
                 "sow=put seeds (a bed is b1 not b1.bed)|"
                 "hard-weed=weed by digging, pulling and burning");
}

static void test_help_cargo_style_has_other_names(void **state)
{
    (void)state;
    expect_both("USAGE:\n"
                "    x [OPTIONS] [SUBCOMMAND]\n"
                "\n"
                "OPTIONS:\n"
                "    -q, --quiet    Say nothing\n"
                "\n"
                "Some common x commands are (see all commands with --list):\n"
                "    sow, s    Put seeds\n"
                "    weed      Pull out [aliases: pull, w]\n"
                "\n"
                "See 'x help <command>' for more on a specific command.\n",
                "sow=Put seeds|weed=Pull out", "s>sow|pull>weed|w>weed");
    expect_both("Installed Commands:\n"
                "    s                    alias: sow\n"
                "    sow                  Put seeds\n"
                "    burn                 This subcommand has been removed\n"
                "    miri\n",
                "sow=Put seeds|miri=x miri", "s>sow");
}

static void test_help_subversion_style_has_other_names(void **state)
{
    (void)state;
    expect_both("usage: x <subcommand> [options]\n"
                "Type 'x help <subcommand>' for help on it.\n"
                "\n"
                "Available subcommands:\n"
                "   sow (plant, s)\n"
                "   help (?, h)\n"
                "   weed (deprecated)\n"
                "\n"
                "x is a tool for gardens.\n",
                "sow=x sow|help=x help|weed=x weed", "plant>sow|s>sow|h>help");
}

static void test_help_docker_style_is_read(void **state)
{
    (void)state;
    expect_verbs("Usage:  x [OPTIONS] COMMAND\n"
                 "\n"
                 "Options:\n"
                 "      --config string   Where things are\n"
                 "\n"
                 "Management Commands:\n"
                 "  bed*        Manage beds (Garden Inc., v0.1)\n"
                 "\n"
                 "Commands:\n"
                 "  sow         Put seeds. Then wait.\n"
                 "\n"
                 "Run 'x COMMAND --help' for more information on a command.\n",
                 "bed=Manage beds (Garden Inc., v0.1)|sow=Put seeds");
}

static void test_help_argparse_style_is_read(void **state)
{
    (void)state;
    expect_both("usage: x [-h] [--form {round,long}] {sow,weed,w} ...\n"
                "\n"
                "positional arguments:\n"
                "  {sow,weed,w}\n"
                "    sow                 put seeds\n"
                "    weed (w)            pull out what was not\n"
                "                        sown\n"
                "\n"
                "options:\n"
                "  -h, --help            show this help message and exit\n",
                "sow=put seeds|weed=pull out what was not sown", "w>weed");
    expect_verbs("usage: x [-h]\n"
                 "         {sow,weed}\n"
                 "         ...\n",
                 "sow=x sow|weed=x weed");
    expect_verbs("usage: x <command> ...\n"
                 "\n"
                 "required arguments:\n"
                 "  <command>\n"
                 "    sow      put seeds\n",
                 "sow=put seeds");
    expect_verbs("usage: x [-h] {sow,weed} ...\n"
                 "\n"
                 "Commands:\n"
                 "  If no command is given it is the sow command.\n"
                 "\n"
                 "  {sow,weed}\n"
                 "    sow      put seeds\n"
                 "    weed     pull out\n",
                 "sow=put seeds|weed=pull out");
}

static void test_help_values_of_an_argument_are_no_commands(void **state)
{
    (void)state;
    expect_verbs("usage: x [-h] {json,csv}\n"
                 "\n"
                 "positional arguments:\n"
                 "  {json,csv}  how to print\n",
                 "");
    expect_verbs("usage: x [--color {auto,never} ...] FILE\n", "");
}

static void test_help_click_style_is_read(void **state)
{
    (void)state;
    expect_verbs("Error: no garden here. Use the 'x --garden' option\n"
                 "\n"
                 "Usage: x [OPTIONS] COMMAND [ARGS]...\n"
                 "\n"
                 "  A tool for gardens.\n"
                 "\n"
                 "Options:\n"
                 "  -g, --garden PATH  The garden, in which the\n"
                 "                     commands work.\n"
                 "  --help             Show this message and exit.\n"
                 "\n"
                 "Commands:\n"
                 "  sow                   Put seeds.\n"
                 "  take-everything-home  Take what has grown and bring it\n"
                 "                        home.\n",
                 "sow=Put seeds|"
                 "take-everything-home=Take what has grown and bring it home");
}

static void test_help_cobra_style_with_a_full_column_is_read(void **state)
{
    (void)state;
    expect_verbs("Usage:\n"
                 "  x [command]\n"
                 "\n"
                 "Available Commands:\n"
                 "  help          Help about any command\n"
                 "  sow           Put seeds\n"
                 "  sow-and-water Do two things\n"
                 "\n"
                 "Flags:\n"
                 "  -h, --help    help for x\n",
                 "help=Help about any command|sow=Put seeds|"
                 "sow-and-water=Do two things");
}

static void test_help_systemd_style_has_arguments(void **state)
{
    (void)state;
    expect_verbs("x [OPTIONS...] COMMAND ...\n"
                 "\n"
                 "Bed Commands:\n"
                 "  list [PATTERN...]       List beds\n"
                 "  set-soil BED KIND=VALUE Set the soil of one\n"
                 "                          bed\n"
                 "  sow BED|SEED...         Put seeds\n"
                 "Garden Commands:\n"
                 "  reload                  Look again\n"
                 "Options:\n"
                 "  -h --help               Show this help\n",
                 "list=List beds|set-soil=Set the soil of one bed|"
                 "sow=Put seeds|reload=Look again");
}

static void test_help_names_side_by_side_are_read(void **state)
{
    (void)state;
    expect_verbs("help:\n"
                 "\n"
                 "Standard commands\n"
                 "dig               hoe               sow               \n"
                 "weed              \n"
                 "\n"
                 "Bulb commands (see the `bulb' command for more)\n"
                 "crocus-128        iris1-2           tulip\n"
                 "\n",
                 "dig=x dig|hoe=x hoe|sow=x sow|weed=x weed|"
                 "crocus-128=x crocus-128|iris1-2=x iris1-2|tulip=x tulip");
    expect_verbs("All commands:\n"
                 "\n"
                 "    dig, hoe, sow,\n"
                 "    weed, water, wait\n"
                 "\n"
                 "More in a book.\n",
                 "dig=x dig|hoe=x hoe|sow=x sow|weed=x weed|water=x water|"
                 "wait=x wait");
}

static void test_help_grammar_of_objects_is_read(void **state)
{
    (void)state;
    expect_verbs(
        "Usage: x [ OPTIONS ] OBJECT { COMMAND | help }\n"
        "where  OBJECT := { bed | path |\n"
        "                   tree }\n"
        "       OPTIONS := { -V[ersion] | -f[orm] { round | long } }\n",
        "bed=x bed|path=x path|tree=x tree");
}

static void test_help_lists_of_whole_calls_are_read(void **state)
{
    (void)state;
    expect_verbs("Commands:\n"
                 "  x sow BED       Put seeds\n"
                 "  x bed add NAME  Make a bed\n",
                 "sow=Put seeds|bed add=Make a bed");
}

/* ---- what is no command ------------------------------------------------------- */

static void test_help_sentences_and_options_are_no_commands(void **state)
{
    (void)state;
    expect_verbs("Commands:\n"
                 "  Get help for commands with x COMMAND --help\n"
                 "  there is more to say of them than fits here\n"
                 "  see below\n"
                 "\n"
                 "  sow    Put seeds\n"
                 "         even in winter\n"
                 "  -v     Say more\n"
                 "  --all  All of it\n"
                 "  Weed   Pull out\n"
                 "  a/b    A path\n"
                 "  me@x   An address\n"
                 "  v20240101  A day\n"
                 "  www..  A gap\n"
                 "  <bed>  A bed\n",
                 "sow=Put seeds even in winter");
    expect_verbs("The flags are shared by the sow, weed,\n"
                 "and water commands:\n"
                 "\n"
                 "  and    nothing else\n",
                 "");
    expect_verbs("x shows text.\n"
                 "\n"
                 "Usage: x [FILE]\n"
                 "\n"
                 "Options:\n"
                 "  -n     number the lines\n"
                 "\n"
                 "Examples:\n"
                 "  x f    shows f\n",
                 "");
}

static void test_help_marks_of_terminals_are_taken_out(void **state)
{
    (void)state;
    expect_verbs(
        "\033[1mCommands:\033[0m\r\n"
        "  \033[32msow\033[0m    Put\001 \033]8;;http://y\033\\seeds"
        "\033]8;;\007\r\n"
        "  w\bwe\bee\bed\bd   _\bP_\bull \342\200\256out\302\233\377\r\n"
        "  water\tPour w\303\244rm\n",
        "sow=Put seeds|weed=Pull out|water=Pour w\303\244rm");
}

static void test_help_hostile_text_does_no_harm(void **state)
{
    struct scratch *s = scratch_new();
    char *help = malloc(250000);
    size_t len;
    char *draft;

    (void)state;
    assert_non_null(help);
    len = (size_t)sprintf(help, "Commands:\n  ");
    memset(help + len, 'a', 10000);
    len += 10000;
    len += (size_t)sprintf(help + len, "  long\n  b  ");
    memset(help + len, 'c', 10000);
    len += 10000;
    help[len++] = '\n';
    /* More than a policy takes, and longer than it may be. */
    for (int i = 0; i < 3000; i++)
        len += (size_t)sprintf(help + len,
                               "  verb%c%c%c  Does what was asked "
                               "for, and takes its time to say it\n",
                               'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676);
    scratch_write(s, "help", help);
    draft = scratch_ok(s, 0, TEL, "init", "x", "--from",
                       scratch_path(s, "help"), NULL);
    assert_true(draft_parse(draft)->nverbs > 200);
    assert_true(strlen(draft) < TEL_POLICY_MAX);
    assert_non_null(strstr(draft, "# There was no room for "));
    free(draft);
    free(help);
    scratch_free(s);
}

static void test_help_refused_lines_become_comments(void **state)
{
    char *draft = draft_of("Commands:\n"
                           "  none      Nothing\n"
                           "  a b       Two words\n"
                           "  a_b       One word that is the same event\n"
                           "  sow, none  Put seeds\n",
                           0);

    (void)state;
    assert_string_equal(draft_verbs(draft_parse(draft)),
                        "a b=Two words|sow=Put seeds");
    assert_non_null(strstr(draft, "\n# left out: "));
    free(draft);
}

/* ---- options -------------------------------------------------------------------- */

static void test_help_value_options_of_each_style_are_read(void **state)
{
    (void)state;
    expect_options("Options:\n"
                   "      --config string      Where (default \"/home/me\")\n"
                   "  -c, --context string     Which\n"
                   "  -D, --debug              Say more\n"
                   "  -v, --verbose count      Say more, again\n"
                   "      --color[=WHEN]       Colours\n"
                   "      --level [N]          How far\n"
                   "  -t --type=TYPE           Which kind\n"
                   "     --with-roots Show roots with 'list'\n"
                   "     --mode=               How\n"
                   "  -P NAME                  By name\n"
                   "  -Z <FLAG>                Not yet\n"
                   "      --registries.d DIR   A folder\n"
                   "      --debug / --no-debug\n"
                   "      --much-longer-than-that NUMBER\n"
                   "                           how many\n"
                   "      --[no-]roots         with or without\n"
                   "  -vv...                   more\n"
                   "  - a bullet\n"
                   "  -- the end\n",
                   "--config|-c|--context|-t|--type|--mode|-P|-Z|"
                   "--registries.d|--much-longer-than-that");
    expect_options("usage: x [-C <path>] [-c <name>=<value>]\n"
                   "         [--exec[=<path>]] [-p | --page | -P]\n"
                   "         [--dir=<path>] [--name NAME] [--all] [<file>]\n",
                   "-C|-c|--dir|--name");
}

static void expect_line(const char *help, const char *line)
{
    char *draft = draft_of(help, 1);

    if (strstr(draft, line) == NULL)
        fail_msg("no \"%s\" in:\n%s", line, draft);
    free(draft);
}

static void test_help_listed_values_are_proposed_as_comments(void **state)
{
    (void)state;
    expect_line("Options:\n"
                "  -l, --level string  How much (\"low\"|\"high\")\n",
                "\n# level = word -l --level: low high\n");
    expect_line("Options:\n  --format [json|csv]\n",
                "\n# format = word --format: json csv\n");
    expect_line("Options:\n  --format {json,csv}  how\n",
                "\n# format = word --format: json csv\n");
    expect_line("Options:\n  --color <WHEN>  Coloring: auto, always, never\n",
                "\n# color = word --color: auto always never\n");
    expect_line("Options:\n"
                "  --color <WHEN>  When\n"
                "      [possible values: auto, never]\n",
                "\n# color = word --color: auto never\n");
    expect_line("Options:\n  -q --quiet  Say nothing\n",
                "\n# quiet = flag -q --quiet\n");
    expect_line("Options:\n  -q --quiet  Say nothing\n",
                "\n# quiet = See whether --quiet is used\n");
}

/* With every proposal taken, as far as a policy has room, it parses. */
static void test_help_proposals_are_right_when_uncommented(void **state)
{
    char *draft = draft_of("Options:\n"
                           "  -l, --level string  How much (low|high)\n"
                           "  -q, --quiet         Say nothing\n"
                           "      --exit          Reserved\n"
                           "      --user          A person\n"
                           "      --a-name-that-is-too-long  A key\n",
                           1);
    char *at;

    (void)state;
    at = strstr(draft, "[fields]");
    assert_non_null(at);
    for (; (at = strstr(at, "\n# ")) != NULL; at++) {
        const char *end = strchr(at + 1, '\n');
        const char *equals = memmem(at, (size_t)(end - at), " = ", 3);

        if (equals != NULL &&
            memchr(at + 3, ' ', (size_t)(end - at - 3)) == equals)
            at[1] = at[2] = ' ';
    }
    assert_int_equal(draft_parse(draft)->nfields, 2);
    assert_int_equal(draft_parse(draft)->npurposes, 2);
    assert_int_equal(draft_parse(draft)->coarse.ms, TEL_MS_ROUNDED);
    free(draft);
}

static void test_help_released_version_is_taken(void **state)
{
    static const struct {
        const char *line;
        const char *draft;
    } cases[] = {
        {"x 2.6.1 (amd64)\n", "\nversion    = 2.6.1\n"},
        {"x, version 1.14.2 (r1)\n", "\nversion    = 1.14.2\n"},
        {"X v3.4+dfsg1, build 2\n", "\nversion    = 3.4\n"},
        {"Python 3.11.2\nx 2.2\n", "\nversion    = 2.2\n"},
        {"x 1.2-rc1\n", "\n# version    = "},
        {"x does 3 things\n", "\n# version    = "},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_line(cases[i].line, cases[i].draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help_git_style_groups_are_read),
        cmocka_unit_test(test_help_lists_of_other_things_are_left_out),
        cmocka_unit_test(test_help_apt_style_is_read),
        cmocka_unit_test(test_help_cargo_style_has_other_names),
        cmocka_unit_test(test_help_subversion_style_has_other_names),
        cmocka_unit_test(test_help_docker_style_is_read),
        cmocka_unit_test(test_help_argparse_style_is_read),
        cmocka_unit_test(test_help_values_of_an_argument_are_no_commands),
        cmocka_unit_test(test_help_click_style_is_read),
        cmocka_unit_test(test_help_cobra_style_with_a_full_column_is_read),
        cmocka_unit_test(test_help_systemd_style_has_arguments),
        cmocka_unit_test(test_help_names_side_by_side_are_read),
        cmocka_unit_test(test_help_grammar_of_objects_is_read),
        cmocka_unit_test(test_help_lists_of_whole_calls_are_read),
        cmocka_unit_test(test_help_sentences_and_options_are_no_commands),
        cmocka_unit_test(test_help_marks_of_terminals_are_taken_out),
        cmocka_unit_test(test_help_hostile_text_does_no_harm),
        cmocka_unit_test(test_help_refused_lines_become_comments),
        cmocka_unit_test(test_help_value_options_of_each_style_are_read),
        cmocka_unit_test(test_help_listed_values_are_proposed_as_comments),
        cmocka_unit_test(test_help_proposals_are_right_when_uncommented),
        cmocka_unit_test(test_help_released_version_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
