/* SPDX-License-Identifier: MIT */
/* The arguments of a run: what is listed, amid canaries. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "draft.h"

/* An option that says nothing to the policy, whatever it holds. */
static void add_option(struct draft *draft)
{
    switch (pick(draft, 9)) {
    case 0:
        add_word(draft, "-C");
        add_word(draft, keep(draft, "/%s/%s", canary(draft), canary(draft)));
        break;
    case 1:
        add_word(draft, keep(draft, "--git-dir=%s", canary(draft)));
        break;
    case 2:
        add_word(draft, "--work-tree");
        add_word(draft, canary(draft));
        break;
    case 3:
        add_word(draft, keep(draft, "-m%s", canary(draft)));
        break;
    case 4:
        add_word(draft, "-m");
        add_word(draft, keep(draft, "I, %s, \xc3\xa9t\xc3\xa9\n%s",
                             canary(draft), canary(draft)));
        break;
    case 5:
        add_word(draft, keep(draft, "--%s", canary(draft)));
        break;
    case 6:
        add_word(draft, keep(draft, "--%s=%s", canary(draft), canary(draft)));
        break;
    case 7:
        add_word(draft, "-c");
        add_word(draft, keep(draft, "user.email=%s@%s.example", canary(draft),
                             canary(draft)));
        break;
    default:
        add_word(draft, keep(draft, "-%s", canary(draft)));
        break;
    }
}

static void add_options(struct draft *draft)
{
    for (unsigned i = pick(draft, 3); i > 0; i--)
        add_option(draft);
}

/* A free word, which comes after the verb. */
static void add_free_word(struct draft *draft)
{
    switch (pick(draft, 5)) {
    case 0:
        add_word(draft, canary(draft));
        break;
    case 1:
        add_word(draft, keep(draft, "%s/%s.txt", draft->folder, canary(draft)));
        break;
    case 2:
        add_word(draft, keep(draft, "%s@%s", canary(draft), canary(draft)));
        break;
    case 3:
        add_word(draft, keep(draft, "https://%s:%s@host.example/%s?q=%s",
                             canary(draft), canary(draft), canary(draft),
                             canary(draft)));
        break;
    default:
        add_word(draft, keep(draft, "%s/input", draft->folder));
        break;
    }
}

static void add_verb(struct draft *draft)
{
    char words[64];
    char *rest = NULL;

    (void)snprintf(words, sizeof(words), "%s", draft->verb->words);
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        add_word(draft, strcmp(word, UNLISTED) == 0 ? canary(draft)
                                                    : keep(draft, "%s", word));
        add_options(draft);
    }
}

static void add_format(struct draft *draft)
{
    static const char *const forms[] = {"--format=%s", "-o%s", "--format",
                                        "-o"};
    const char *value;
    unsigned form = pick(draft, 4);

    draft->shape->format = (enum format)pick(draft, FORMATS);
    if (draft->shape->format == FORMAT_NONE)
        return;
    value = draft->shape->format == FORMAT_JSON    ? "json"
            : draft->shape->format == FORMAT_TABLE ? "table"
                                                   : canary(draft);
    if (form < 2) {
        add_word(draft, form == 0 ? keep(draft, "--format=%s", value)
                                  : keep(draft, "-o%s", value));
    } else {
        add_word(draft, forms[form]);
        add_word(draft, value);
    }
}

/* How a program of the test's ends, as it is told by its last arguments. */
static void add_end(struct draft *draft)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGSEGV, SIGKILL, SIGUSR1};
    static const char *const ways[] = {"return", "exit",   "leave", "return",
                                       "signal", "abort",  "read",  "exit",
                                       "return", "signal", "read"};
    bool script = draft->tool->form == FORM_SCRIPT;
    const char *way = ways[pick(draft, sizeof(ways) / sizeof(ways[0]))];
    unsigned number = pick(draft, 256);

    if (!script && pick(draft, 100) == 0) {
        draft->shape->waits = true;
        way = "wait";
    }
    if (strcmp(way, "signal") == 0)
        number = (unsigned)signals[number % 5];
    add_word(draft, "--do");
    add_word(draft, way);
    add_word(draft, "--with");
    add_word(draft, keep(draft, "%u", number));
}

static void add_own_arguments(struct draft *draft)
{
    bool words = draft->verb->words[0] != '\0';

    add_options(draft);
    add_verb(draft);
    if (strncmp(draft->verb->words, "remote", 6) == 0) {
        add_word(draft, "-t");
        add_word(draft, canary(draft));
    }
    if (draft->verb->modifier != NULL && pick(draft, 2) == 0) {
        add_word(draft, draft->verb->modifier);
        draft->shape->event = draft->verb->modified;
    }
    if (draft->tool->formats)
        add_format(draft);
    if (pick(draft, 3) == 0)
        add_word(draft, "-q");
    if (words && pick(draft, 4) == 0)
        add_word(draft, "--");
    for (unsigned i = words ? pick(draft, 4) : 0; i > 0; i--)
        add_free_word(draft);
    add_end(draft);
}

/* Programs that were not written here take other arguments. */
static void add_real_arguments(struct draft *draft)
{
    if (strcmp(draft->tool->name, "git") == 0) {
        add_word(draft, "-c");
        add_word(draft, keep(draft, "user.name=%s", canary(draft)));
        add_verb(draft);
        add_free_word(draft);
    } else if (pick(draft, 3) == 0) {
        add_word(draft, strcmp(draft->tool->name, "sh") == 0 ? "-s" : "-");
        add_free_word(draft);
    } else {
        add_word(draft, "-c");
        add_word(draft,
                 keep(draft, "exit(%u) # %s", pick(draft, 256), canary(draft)));
        add_word(draft, canary(draft));
    }
}

void add_arguments(struct draft *draft)
{
    if (draft->tool->form == FORM_REAL)
        add_real_arguments(draft);
    else
        add_own_arguments(draft);
}
