/* SPDX-License-Identifier: MIT */
/*
 * What a help says of how to learn more. Nothing is asked of a tool but its
 * --help and what its own words name: "shutdown -h" is no help.
 */
#include "init.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define QUOTES "'\"`()[]<>,.;:"

/* "<command>", "COMMAND", "[command]", "<subcommand>" */
static bool is_placeholder(struct piece word)
{
    struct piece bare = piece_strip(word, QUOTES);
    bool marked = bare.len < word.len;

    for (size_t i = 0; !marked && i < bare.len; i++) {
        if (islower((unsigned char)bare.at[i]))
            return false;
    }
    return (bare.len == strlen("command") &&
            strncasecmp(bare.at, "command", bare.len) == 0) ||
           (bare.len == strlen("subcommand") &&
            strncasecmp(bare.at, "subcommand", bare.len) == 0);
}

/*
 * Whether a line tells how to get help: "try 'x -h'", "x -h for more". In a
 * usage, -h can be anything.
 */
static bool advises(struct piece line)
{
    static const char *const words[] = {"try ",     "Try ",      "for help",
                                        "for more", "for usage", "for a list"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (piece_has(line, words[i]))
            return true;
    }
    return false;
}

/* What follows "TOOL" in a line. */
static void read_call(struct piece line, struct piece rest,
                      struct init_ask *ask)
{
    static const char *const all[] = {"-a", "--all", "commands"};
    struct piece word = piece_word(&rest);
    struct piece bare = piece_strip(word, QUOTES);
    struct piece next = piece_word(&rest);
    struct piece after = piece_strip(next, QUOTES);

    if (piece_is(bare, "help") && word.at[0] != '[') {
        ask->help = true;
        if (bare.len == word.len && is_placeholder(next) &&
            ask->form == INIT_ASK_NOTHING)
            ask->form = INIT_ASK_HELP_VERB;
        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
            if (piece_is(after, all[i])) {
                ask->all[0] = "help";
                ask->all[1] = all[i];
            }
        }
    }
    if (advises(line)) {
        ask->dash_help = ask->dash_help || piece_is(bare, "-help");
        ask->h = ask->h || piece_is(bare, "-h");
    }
    if (!is_placeholder(word))
        return;
    while (is_placeholder(next))
        next = piece_word(&rest);
    if (piece_is(piece_strip(next, QUOTES), "--help"))
        ask->form = INIT_ASK_VERB_HELP;
}

/*
 * Tools whose manual promises a help for each command that costs less than
 * the one which their help names. git: gitcli(7), "-h"; "help" opens a manual.
 */
static enum init_form known_form(const char *name, enum init_form form)
{
    return strcmp(name, "git") == 0 ? INIT_ASK_VERB_H : form;
}

void init_ask(const char *name, const struct init_help *help,
              struct init_ask *ret_ask)
{
    static const char *const lists[] = {"--list", "--list-commands",
                                        "--commands"};

    memset(ret_ask, 0, sizeof(*ret_ask));
    for (size_t i = 0; i < help->count; i++) {
        struct piece line = help->lines[i].text;
        struct piece rest = line;
        bool commands = piece_has(line, "commands");
        struct piece word;

        while ((word = piece_word(&rest)).len > 0) {
            struct piece bare = piece_strip(word, QUOTES);

            if (piece_is(bare, name))
                read_call(line, rest, ret_ask);
            if (piece_is(bare, "--version"))
                ret_ask->version = true;
            for (size_t n = 0; n < 3; n++) {
                if (commands && ret_ask->all[0] == NULL &&
                    piece_is(bare, lists[n]))
                    ret_ask->all[0] = lists[n];
            }
        }
    }
    ret_ask->form = known_form(name, ret_ask->form);
}

/* ---- the version ------------------------------------------------------------- */

/*
 * The number that word begins with, as far as it is a released version: "v1.2"
 * is 1.2, "1.2.3+dfsg" is 1.2.3, and "1.2-rc1" is none.
 */
static struct piece released(struct piece word)
{
    word = piece_strip(word, QUOTES);
    if (word.len > 1 && word.at[0] == 'v') {
        word.at++;
        word.len--;
    }
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == '+')
            word.len = i;
    }
    if (!tel_release_valid(word.at, word.len) ||
        memchr(word.at, '.', word.len) == NULL)
        word.len = 0;
    return word;
}

/* "git version 2.39.5", "svn, version 1.14.2 (r1)", "1.0.1" */
static bool read_line(struct init_tool *tool, struct piece line)
{
    struct piece word;

    while ((word = piece_word(&line)).len > 0) {
        struct piece number = released(word);

        if (number.len > 0) {
            memcpy(tool->version, number.at, number.len);
            tool->version[number.len] = '\0';
            return true;
        }
    }
    return false;
}

static bool names_tool(struct piece line, const char *name)
{
    struct piece word = piece_strip(piece_word(&line), ",:");

    return word.len == strlen(name) &&
           strncasecmp(word.at, name, word.len) == 0;
}

void init_read_version(struct init_tool *tool, const struct init_help *help)
{
    size_t first = init_help_next(help, 0);

    /* A line of the tool's own goes before one of what it is built with. */
    for (size_t i = 0; i < help->count && i < 8; i++) {
        if (names_tool(help->lines[i].text, tool->name) &&
            read_line(tool, help->lines[i].text))
            return;
    }
    if (first < help->count)
        (void)read_line(tool, help->lines[first].text);
}
