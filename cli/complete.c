/* SPDX-License-Identifier: MIT */
/*
 * tel complete: what may come next on tel's command line, for a shell.
 *
 * There is no list here: commands come from the table, options from the lines
 * of each command's --help, and what kind of word is expected from its usage
 * ("TOOL", "FILE", "a|b"). So the shells offer what tel takes.
 *
 * A candidate is a line "WORD TAB text". A line that begins with a colon
 * tells the shell to offer something of its own: ":files"; ":commands", what
 * can be executed; or ":command N", what the command line that begins at word
 * N, counted from tel's own 0, would offer.
 */
#include "cli.h"

#include <string.h>

/* A piece of a constant text. */
struct piece {
    const char *at;
    size_t len;
};

/* One line of options: "  --json  text" or "  --format man|text  text". */
struct option {
    struct piece name;
    struct piece value; /* len 0 where it takes none */
    struct piece text;
};

static bool is(struct piece piece, const char *string)
{
    return piece.len == strlen(string) &&
           memcmp(piece.at, string, piece.len) == 0;
}

static bool begins_with(struct piece piece, const char *prefix)
{
    return piece.len >= strlen(prefix) &&
           memcmp(piece.at, prefix, strlen(prefix)) == 0;
}

/* Takes the bytes up to one of ends (or the end) off the front of *rest. */
static struct piece take(struct piece *rest, const char *ends)
{
    struct piece first = {rest->at, 0};

    while (first.len < rest->len && strchr(ends, first.at[first.len]) == NULL)
        first.len++;
    rest->at += first.len;
    rest->len -= first.len;
    return first;
}

static void skip_blanks(struct piece *rest)
{
    while (rest->len > 0 && *rest->at == ' ') {
        rest->at++;
        rest->len--;
    }
}

/* The next option of a --help; false past the last. */
static bool next_option(const char **details, struct option *ret_option)
{
    while (**details != '\0') {
        struct piece line = {*details, strcspn(*details, "\n")};

        *details += line.len + (line.at[line.len] == '\n');
        if (!begins_with(line, "  -"))
            continue;
        skip_blanks(&line);
        ret_option->name = take(&line, " ");
        ret_option->value = (struct piece){line.at, 0};
        if (line.len > 1 && line.at[1] != ' ') {
            skip_blanks(&line);
            ret_option->value = take(&line, " ");
        }
        skip_blanks(&line);
        ret_option->text = line;
        return true;
    }
    return false;
}

/* ---- what is offered ------------------------------------------------------ */

static void offer(struct piece word, struct piece text, const char *prefix)
{
    if (begins_with(word, prefix))
        printf("%.*s\t%.*s\n", (int)word.len, word.at, (int)text.len, text.at);
}

static void offer_string(const char *word, const char *text, const char *prefix)
{
    offer((struct piece){word, strlen(word)},
          (struct piece){text, strlen(text)}, prefix);
}

static void offer_commands(const char *prefix)
{
    const struct tel_command *command;

    for (size_t i = 0; (command = tel_cli_command(i)) != NULL; i++)
        offer_string(command->name, command->summary, prefix);
}

static void offer_tools(const struct tel_env *env, const char *prefix)
{
    struct tel_names names;

    if (tel_cli_names(env, &names) < 0)
        return;
    for (size_t i = 0; i < names.count; i++)
        offer_string(names.names[i], "", prefix);
    tel_cli_names_free(&names);
}

/* What a usage calls a word. */
static void offer_kind(const struct tel_env *env, struct piece kind,
                       const char *prefix)
{
    while (kind.len > 0) {
        struct piece one = take(&kind, "|");

        if (kind.len > 0) {
            kind.at++;
            kind.len--;
        }
        if (is(one, "TOOL"))
            offer_tools(env, prefix);
        else if (is(one, "POLICY") || is(one, "FILE"))
            puts(":files");
        else if (is(one, "PROGRAM"))
            puts(":commands");
        else if (is(one, "COMMAND"))
            offer_commands(prefix);
        else if (one.len > 0 && one.at[0] >= 'a' && one.at[0] <= 'z')
            offer(one, (struct piece){"", 0}, prefix);
    }
}

