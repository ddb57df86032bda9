/* SPDX-License-Identifier: MIT */
/*
 * The draft: verbs and value options as the help tells them, and the rest as
 * comments for a person to decide about.
 */
#include "init.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 40 /* that are proposed; a policy takes TEL_FIELDS_MAX */

/* Options whose very use would tell of a person, a place or a time. */
static const char *const personal[] = {"user",  "username", "host", "hostname",
                                       "login", "email",    "ip",   "mac",
                                       "uuid",  "machine",  "name", "message"};

/* ---- [tool] ------------------------------------------------------------------- */

static void write_head(FILE *to, const struct init_tool *tool)
{
    fprintf(to,
            "# A draft of a policy for %s, made from its own help. Read all of "
            "it.\n"
            "# Fill in endpoint, source, controller and contact. The other "
            "lines that begin\n"
            "# with # are proposals: take the mark away from what you want.\n"
            "# Then: tel check FILE. What else may stand here: tel-policy(5)."
            "\n",
            tool->name);
    if (tool->dropped > 0)
        fprintf(to,
                "# There was no room for %zu more commands, other names or "
                "options.\n",
                tool->dropped);
    fprintf(to, "\n[tool]\nid         = %s\n", tool->name);
    if (tool->version[0] != '\0')
        fprintf(to, "version    = %s\n", tool->version);
    else
        fputs("# The release that this policy is for, like 1.2.3; without it "
              "\"devel\" is sent.\n"
              "# version    = 1.0.0\n",
              to);
    fprintf(to,
            "# Where events go: an https URL of your own.\n" INIT_ENDPOINT
            "   = https://telemetry.example.org/t\n"
            "method     = POST\n"
            "# What is decided with the answers.\n"
            "purpose    = See which commands of %s are used, to decide what "
            "to improve first\n"
            "# A page where this policy and its reasons can be read; who "
            "answers for what is\n"
            "# collected; and where people ask.\n"
            "# source     = https://example.org/telemetry\n"
            "# controller = Example Organisation\n"
            "# contact    = privacy@example.org\n"
            "# How long the totals are kept: a promise. Change it to what you "
            "do.\n"
            "retention  = 365 days\n",
            tool->name);
}

/* ---- [command] ------------------------------------------------------------------ */

/* The value options of one scope, in lines of a list that goes on. */
static void write_scope(FILE *to, const struct init_tool *tool,
                        const char *scope)
{
    size_t width = 0;
    bool any = false;

    for (size_t i = 0; i < tool->noptions; i++) {
        const struct init_option *option = &tool->options[i];

        if (option->takes != INIT_VALUE || strcmp(option->scope, scope) != 0)
            continue;
        for (size_t n = 0; n < option->nnames; n++) {
            if (!any || width > 56) {
                fprintf(to, "%svalue-options%s%s =", any ? "\n" : "",
                        scope[0] != '\0' ? " " : "", scope);
                any = true;
                width = 0;
            }
            fprintf(to, " %s", option->names[n]);
            width += strlen(option->names[n]) + 1;
        }
    }
    if (any)
        putc('\n', to);
}

static void write_command(FILE *to, const struct init_tool *tool)
{
    fputs("\n[command]\n"
          "# Options whose value is the next word, so that it is not taken "
          "for a command.\n",
          to);
    write_scope(to, tool, "");
    for (size_t i = 0; i < tool->nverbs; i++)
        write_scope(to, tool, tool->verbs[i].words);
    if (tool->nverbs == 0)
        fputs("# No commands were found: every run is the event \"run\".\n"
              "verbs = none\n",
              to);
    else
        fputs("# A command that is not listed counts as \"other\". Not to "
              "record it at all:\n"
              "# unlisted = ignore\n",
              to);
}

/* ---- [verbs], [aliases], [modifiers] ---------------------------------------------- */

static void write_verbs(FILE *to, const struct init_tool *tool)
{
    size_t width = 0;

    if (tool->nverbs == 0)
        return;
    for (size_t i = 0; i < tool->nverbs; i++) {
        size_t len = strlen(tool->verbs[i].words);

        width = len > width && len <= 24 ? len : width;
    }
    fputs("\n[verbs]\n"
          "# Each line is an event that may be recorded. Where the help says "
          "nothing of a\n"
          "# command, its name stands for its purpose.\n",
          to);
    for (size_t i = 0; i < tool->nverbs; i++) {
        const struct init_verb *verb = &tool->verbs[i];

        fprintf(to, "%-*s = ", (int)width, verb->words);
        if (verb->purpose[0] != '\0')
            fprintf(to, "%s\n", verb->purpose);
        else
            fprintf(to, "%s %s\n", tool->name, verb->words);
    }
}