static void offer_options(const struct tel_command *command, const char *prefix)
{
    const char *details = command->details;
    struct option option;

    while (next_option(&details, &option))
        offer(option.name, option.text, prefix);
    offer_string("--help", "how this command is used", prefix);
}

/* The words that the usage of a command names, options left out: the one at
 * index, len 0 past the last. "[TOOL] [--json] | --off" has one. */
static struct piece usage_word(const struct tel_command *command, int index)
{
    struct piece rest = {command->usage, strlen(command->usage)};
    struct piece word;

    take(&rest, " ");
    for (skip_blanks(&rest); rest.len > 0; skip_blanks(&rest)) {
        const char *details = command->details;
        struct option option;

        word = take(&rest, " ");
        while (word.len > 0 && *word.at == '[') {
            word.at++;
            word.len--;
        }
        while (word.len > 0 && strchr("].", word.at[word.len - 1]) != NULL)
            word.len--;
        if (word.len == 0 || is(word, "|"))
            continue;
        if (*word.at != '-') {
            if (index-- == 0)
                return word;
            continue;
        }
        /* The value of an option is no word of its own. */
        while (next_option(&details, &option)) {
            if (option.name.len == word.len && option.value.len > 0 &&
                memcmp(option.name.at, word.at, word.len) == 0) {
                skip_blanks(&rest);
                take(&rest, " ");
            }
        }
    }
    return (struct piece){"", 0};
}

/* The option of this name that takes a value, or false. */
static bool takes_value(const struct tel_command *command, const char *name,
                        struct option *ret_option)
{
    const char *details = command->details;

    while (next_option(&details, ret_option)) {
        if (is(ret_option->name, name))
            return ret_option->value.len > 0;
    }
    return false;
}

/* argv[0] is the command, argv[argc - 1] the word that is being typed. */
static void offer_for(const struct tel_env *env,
                      const struct tel_command *command, int argc, char **argv)
{
    const char *prefix = argv[argc - 1];
    struct option option;
    int words = 0;

    for (int i = 1; i < argc - 1; i++) {
        if (takes_value(command, argv[i], &option)) {
            if (i == argc - 2) {
                offer_kind(env, option.value, prefix);
                return;
            }
            i++;
        } else if (argv[i][0] != '-') {
            words++;
            /* What follows belongs to the tool. */
            if (is(usage_word(command, words), "ARG")) {
                printf(":command %d\n", i + 1);
                return;
            }
        }
    }
    if (prefix[0] == '-')
        offer_options(command, prefix);
    else
        offer_kind(env, usage_word(command, words), prefix);
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    const struct tel_command *command = NULL;

    /* No option is taken here: all words are the command line's. */
    if (argc == 2 &&
        (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        tel_cli_help(&tel_cli_complete, stdout);
        return TEL_DONE;
    }
    if (argc > 1 && strcmp(argv[1], "--") == 0) {
        argc--;
        argv++;
    }
    if (argc < 3) {
        const char *prefix = argc == 2 ? argv[1] : "";

        offer_commands(prefix);
        offer_string("help", "how tel, or a command, is used", prefix);
        offer_string("--help", "how tel is used", prefix);
        offer_string("--version", "the version", prefix);
        return TEL_DONE;
    }
    for (size_t i = 0; (command = tel_cli_command(i)) != NULL; i++) {
        if (strcmp(command->name, argv[1]) == 0)
            break;
    }
    if (command != NULL)
        offer_for(env, command, argc - 1, argv + 1);
    else if (strcmp(argv[1], "help") == 0 && argc == 3)
        offer_commands(argv[2]);
    return TEL_DONE;
}

const struct tel_command tel_cli_complete = {
    .name = "complete",
    .usage = "complete [--] [WORD...]",
    .summary = "what may come next, for a shell's completion",
    .details =
        "Prints what may stand in the place of the last WORD of a command\n"
        "line of tel: lines of a word, a tab and what it means, or a line\n"
        "with a colon that names what the shell itself shall offer. The\n"
        "files for bash, zsh and fish ask it.\n",
    .run = run,
};