static void write_aliases(FILE *to, struct init_tool *tool)
{
    bool any = false;

    for (size_t i = 0; i < tool->naliases; i++) {
        const struct init_alias *alias = &tool->aliases[i];

        if (init_find_verb(tool, (struct piece){alias->target,
                                                strlen(alias->target)}) == NULL)
            continue;
        if (!any)
            fputs("\n[aliases]\n", to);
        any = true;
        fprintf(to, "%s = %s\n", alias->words, alias->target);
    }
}

static void write_modifiers(FILE *to, const struct init_tool *tool)
{
    fputs("\n# [modifiers]\n"
          "# An option that makes another event of a command:\n",
          to);
    if (tool->nverbs > 0)
        fprintf(to, "# %s --all = all\n", tool->verbs[0].words);
    else
        fputs("# --all = all\n", to);
}

/* ---- [fields], [purposes] ---------------------------------------------------------- */

/* A key made of the option's longest name; false where there is none. */
static bool make_key(const struct init_option *option, char *key, size_t size)
{
    const char *name = "";
    size_t len = 0;

    for (size_t i = 0; i < option->nnames; i++) {
        if (strlen(option->names[i]) > strlen(name))
            name = option->names[i];
    }
    if (strncmp(name, "--", 2) != 0)
        return false;
    name += 2;
    if (strlen(name) >= size)
        return false;
    for (; *name != '\0'; name++)
        key[len++] = isalnum((unsigned char)*name) ? (char)tolower(*name) : '_';
    key[len] = '\0';
    for (size_t i = 0; i < sizeof(personal) / sizeof(personal[0]); i++) {
        if (strcmp(key, personal[i]) == 0)
            return false;
    }
    return tel_key_valid(key, len);
}

/* Whether an option before this one has the same key. */
static bool is_first(const struct init_tool *tool, size_t index,
                     const char *key)
{
    char other[TEL_KEY_MAX + 1];

    for (size_t i = 0; i < index; i++) {
        if (make_key(&tool->options[i], other, sizeof(other)) &&
            strcmp(other, key) == 0)
            return false;
    }
    return true;
}

static bool is_field(const struct init_tool *tool, size_t index, char *key)
{
    const struct init_option *option = &tool->options[index];

    return option->scope[0] == '\0' &&
           (option->takes == INIT_NOTHING || option->values[0] != '\0') &&
           make_key(option, key, TEL_KEY_MAX + 1) && is_first(tool, index, key);
}

static void write_field(FILE *to, const struct init_option *option,
                        const char *key)
{
    fprintf(to, "# %s = %s", key, option->values[0] != '\0' ? "word" : "flag");
    for (size_t i = 0; i < option->nnames; i++)
        fprintf(to, " %s", option->names[i]);
    if (option->values[0] != '\0')
        fprintf(to, ": %s", option->values);
    putc('\n', to);
}

static void write_fields(FILE *to, const struct init_tool *tool)
{
    char key[TEL_KEY_MAX + 1];
    size_t count = 0;

    fprintf(to,
            "\n[fields]\n"
            "# How long a run took and how it ended. Where the tool passes on "
            "the status of\n"
            "# another program: exit = class.\n"
            "# ms = rounded\n"
            "# exit = code\n"
            "# Options whose use may be counted, at most %d of them. Take "
            "only what you have a\n"
            "# question for, and say it under [purposes].\n",
            TEL_FIELDS_MAX);
    for (size_t i = 0; i < tool->noptions && count < FIELDS_MAX; i++) {
        if (is_field(tool, i, key)) {
            write_field(to, &tool->options[i], key);
            count++;
        }
    }
    fputs("\n[purposes]\n"
          "# A line for each field.\n",
          to);
    count = 0;
    for (size_t i = 0; i < tool->noptions && count < FIELDS_MAX; i++) {
        if (is_field(tool, i, key)) {
            const struct init_option *option = &tool->options[i];

            fprintf(to, "# %s = See whether %s is used\n", key,
                    option->names[option->nnames - 1]);
            count++;
        }
    }
}

static char *write_draft(struct init_tool *tool)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    if (to == NULL)
        return NULL;
    write_head(to, tool);
    write_command(to, tool);
    write_verbs(to, tool);
    write_aliases(to, tool);
    write_modifiers(to, tool);
    write_fields(to, tool);
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

char *init_draft(struct init_tool *tool)
{
    char *text = write_draft(tool);

    /* Commands of the second level come last, and so go first. */
    while (text != NULL && strlen(text) > TEL_POLICY_MAX * 9 / 10) {
        size_t cut = tool->nverbs / 16 + 1;

        free(text);
        if (tool->nverbs == 0) {
            if (tool->noptions == 0)
                return NULL;
            tool->dropped += tool->noptions;
            tool->noptions = 0;
        } else {
            tool->nverbs -= cut;
            tool->dropped += cut;
        }
        text = write_draft(tool);
    }
    return text;
}
